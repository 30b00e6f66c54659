package io.raftqueue.consensus;

import io.raftqueue.consensus.RaftMessage.AppendRefused;
import io.raftqueue.consensus.RaftMessage.AppendRequest;
import io.raftqueue.consensus.RaftMessage.AppendResponse;
import io.raftqueue.consensus.RaftMessage.Heartbeat;
import io.raftqueue.consensus.RaftMessage.HeartbeatResponse;
import io.raftqueue.consensus.RaftMessage.PreVoteRequest;
import io.raftqueue.consensus.RaftMessage.PreVoteResponse;
import io.raftqueue.consensus.RaftMessage.ReadRequest;
import io.raftqueue.consensus.RaftMessage.ReadResponse;
import io.raftqueue.consensus.RaftMessage.TimeoutNow;
import io.raftqueue.consensus.RaftMessage.VoteRequest;
import io.raftqueue.consensus.RaftMessage.VoteResponse;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The wire format of {@link Envelope}; numbers are big-endian.
 *
 * <pre>
 *   u8 version = 1, u8 tag of the message
 *   u8 1 and 16 cluster id, or u8 0
 *   16 from, 16 to, i64 term, then the message's own fields in the order of its record
 *   entries: u32 count, each: i64 term, u8 internal, i64 time, u32 length, payload (the index follows from prevIndex)
 * </pre>
 */
public final class RaftMessageCodec {
    private static final byte VERSION = 1;

    private RaftMessageCodec() {}

    /** The envelope as bytes. */
    public static byte[] encode(Envelope envelope) {
        RaftMessage m = envelope.message();
        WireWriter out = new WireWriter(size(envelope));
        out.u8(VERSION);
        out.u8(tag(m));
        UUID cluster = envelope.clusterId();
        out.u8(cluster == null ? 0 : 1);
        if (cluster != null) {
            out.uuid(cluster);
        }
        out.uuid(envelope.from());
        out.uuid(envelope.to());
        out.i64(m.term());
        body(m, out);
        return out.toByteArray();
    }

    /**
     * Reads.
     *
     * @throws IllegalArgumentException when the bytes are no envelope of a version known here
     */
    public static Envelope decode(byte[] bytes) {
        try {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            byte version = in.get();
            if (version != VERSION) {
                throw new IllegalArgumentException(
                        "message of version " + version + "; this software speaks " + VERSION);
            }
            byte tag = in.get();
            UUID cluster = WireReader.bool(in) ? WireReader.uuid(in) : null;
            UUID from = WireReader.uuid(in);
            UUID to = WireReader.uuid(in);
            RaftMessage message = message(tag, in.getLong(), in);
            if (in.hasRemaining()) {
                throw new IllegalArgumentException(in.remaining() + " bytes after the end of a message of tag " + tag);
            }
            return new Envelope(cluster, from, to, message);
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("message of " + bytes.length + " bytes ends too early", e);
        }
    }

    /** Exact for what carries entries, enough for the others: a large message is not copied once more. */
    public static int size(Envelope envelope) {
        int size = (envelope.clusterId() == null ? 0 : 16) + 79;
        if (envelope.message() instanceof AppendRequest a) {
            for (Entry e : a.entries()) {
                size += 21 + e.payload().length;
            }
        }
        return size;
    }

    private static int tag(RaftMessage m) {
        if (m instanceof PreVoteRequest) {
            return 1;
        } else if (m instanceof PreVoteResponse) {
            return 2;
        } else if (m instanceof VoteRequest) {
            return 3;
        } else if (m instanceof VoteResponse) {
            return 4;
        } else if (m instanceof AppendRequest) {
            return 5;
        } else if (m instanceof AppendResponse) {
            return 6;
        } else if (m instanceof AppendRefused) {
            return 7;
        } else if (m instanceof Heartbeat) {
            return 8;
        } else if (m instanceof HeartbeatResponse) {
            return 9;
        } else if (m instanceof TimeoutNow) {
            return 10;
        } else if (m instanceof ReadRequest) {
            return 11;
        } else if (m instanceof ReadResponse) {
            return 12;
        }
        throw new IllegalArgumentException("no tag for " + m.getClass());
    }

