package io.raftqueue.log;

import java.nio.ByteBuffer;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where the bodies of one queue are, and which of them are still wanted:
 *
 * <pre>
 * ids   … forgotten … | floor  readable, removed … | head  waiting … | next
 * </pre>
 *
 * After an installed snapshot not all of the removed ones are readable, only those that came with it.
 */
final class QueueBodies {
    private final long uid;
    private final RunList runs = new RunList();
    /** Removed ranges beyond the head (first id to the id after), merged into it when it reaches them. */
    private final TreeMap<Long, Long> removedAhead = new TreeMap<>();

    /** Where the queue began here. */
    private long begin;

    private long head;
    private long next;
    private long floor;
    private long floorToBe;
    private long headInSnapshot;
    private boolean dropped;

    QueueBodies(long uid, long floor, long head, long next) {
        this.uid = uid;
        this.begin = head;
        this.head = head;
        this.next = next;
        this.floor = floor;
        this.floorToBe = floor;
        this.headInSnapshot = head;
    }

    long uid() {
        return uid;
    }

    synchronized void stored(long firstId, int count, long entry, int slot) {
        if (next == 0) { // a new queue: whatever its first id is, nothing was before it
            begin = firstId;
            head = firstId;
            floor = firstId;
            floorToBe = firstId;
            headInSnapshot = firstId;
        }
        runs.add(firstId, count, entry, slot);
        next = firstId + count;
    }

    synchronized void removed(long firstId, long count) {
        long end = firstId + count;
        if (firstId > head) {
            removedAhead.merge(firstId, end, Math::max);
        } else {
            head = Math.max(head, end);
        }
        while (!removedAhead.isEmpty() && removedAhead.firstKey() <= head) {
            head = Math.max(head, removedAhead.pollFirstEntry().getValue());
        }
    }

    synchronized void drop() {
        head = Math.max(head, next);
        removedAhead.clear();
        dropped = true;
    }

    /** What a snapshot says of the queue; null if it was dropped. */
    synchronized @Nullable LiveQueue live() {
        return dropped ? null : new LiveQueue(uid, head, next);
    }

    synchronized long next() {
        return next;
    }

    synchronized long floor() {
        return floor;
    }

    /** Takes over part of a stored index. */
    synchronized void restore(ByteBuffer in) {
        runs.read(in, floor);
    }

    /** Whether no run is of an id or an entry behind the last one. */
    synchronized boolean liesWithin(long lastEntry) {
        return runs.isEmpty() || (runs.nextId() <= next && runs.lastEntry() <= lastEntry);
    }

    /** A snapshot in which the head is this was published. */
    synchronized void publishedHead(long newHead) {
        headInSnapshot = Math.max(headInSnapshot, newHead);
    }

    /** Messages that left the queue since the newest snapshot: the next one lets them go. */
    synchronized long removedSinceSnapshot() {
        return Math.max(0, head - headInSnapshot);
    }

    synchronized long readable() {
        return Math.max(0, next - Math.max(floor, begin));
    }

    /** It is in no snapshot any more. */
    synchronized void publishedWithout() {
        if (dropped) {
            headInSnapshot = Long.MAX_VALUE;
        }
    }

    /** What was removed before the snapshot of the last call is forgotten. True if nothing is left of the queue. */
    synchronized boolean advanceFloor() {
        floor = Math.max(floor, Math.min(floorToBe, head));
        floorToBe = headInSnapshot;
        runs.dropBefore(floor);
        return dropped && floorToBe == Long.MAX_VALUE && floor >= next;
    }

    /** Where the message is, if it is still readable. */
    synchronized RunList.@Nullable Place place(long id) {
        return id < floor ? null : runs.find(id);
    }

    /** The readable messages that lie in entries {@code from <= entry <= to}: first id, and the id after the last. */
    synchronized long[] idsWithin(long fromEntry, long toEntry) {
        if (runs.isEmpty() || floor >= next) {
            return new long[] {0, 0};
        }
        long first = Math.max(floor, runs.firstIdFrom(fromEntry));
        return new long[] {first, Math.max(first, runs.firstIdFrom(toEntry + 1))};
    }

    /** The runs of readable messages with ids in {@code from <= id < to}. */
    synchronized RunList copy(long fromId, long toId) {
        RunList copy = new RunList();
        runs.forEach(Math.max(floor, fromId), toId, copy::add);
        return copy;
    }

    synchronized long memoryBytes() {
        return runs.memoryBytes();
    }
}
