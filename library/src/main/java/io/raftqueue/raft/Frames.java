package io.raftqueue.raft;

import io.raftqueue.command.CommandCodec;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The bytes between two members. A connection carries frames one way only, after a greeting; the other way come bytes
 * without a meaning, one every half a second while there is something to read (see {@link Pulses}):
 *
 * <pre>
 * greeting  'R' 'Q' 'P' version(1) start(8)
 * frame     length(4) crc32c-of-payload(4) payload(length)
 * </pre>
 *
 * The start is a random number of the process that dialled: see {@link LiveStarts}. What does not fit closes the
 * connection: the sender dials again, and Raft sends again.
 */
final class Frames {
    static final byte VERSION = 2;
    static final int HEADER = 8;
    /** The largest entry, and what is packed beside it. */
    static final int MAX_PAYLOAD = CommandCodec.MAX_BATCH_BYTES + (1 << 20);

    private static final int TRUSTED_LENGTH = 1 << 20;
    private static final byte[] GREETING = {'R', 'Q', 'P', VERSION};

    private Frames() {}

    static byte[] greeting(long start) {
        return ByteBuffer.allocate(GREETING.length + Long.BYTES)
                .put(GREETING)
                .putLong(start)
                .array();
    }

    /** Returns the start of the process that dialled. */
    static long readGreeting(DataInputStream in) throws IOException {
        byte[] got = new byte[GREETING.length];
        in.readFully(got);
        if (!Arrays.equals(got, 0, 3, GREETING, 0, 3)) {
            throw new IOException("not a RaftQueue peer");
        }
        if (got[3] != VERSION) {
            throw new IOException("peer protocol version " + got[3] + ", this node speaks " + VERSION);
        }
        return in.readLong();
    }

    static void writeHeader(ByteBuffer to, byte[] payload) {
        to.putInt(payload.length).putInt(crc(payload));
    }

    static byte[] read(DataInputStream in) throws IOException {
        int length = in.readInt();
        int crc = in.readInt();
        if (length <= 0 || length > MAX_PAYLOAD) {
            throw new IOException("frame of " + length + " bytes, 1 to " + MAX_PAYLOAD + " are allowed");
        }
        byte[] payload;
        if (length <= TRUSTED_LENGTH) {
            payload = new byte[length];
            in.readFully(payload);
        } else {
            // By pieces: a hostile length must not cost memory that was never sent.
            payload = in.readNBytes(length);
            if (payload.length < length) {
                throw new EOFException("connection ended inside a frame");
            }
        }
        if (crc(payload) != crc) {
            throw new IOException("frame checksum differs");
        }
        return payload;
    }

    private static int crc(byte[] payload) {
        CRC32C crc = new CRC32C();
        crc.update(payload);
        return (int) crc.getValue();
    }
}
