package io.raftqueue.raft;

import io.raftqueue.consensus.Configuration;
import io.raftqueue.consensus.InternalEntryCodec;
import io.raftqueue.consensus.RaftMessageCodec;
import io.raftqueue.raft.PeerMessage.Admin;
import io.raftqueue.raft.PeerMessage.AdminAnswer;
import io.raftqueue.raft.PeerMessage.Consensus;
import io.raftqueue.raft.PeerMessage.Envelope;
import io.raftqueue.raft.PeerMessage.Forward;
import io.raftqueue.raft.PeerMessage.ForwardRefused;
import io.raftqueue.raft.PeerMessage.Found;
import io.raftqueue.raft.PeerMessage.Hello;
import io.raftqueue.raft.PeerMessage.HelloAnswer;
import io.raftqueue.raft.PeerMessage.Presence;
import io.raftqueue.raft.PeerMessage.SnapshotChunk;
import io.raftqueue.raft.PeerMessage.SnapshotProgress;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an {@link Envelope}: version, tag, cluster id, sender, its id and address, target, then the message's
 * fields in order. Integers are big-endian; an absent UUID is sixteen zeros; texts are length(2) and UTF-8; byte arrays
 * length(4) and bytes. The frame around it carries the checksum. Malformed input is an IllegalArgumentException.
 */
final class PeerCodec {
    static final byte VERSION = 1;

    private static final int CONSENSUS = 1;
    private static final int FORWARD = 2;
    private static final int FORWARD_REFUSED = 3;
    private static final int HELLO = 4;
    private static final int HELLO_ANSWER = 5;
    private static final int FOUND = 6;
    private static final int ADMIN = 7;
    private static final int ADMIN_ANSWER = 8;
    private static final int SNAPSHOT_CHUNK = 9;
    private static final int SNAPSHOT_PROGRESS = 10;
    private static final int PRESENCE = 11;

    /** Names and addresses are quoted in what is said back, several in one text. */
    private static final int LONGEST_NAME = 1_024;
    /** In characters: of a text for people the rest is left out. */
    private static final int LONGEST_TEXT = 8_192;

    private PeerCodec() {}

