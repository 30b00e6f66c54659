package io.raftqueue.raft;

import io.raftqueue.command.GoldenBytes;
import io.raftqueue.fuzz.FuzzTarget;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.zip.CRC32C;

/** What comes over a connection between members: frames, and the messages in them. */
public final class PeerFuzzTargets {
    private PeerFuzzTargets() {}

    public static Map<String, Supplier<FuzzTarget>> all() {
        GoldenBytes known = new GoldenBytes("/io/raftqueue/raft/peer-messages.txt");
        List<byte[]> messages = known.names().stream().map(known::bytes).toList();
        return Map.of(
                "peer",
                () -> FuzzTarget.codec(
                        messages, bytes -> PeerCodec.encode(PeerCodec.decode(bytes)), IllegalArgumentException.class),
                "peer-frame",
                () -> FuzzTarget.codec(
                        messages.stream().map(PeerFuzzTargets::frame).toList(),
                        PeerFuzzTargets::readFrame,
                        UncheckedIOException.class));
    }

    private static byte[] frame(byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(Frames.HEADER + payload.length);
        Frames.writeHeader(frame, payload);
        return frame.put(payload).array();
    }

    /** A true checksum is given to every second input, or nothing would ever get past it. */
    private static byte[] readFrame(byte[] bytes) {
        if (bytes.length > Frames.HEADER && (bytes[bytes.length - 1] & 1) == 0) {
            CRC32C crc = new CRC32C();
            crc.update(bytes, Frames.HEADER, bytes.length - Frames.HEADER);
            ByteBuffer.wrap(bytes).putInt(4, (int) crc.getValue());
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            byte[] payload = Frames.read(in);
            if (in.read() >= 0) {
                throw new IOException("more behind the frame");
            }
            return frame(payload);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