    private static void body(RaftMessage m, WireWriter out) {
        if (m instanceof PreVoteRequest v) {
            out.i64(v.lastIndex());
            out.i64(v.lastTerm());
        } else if (m instanceof PreVoteResponse v) {
            out.i64(v.campaignTerm());
            out.u8(v.granted() ? 1 : 0);
        } else if (m instanceof VoteRequest v) {
            out.i64(v.lastIndex());
            out.i64(v.lastTerm());
            out.u8(v.transfer() ? 1 : 0);
        } else if (m instanceof VoteResponse v) {
            out.u8(v.granted() ? 1 : 0);
        } else if (m instanceof AppendRequest a) {
            out.i64(a.prevIndex());
            out.i64(a.prevTerm());
            out.i64(a.commitIndex());
            out.i64(a.time());
            entries(a.entries(), out);
        } else if (m instanceof AppendResponse a) {
            out.i64(a.verified());
            out.i64(a.durable());
        } else if (m instanceof AppendRefused a) {
            out.i64(a.prevIndex());
            out.i64(a.hintIndex());
            out.i64(a.hintTerm());
        } else if (m instanceof Heartbeat h) {
            out.i64(h.round());
            out.i64(h.commitIndex());
            out.i64(h.time());
        } else if (m instanceof HeartbeatResponse h) {
            out.i64(h.round());
            out.i64(h.verified());
            out.i64(h.durable());
        } else if (m instanceof ReadRequest r) {
            out.i64(r.readId());
        } else if (m instanceof ReadResponse r) {
            out.i64(r.readId());
            out.i64(r.index());
        }
    }

    private static RaftMessage message(byte tag, long term, ByteBuffer in) {
        return switch (tag) {
            case 1 -> new PreVoteRequest(term, in.getLong(), in.getLong());
            case 2 -> new PreVoteResponse(term, in.getLong(), WireReader.bool(in));
            case 3 -> new VoteRequest(term, in.getLong(), in.getLong(), WireReader.bool(in));
            case 4 -> new VoteResponse(term, WireReader.bool(in));
            case 5 -> append(term, in);
            case 6 -> new AppendResponse(term, in.getLong(), in.getLong());
            case 7 -> new AppendRefused(term, in.getLong(), in.getLong(), in.getLong());
            case 8 -> new Heartbeat(term, in.getLong(), in.getLong(), in.getLong());
            case 9 -> new HeartbeatResponse(term, in.getLong(), in.getLong(), in.getLong());
            case 10 -> new TimeoutNow(term);
            case 11 -> new ReadRequest(term, in.getLong());
            case 12 -> new ReadResponse(term, in.getLong(), in.getLong());
            default -> throw new IllegalArgumentException("message of unknown tag " + tag);
        };
    }

    private static void entries(List<Entry> entries, WireWriter out) {
        out.i32(entries.size());
        for (Entry e : entries) {
            out.i64(e.term());
            out.u8(e.internal() ? 1 : 0);
            out.i64(e.time());
            out.i32(e.payload().length);
            out.raw(e.payload());
        }
    }

    private static AppendRequest append(long term, ByteBuffer in) {
        long prevIndex = in.getLong();
        long prevTerm = in.getLong();
        long commit = in.getLong();
        long time = in.getLong();
        int count = in.getInt();
        if (count < 0 || count > in.remaining() / 21) {
            throw new IllegalArgumentException(
                    "message promises " + count + " entries in " + in.remaining() + " bytes");
        }
        List<Entry> entries = new ArrayList<>(count);
        for (int i = 1; i <= count; i++) {
            long entryTerm = in.getLong();
            boolean internal = WireReader.bool(in);
            long entryTime = in.getLong();
            int length = in.getInt();
            if (length < 0 || length > in.remaining()) {
                throw new IllegalArgumentException(
                        "entry promises " + length + " bytes, " + in.remaining() + " are left");
            }
            byte[] payload = new byte[length];
            in.get(payload);
            entries.add(new Entry(prevIndex + i, entryTerm, internal, entryTime, payload));
        }
        return new AppendRequest(term, prevIndex, prevTerm, commit, time, entries);
    }
}
