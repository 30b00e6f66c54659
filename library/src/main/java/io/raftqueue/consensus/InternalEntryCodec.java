package io.raftqueue.consensus;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Payloads of internal entries.
 *
 * <pre>
 *   u8 version = 1
 *   u8 kind      0 no-op (nothing follows), 1 configuration:
 *   16 cluster id, u16 members, each: 16 incarnation, u8 voter, and id, raft address, http address as u16 length + UTF-8
 * </pre>
 */
public final class InternalEntryCodec {
    private static final byte VERSION = 1;
    private static final byte NO_OP = 0;
    private static final byte CONFIGURATION = 1;

    private InternalEntryCodec() {}

    /** The payload of a no-op. */
    public static byte[] noOp() {
        return new byte[] {VERSION, NO_OP};
    }

    /** The payload of a configuration entry. */
    public static byte[] encode(Configuration configuration) {
        WireWriter out = new WireWriter(256);
        out.u8(VERSION);
        out.u8(CONFIGURATION);
        out.uuid(configuration.clusterId());
        out.u16(configuration.members().size());
        for (Member m : configuration.members()) {
            out.uuid(m.incarnation());
            out.u8(m.voter() ? 1 : 0);
            out.string(m.id());
            out.string(m.raftAddress());
            out.string(m.httpAddress());
        }
        return out.toByteArray();
    }

    /**
     * The configuration in an internal entry's payload; null for a no-op.
     *
     * @throws IllegalArgumentException when it is neither, or of a version unknown here
     */
    public static @Nullable Configuration decode(byte[] payload) {
        try {
            ByteBuffer in = ByteBuffer.wrap(payload);
            byte version = in.get();
            if (version != VERSION) {
                throw new IllegalArgumentException("internal entry of version " + version + "; this software reads "
                        + VERSION + ": run the version that wrote it, or a newer one");
            }
            byte kind = in.get();
            Configuration result = switch (kind) {
                case NO_OP -> null;
                case CONFIGURATION -> configuration(in);
                default -> throw new IllegalArgumentException("internal entry of unknown kind " + kind);
            };
            if (in.hasRemaining()) {
                throw new IllegalArgumentException(in.remaining() + " bytes after the end of an internal entry");
            }
            return result;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("internal entry of " + payload.length + " bytes ends too early", e);
        }
    }

    private static Configuration configuration(ByteBuffer in) {
        UUID cluster = WireReader.uuid(in);
        int count = Short.toUnsignedInt(in.getShort());
        List<Member> members = new ArrayList<>(Math.min(count, 64));
        for (int i = 0; i < count; i++) {
            UUID incarnation = WireReader.uuid(in);
            boolean voter = WireReader.bool(in);
            String id = WireReader.string(in);
            String raft = WireReader.string(in);
            members.add(new Member(id, incarnation, raft, WireReader.string(in), voter));
        }
        return new Configuration(cluster, members);
    }
}
