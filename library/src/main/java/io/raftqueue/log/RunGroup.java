package io.raftqueue.log;

import java.nio.ByteBuffer;

/**
 * Equal runs at equal distances: {@code repeat} times {@code count} messages with consecutive ids, in slots from {@code
 * slot} of entries that are {@code distance} apart.
 *
 * <pre>
 * varint count*8 + (slot given) + 2*(repeated) + 4*(ids left out before it)
 * varint entries since the last run of the group before
 * [varint slot] [varint repetitions, varint entries from one to the next] [varint ids left out]
 * </pre>
 */
final class RunGroup {
    long firstId;
    int count;
    long entry;
    int slot;
    long repeat;
    long distance;

    long nextId() {
        return firstId + count * repeat;
    }

    long lastEntry() {
        return entry + distance * (repeat - 1);
    }

    /** Whether it can follow a group that ended there: ids and entries grow and stay within their range. */
    boolean isPossible(long idBefore, long entryBefore) {
        return count > 0
                && repeat > 0
                && slot >= 0
                && firstId >= idBefore
                && entry >= entryBefore
                && distance >= (repeat > 1 ? 1 : 0)
                && repeat <= (Long.MAX_VALUE - firstId) / count
                && (repeat == 1 || distance <= (Long.MAX_VALUE - entry) / (repeat - 1));
    }

    void copyFrom(RunGroup other) {
        firstId = other.firstId;
        count = other.count;
        entry = other.entry;
        slot = other.slot;
        repeat = other.repeat;
        distance = other.distance;
    }

    /** Writes it relative to where the group before it ended. */
    void write(ByteSink out, long idBefore, long entryBefore) {
        long gap = firstId - idBefore;
        out.putVarint((long) count << 3 | (slot != 0 ? 1 : 0) | (repeat > 1 ? 2 : 0) | (gap != 0 ? 4 : 0));
        out.putVarint(entry - entryBefore);
        if (slot != 0) {
            out.putVarint(slot);
        }
        if (repeat > 1) {
            out.putVarint(repeat).putVarint(distance);
        }
        if (gap != 0) {
            out.putVarint(gap);
        }
    }

    void read(ByteBuffer in, long idBefore, long entryBefore) {
        long head = RunList.varint(in);
        count = (int) Math.min(Integer.MAX_VALUE, head >>> 3);
        entry = entryBefore + RunList.varint(in);
        slot = (head & 1) != 0 ? (int) RunList.varint(in) : 0;
        repeat = (head & 2) != 0 ? RunList.varint(in) : 1;
        distance = (head & 2) != 0 ? RunList.varint(in) : 0;
        firstId = idBefore + ((head & 4) != 0 ? RunList.varint(in) : 0);
    }
}
