package io.raftqueue.state;

import io.raftqueue.command.WireReader;
import io.raftqueue.command.WireWriter;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * The bytes of a {@link QueueState}; equal states have equal bytes, and checksums are the log's matter:
 *
 * <pre>
 * version    byte     1
 * index      varint   of the last entry applied
 * time       varint   cluster time of that entry
 * members    varint count, then 16 bytes each, ascending; none: everybody may open a session
 * sessions   varint count, then each, ascending by node:
 *              node 16 bytes, varint epoch, varint last serial (0: fenced, as the member was removed),
 *              varint number of kept answers, each: varint length, bytes as ResultCodec writes them
 * limits     varint most queues allowed
 * floors     varint next queue uid, varint first id of the next queue
 * queues     varint count, then each, ascending by name:
 *              string name, varint uid, headId, taken, purged, refused, maxMessages, maxBytes,
 *              varint number of stretches; if any: byte grain as a power of two, signed newest sentAt, each stretch:
 *              varint messages, varint bytes, signed sentAt of its first less that of the stretch before
 * </pre>
 */
final class StateSnapshot {
    static final int VERSION = 1;

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private StateSnapshot() {}

    static byte[] write(QueueState state) {
        WireWriter out = new WireWriter(512);
        out.putByte(VERSION);
        out.putVarint(state.appliedIndex());
        out.putVarint(state.time());
        writeContent(state, out);
        return out.toByteArray();
    }

    /** FNV-1a, 64 bit, over the content. */
    static long hash(QueueState state) {
        WireWriter out = new WireWriter(512);
        writeContent(state, out);
        long hash = FNV_OFFSET;
        for (byte b : out.toByteArray()) {
            hash = (hash ^ (b & 0xFF)) * FNV_PRIME;
        }
        return hash;
    }

    static QueueState read(byte[] bytes) {
        WireReader in = new WireReader("state snapshot", bytes);
        int version = in.getByte();
        if (version != VERSION) {
            throw in.malformed("version " + version + " is not read by this release");
        }
        long appliedIndex = in.getVarint(0, Long.MAX_VALUE, "index");
        long time = in.getVarint(0, Long.MAX_VALUE, "time");
        SortedSet<UUID> members = readMembers(in);
        SortedMap<UUID, Session> sessions = readSessions(in);
        Queues queues = Queues.read(in);
        in.end();
        return new QueueState(appliedIndex, time, members, sessions, queues);
    }

    private static void writeContent(QueueState state, WireWriter out) {
        out.putVarint(state.members().size());
        state.members().forEach(out::putUuid);
        out.putVarint(state.sessions().size());
        for (Map.Entry<UUID, Session> session : state.sessions().entrySet()) {
            out.putUuid(session.getKey());
            session.getValue().write(out);
        }
        state.queues().write(out);
    }

    private static SortedSet<UUID> readMembers(WireReader in) {
        SortedSet<UUID> members = new TreeSet<>();
        int count = in.getCount(0, Integer.MAX_VALUE, 16, "number of members");
        for (int i = 0; i < count; i++) {
            UUID member = in.getUuid();
            if (i > 0 && member.compareTo(members.last()) <= 0) {
                throw in.malformed("member " + member + " out of order");
            }
            members.add(member);
        }
        return members;
    }

    private static SortedMap<UUID, Session> readSessions(WireReader in) {
        SortedMap<UUID, Session> sessions = new TreeMap<>();
        int count = in.getCount(0, Integer.MAX_VALUE, 19, "number of sessions");
        for (int i = 0; i < count; i++) {
            UUID node = in.getUuid();
            if (i > 0 && node.compareTo(sessions.lastKey()) <= 0) {
                throw in.malformed("session of " + node + " out of order");
            }
            sessions.put(node, Session.read(in));
        }
        return sessions;
    }
}
