package io.raftqueue.log;

import io.raftqueue.consensus.Entry;
import java.nio.ByteBuffer;

/**
 * One entry as it lies in a segment, big-endian, records packed without gaps:
 *
 * <pre>
 *  0  u8   version, 1; a zero here is the end of what was written
 *  1  u8   flags: 1 = internal (no-op, configuration)
 *  2  u16  how far the fsynced index was behind this entry when it was written; 65535 = not known
 *  4  i32  length n of the payload
 *  8  i64  index
 * 16  i64  term
 * 24  i64  cluster time, milliseconds
 * 32  u32  CRC-32C of the directory's incarnation, bytes 0 to 31 and the payload
 * 36  n    payload
 * </pre>
 *
 * The field at 2 lets recovery tell a tail that was never acknowledged (bytes of one power cut may be lost in any order)
 * from damage: a whole record behind a broken one, written when the broken one was already fsynced, proves damage.
 */
final class RecordFormat {
    static final int HEADER_BYTES = 36;
    static final byte VERSION = 1;
    static final int CHECKSUM_AT = 32;
    static final int NOT_KNOWN = 0xFFFF;
    /** A batch is at most 16 MiB by the contract; anything above this is not a length. */
    static final int MAX_PAYLOAD_BYTES = 256 << 20;

    private static final int INTERNAL = 1;

    private RecordFormat() {}

    static long sizeOf(Entry entry) {
        return HEADER_BYTES + (long) entry.payload().length;
    }

    /** Fills {@code target} ({@value #HEADER_BYTES} bytes) for the entry. */
    static void writeHeader(byte[] target, Entry entry, long durableIndex, Checksum checksum) {
        long behind = entry.index() - durableIndex;
        ByteBuffer header = ByteBuffer.wrap(target);
        header.put(VERSION)
                .put((byte) (entry.internal() ? INTERNAL : 0))
                .putShort((short) (behind >= 0 && behind < NOT_KNOWN ? behind : NOT_KNOWN))
                .putInt(entry.payload().length)
                .putLong(entry.index())
                .putLong(entry.term())
                .putLong(entry.time())
                .putInt(checksum.of(target, CHECKSUM_AT, entry.payload()));
    }

    /** The header's fields, before anything is known about their truth. */
    record Header(int version, int flags, int behind, int length, long index, long term, long time, int checksum) {
        static Header read(ByteBuffer b, int at) {
            return new Header(
                    b.get(at),
                    b.get(at + 1),
                    b.getShort(at + 2) & 0xFFFF,
                    b.getInt(at + 4),
                    b.getLong(at + 8),
                    b.getLong(at + 16),
                    b.getLong(at + 24),
                    b.getInt(at + CHECKSUM_AT));
        }

        /** Could this be a record that fits into {@code room} bytes? */
        boolean plausible(long room) {
            return version == VERSION
                    && (flags & ~INTERNAL) == 0
                    && length >= 0
                    && length <= MAX_PAYLOAD_BYTES
                    && HEADER_BYTES + (long) length <= room
                    && index > 0
                    && term >= 0;
        }

        /** What was surely fsynced when this record was written; -1 if that is not known. */
        long durableWhenWritten() {
            return behind == NOT_KNOWN ? -1 : index - behind;
        }

        Entry entry(byte[] payload) {
            return new Entry(index, term, (flags & INTERNAL) != 0, time, payload);
        }
    }
}