    static byte[] encode(Envelope e) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(160 + bodySize(e.message()));
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeByte(tag(e.message()));
            write(out, e.clusterId());
            write(out, e.sender());
            write(out, e.senderId());
            write(out, e.senderAddress());
            write(out, e.target());
            writeMessage(out, e.message());
        } catch (IOException cannotHappen) {
            throw new UncheckedIOException(cannotHappen);
        }
        return bytes.toByteArray();
    }

    static Envelope decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            byte version = in.get();
            if (version != VERSION) {
                throw new IllegalArgumentException("peer message version " + version + ", this node reads " + VERSION);
            }
            int tag = in.get();
            UUID cluster = readUuid(in);
            UUID sender = readUuid(in);
            String senderId = readName(in);
            String senderAddress = readAddress(in);
            UUID target = readUuid(in);
            PeerMessage message = readMessage(tag, in);
            if (sender == null) {
                throw new IllegalArgumentException("peer message without a sender");
            }
            if (in.hasRemaining()) {
                throw new IllegalArgumentException(in.remaining() + " bytes after a peer message of tag " + tag);
            }
            return new Envelope(cluster, sender, senderId, senderAddress, target, message);
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("peer message of " + bytes.length + " bytes ends too early", e);
        }
    }

    private static int bodySize(PeerMessage m) {
        if (m instanceof Consensus c) {
            return RaftMessageCodec.size(c.envelope());
        }
        if (m instanceof Forward f) {
            return f.batch().length;
        }
        return m instanceof SnapshotChunk s ? s.bytes().length : 64;
    }

    private static int tag(PeerMessage m) {
        if (m instanceof Consensus) {
            return CONSENSUS;
        } else if (m instanceof Forward) {
            return FORWARD;
        } else if (m instanceof ForwardRefused) {
            return FORWARD_REFUSED;
        } else if (m instanceof Hello) {
            return HELLO;
        } else if (m instanceof HelloAnswer) {
            return HELLO_ANSWER;
        } else if (m instanceof Found) {
            return FOUND;
        } else if (m instanceof Presence) {
            return PRESENCE;
        } else if (m instanceof Admin) {
            return ADMIN;
        } else if (m instanceof AdminAnswer) {
            return ADMIN_ANSWER;
        } else {
            return m instanceof SnapshotChunk ? SNAPSHOT_CHUNK : SNAPSHOT_PROGRESS;
        }
    }

    private static void writeMessage(DataOutputStream out, PeerMessage message) throws IOException {
        if (message instanceof Consensus m) {
            write(out, RaftMessageCodec.encode(m.envelope()));
        } else if (message instanceof Forward m) {
            out.writeLong(m.epoch());
            out.writeLong(m.serial());
            write(out, m.batch());
        } else if (message instanceof ForwardRefused m) {
            out.writeLong(m.epoch());
            out.writeLong(m.expectedSerial());
        } else if (message instanceof Hello m) {
            write(out, m.asked());
        } else if (message instanceof HelloAnswer m) {
            write(out, m.id());
            write(out, m.raftAddress());
            write(out, m.httpAddress());
            write(out, m.clusterId());
            out.writeBoolean(m.knowsAsker());
            write(out, m.leaderId());
            write(out, m.leaderRaftAddress());
            write(out, m.asked());
        } else if (message instanceof Presence m) {
            out.writeBoolean(m.storageFull());
        } else if (message instanceof Found m) {
            write(out, m.configuration());
        } else if (message instanceof Admin m) {
            out.writeLong(m.requestId());
            out.writeByte(m.kind() == Admin.Kind.JOIN ? 1 : 2);
            write(out, m.id());
            write(out, m.raftAddress());
            out.writeBoolean(m.force());
            out.writeLong(m.timeoutMillis());
        } else if (message instanceof AdminAnswer m) {
            out.writeLong(m.requestId());
            out.writeByte(outcomeTag(m.outcome()));
            write(out, m.text().substring(0, Math.min(LONGEST_TEXT, m.text().length())));
        } else if (message instanceof SnapshotChunk m) {
            out.writeLong(m.term());
            out.writeLong(m.index());
            out.writeLong(m.transferId());
            out.writeLong(m.offset());
            out.writeBoolean(m.last());
            write(out, m.bytes());
        } else if (message instanceof SnapshotProgress m) {
            out.writeLong(m.transferId());
            out.writeLong(m.nextOffset());
            out.writeBoolean(m.installed());
        }
    }

    private static PeerMessage readMessage(int tag, ByteBuffer in) {
        return switch (tag) {
            case CONSENSUS -> new Consensus(RaftMessageCodec.decode(readBytes(in)));
            case FORWARD -> new Forward(in.getLong(), in.getLong(), readBytes(in));
            case FORWARD_REFUSED -> new ForwardRefused(in.getLong(), in.getLong());
            case HELLO -> new Hello(readAddress(in));
            case HELLO_ANSWER ->
                new HelloAnswer(
                        readName(in),
                        readAddress(in),
                        readName(in),
                        readUuid(in),
                        readFlag(in),
                        readName(in),
                        readName(in),
                        readAddress(in));
            case PRESENCE -> new Presence(readFlag(in));
            case FOUND -> new Found(readConfiguration(in));
            case ADMIN -> readAdmin(in);
            case ADMIN_ANSWER -> new AdminAnswer(in.getLong(), readOutcome(in), readText(in));
            case SNAPSHOT_CHUNK ->
                new SnapshotChunk(in.getLong(), in.getLong(), in.getLong(), in.getLong(), readFlag(in), readBytes(in));
            case SNAPSHOT_PROGRESS -> new SnapshotProgress(in.getLong(), in.getLong(), readFlag(in));
            default -> throw new IllegalArgumentException("peer message of unknown tag " + tag);
        };
    }

    private static Admin readAdmin(ByteBuffer in) {
        long requestId = in.getLong();
        Admin.Kind kind = readKind(in);
        String id = readName(in);
        String address = kind == Admin.Kind.JOIN ? readAddress(in) : readName(in);
        return new Admin(requestId, kind, id, address, readFlag(in), in.getLong());
    }

    /** It must be what it says: it is looked at only much later. */
    private static byte[] readConfiguration(ByteBuffer in) {
        byte[] bytes = readBytes(in);
        Configuration configuration = InternalEntryCodec.decode(bytes);
        if (configuration == null) {
            throw new IllegalArgumentException("a founding message without members");
        }
        configuration.members().forEach(m -> PeerAddress.parse(m.raftAddress()));
        return bytes;
    }

    private static int outcomeTag(AdminAnswer.Outcome outcome) {
        return switch (outcome) {
            case DONE -> 1;
            case CATCHING_UP -> 2;
            case UNREACHABLE -> 3;
            case CONFLICT -> 4;
            case UNKNOWN_MEMBER -> 5;
            case TRY_AGAIN -> 6;
        };
    }

    private static AdminAnswer.Outcome readOutcome(ByteBuffer in) {
        int tag = in.get();
        return switch (tag) {
            case 1 -> AdminAnswer.Outcome.DONE;
            case 2 -> AdminAnswer.Outcome.CATCHING_UP;
            case 3 -> AdminAnswer.Outcome.UNREACHABLE;
            case 4 -> AdminAnswer.Outcome.CONFLICT;
            case 5 -> AdminAnswer.Outcome.UNKNOWN_MEMBER;
            case 6 -> AdminAnswer.Outcome.TRY_AGAIN;
            default -> throw new IllegalArgumentException("membership answer of unknown outcome " + tag);
        };
    }

    private static Admin.Kind readKind(ByteBuffer in) {
        int tag = in.get();
        return switch (tag) {
            case 1 -> Admin.Kind.JOIN;
            case 2 -> Admin.Kind.REMOVE;
            default -> throw new IllegalArgumentException("membership request of unknown kind " + tag);
        };
    }

    private static void write(DataOutputStream out, @Nullable UUID uuid) throws IOException {
        out.writeLong(uuid == null ? 0 : uuid.getMostSignificantBits());
        out.writeLong(uuid == null ? 0 : uuid.getLeastSignificantBits());
    }

    private static @Nullable UUID readUuid(ByteBuffer in) {
        long high = in.getLong();
        long low = in.getLong();
        return high == 0 && low == 0 ? null : new UUID(high, low);
    }

    private static void write(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 0xFFFF) {
            throw new IllegalArgumentException("text of " + bytes.length + " bytes does not fit a peer message");
        }
        out.writeShort(bytes.length);
        out.write(bytes);
    }

    private static String readName(ByteBuffer in) {
        String name = readText(in);
        if (name.length() > LONGEST_NAME) {
            throw new IllegalArgumentException("a name or address of " + name.length() + " characters");
        }
        return name;
    }

    private static String readText(ByteBuffer in) {
        byte[] bytes = new byte[Short.toUnsignedInt(in.getShort())];
        in.get(bytes);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a text that is no UTF-8", e);
        }
    }

    /** An address that can be answered to. */
    private static String readAddress(ByteBuffer in) {
        String address = readName(in);
        PeerAddress.parse(address);
        return address;
    }

    private static void write(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] readBytes(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("a length of " + length + " with " + in.remaining() + " bytes left");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static boolean readFlag(ByteBuffer in) {
        byte flag = in.get();
        if (flag != 0 && flag != 1) {
            throw new IllegalArgumentException("a flag of " + flag);
        }
        return flag == 1;
    }
}
