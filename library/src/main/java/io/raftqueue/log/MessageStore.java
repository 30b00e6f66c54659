package io.raftqueue.log;

import io.raftqueue.consensus.Entry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The bodies of waiting messages, which live in the log's entries and, after copying or an installed snapshot, in carried
 * files.
 */
final class MessageStore implements MessageIndex {
    private static final int MOST_AT_ONCE = 4096;

    private final SegmentList segments;
    private final LogReader entries;
    private final CarriedFiles carried;
    private final BodyReader bodies;
    private final Map<Long, QueueBodies> queues = new ConcurrentHashMap<>();
    /** The raft thread's. */
    private @Nullable Segment lastStoredIn;

    MessageStore(SegmentList segments, LogReader entries, CarriedFiles carried, BodyReader bodies) {
        this.segments = segments;
        this.entries = entries;
        this.carried = carried;
        this.bodies = bodies;
    }

    @Override
    public void stored(long queueUid, long firstId, int count, long raftIndex, int firstSlot) {
        queues.computeIfAbsent(queueUid, uid -> new QueueBodies(uid, 0, 0, 0))
                .stored(firstId, count, raftIndex, firstSlot);
        Segment segment = lastStoredIn;
        if (segment == null || raftIndex < segment.firstIndex() || raftIndex > segment.lastIndex()) {
            segment = segments.holding(raftIndex);
            lastStoredIn = segment;
        }
        if (segment != null) {
            segment.countMessages(count);
        }
    }

    @Override
    public void removed(long queueUid, long firstId, long count) {
        QueueBodies queue = queues.get(queueUid);
        if (queue != null) {
            queue.removed(firstId, count);
        }
    }

    @Override
    public void dropQueue(long queueUid) {
        QueueBodies queue = queues.get(queueUid);
        if (queue != null) {
            queue.drop();
        }
    }

    byte @Nullable [] body(long queueUid, long id) {
        QueueBodies queue = queues.get(queueUid);
        if (queue == null || id < queue.floor() || id >= queue.next()) {
            return null;
        }
        RunList.Place place = queue.place(id);
        Entry entry = place == null ? null : entries.entry(place.entry());
        return entry == null || place == null ? carried.body(queueUid, id) : bodies.body(entry.payload(), place.slot());
    }

    /**
     * Reads consecutive messages from {@code fromId} until the id or the bytes are reached; ends early where a body is
     * nowhere. Cheaper than one by one: an entry is looked up once for all its messages.
     */
    List<byte[]> bodies(QueueBodies queue, long fromId, long toId, long maxBytes) {
        List<byte[]> found = new ArrayList<>();
        long[] bytes = new long[1];
        queue.copy(fromId, Math.min(toId, fromId + MOST_AT_ONCE))
                .forEach(fromId, toId, (firstId, count, index, slot) -> {
                    if (firstId != fromId + found.size() || bytes[0] >= maxBytes) {
                        return;
                    }
                    Entry entry = entries.entry(index);
                    for (int i = 0; i < count && entry != null && bytes[0] < maxBytes; i++) {
                        byte[] body = bodies.body(entry.payload(), slot + i);
                        found.add(body);
                        bytes[0] += body.length;
                    }
                });
        while (bytes[0] < maxBytes && fromId + found.size() < toId && found.size() < MOST_AT_ONCE) {
            byte[] body = body(queue.uid(), fromId + found.size());
            if (body == null) {
                break;
            }
            found.add(body);
            bytes[0] += body.length;
        }
        return found;
    }

    /** The queues, in the order of their uids. */
    List<QueueBodies> queues() {
        List<QueueBodies> sorted = new ArrayList<>(queues.values());
        sorted.sort(Comparator.comparingLong(QueueBodies::uid));
        return sorted;
    }

    @Nullable
    QueueBodies queue(long uid) {
        return queues.get(uid);
    }

    /**
     * Begins with the queues of a snapshot and nothing else.
     *
     * @param taken messages before their heads that can be read too until they are forgotten, in the order of their ids
     */
    void restart(List<LiveQueue> live, List<MessageRange> taken) {
        Map<Long, Long> floors = new HashMap<>();
        taken.forEach(range -> floors.putIfAbsent(range.queueUid(), range.firstId()));
        Map<Long, QueueBodies> begun = new HashMap<>();
        for (LiveQueue queue : live) {
            long floor = floors.getOrDefault(queue.uid(), queue.head());
            begun.put(queue.uid(), new QueueBodies(queue.uid(), floor, queue.head(), queue.next()));
        }
        queues.putAll(begun);
        queues.keySet().retainAll(begun.keySet());
    }

    /** Takes over stored runs of the queues that are still there: number of queues, then uid and runs of each. */
    void restoreRuns(ByteBuffer in) {
        long count = RunList.varint(in);
        for (long i = 0; i < count; i++) {
            long uid = in.getLong();
            QueueBodies queue = queues.get(uid);
            if (queue == null) {
                new RunList().read(in, Long.MAX_VALUE);
            } else {
                queue.restore(in);
            }
        }
        if (in.hasRemaining()) {
            throw new IllegalArgumentException(in.remaining() + " bytes behind the runs");
        }
    }

    /** Refuses restored runs beyond the queues of the snapshot or its last entry: what is stored later could not follow. */
    void requireRunsWithin(List<LiveQueue> live, long lastEntry) {
        for (LiveQueue queue : live) {
            QueueBodies bodies = queues.get(queue.uid());
            if (bodies != null && !bodies.liesWithin(lastEntry)) {
                throw new IllegalArgumentException("runs of queue " + queue.uid() + " behind its last message");
            }
        }
    }

    /** Writes the runs that lie in these entries, as {@link #restoreRuns} reads them. */
    void writeRuns(ByteSink out, long fromEntry, long toEntry) {
        ByteSink runs = new ByteSink(1024);
        int count = 0;
        for (QueueBodies queue : queues()) {
            long[] ids = queue.idsWithin(fromEntry, toEntry);
            if (ids[0] < ids[1]) {
                runs.putLong(queue.uid());
                queue.copy(ids[0], ids[1]).write(runs);
                count++;
            }
        }
        out.putVarint(count).put(runs.toArray());
    }

    /** The queues, empty ones too, and their waiting messages, right now. */
    List<LiveQueue> live() {
        List<LiveQueue> live = new ArrayList<>();
        for (QueueBodies queue : queues()) {
            LiveQueue now = queue.live();
            if (now != null) {
                live.add(now);
            }
        }
        return live;
    }

    void published(List<LiveQueue> live) {
        Map<Long, LiveQueue> byUid = new HashMap<>();
        live.forEach(queue -> byUid.put(queue.uid(), queue));
        for (QueueBodies queue : queues()) {
            LiveQueue inSnapshot = byUid.get(queue.uid());
            if (inSnapshot != null) {
                queue.publishedHead(inSnapshot.head());
            } else {
                queue.publishedWithout();
            }
        }
    }

    void advanceFloors() {
        for (QueueBodies queue : queues()) {
            if (queue.advanceFloor()) {
                queues.remove(queue.uid());
            }
        }
    }

    /** How many readable messages lie in these entries. */
    long readableWithin(long fromEntry, long toEntry) {
        long count = 0;
        for (QueueBodies queue : queues.values()) {
            long[] ids = queue.idsWithin(fromEntry, toEntry);
            count += ids[1] - ids[0];
        }
        return count;
    }

    /** How many readable messages the carried file holds. */
    long readable(CarriedFile file) {
        long count = 0;
        for (long uid : file.runs().keySet()) {
            QueueBodies queue = queues.get(uid);
            count += queue == null ? 0 : file.count(uid, queue.floor(), queue.next());
        }
        return count;
    }

    /** How many waiting messages of a restored queue are nowhere. */
    long missing(LiveQueue live) {
        QueueBodies queue = queues.get(live.uid());
        RunList inEntries = queue == null ? new RunList() : queue.copy(live.head(), live.next());
        return gaps(live.uid(), inEntries, live.head(), live.next()).count();
    }

    private IdGaps gaps(long uid, RunList inEntries, long fromId, long toId) {
        IdGaps gaps = new IdGaps(fromId, toId);
        gaps.found(inEntries);
        for (CarriedFile file : carried.all()) {
            RunList runs = file.runs().get(uid);
            if (runs != null) {
                gaps.found(runs);
            }
        }
        return gaps;
    }

    /** What of the range can be read now, in order. */
    private List<MessageRange> readable(MessageRange wanted) {
        QueueBodies queue = queues.get(wanted.queueUid());
        if (queue == null) {
            return List.of();
        }
        long from = Math.max(wanted.firstId(), queue.floor());
        long to = Math.min(wanted.end(), queue.next());
        RunList there = new RunList();
        queue.copy(from, to).forEach(from, to, (firstId, count, entry, slot) -> {
            if (segments.holding(entry) != null) {
                there.add(firstId, count, entry, slot);
            }
        });
        return gaps(wanted.queueUid(), there, from, to).between(wanted.queueUid(), from, to);
    }

    /** Whether all of these messages can be read now. */
    boolean holds(MessageRange wanted) {
        return readable(wanted).equals(List.of(wanted));
    }

    /** What of these messages can be read now and lies before the heads of the queues, in the order of a transfer. */
    List<MessageRange> readableBefore(List<LiveQueue> live, List<MessageRange> wanted) {
        Map<Long, List<MessageRange>> byQueue = new HashMap<>();
        wanted.forEach(range -> byQueue.computeIfAbsent(range.queueUid(), uid -> new ArrayList<>())
                .add(range));
        List<MessageRange> found = new ArrayList<>();
        for (LiveQueue queue : live) {
            for (MessageRange range : MessageRange.joined(byQueue.getOrDefault(queue.uid(), List.of()))) {
                long count = Math.min(range.end(), queue.head()) - range.firstId();
                if (count > 0) {
                    found.addAll(readable(new MessageRange(queue.uid(), range.firstId(), count)));
                }
            }
        }
        return found;
    }

    BodyReader bodies() {
        return bodies;
    }

    /** True if a good part of what is kept was removed since the newest snapshot, and so could go after another one. */
    boolean muchRemovedSinceSnapshot() {
        long removed = 0;
        long readable = 0;
        for (QueueBodies queue : queues.values()) {
            removed += queue.removedSinceSnapshot();
            readable += queue.readable();
        }
        return removed > 0 && removed >= readable / 8;
    }

    long memoryBytes() {
        long bytes = 0;
        for (QueueBodies queue : queues.values()) {
            bytes += queue.memoryBytes();
        }
        return bytes;
    }
}
