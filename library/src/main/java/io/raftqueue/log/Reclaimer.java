package io.raftqueue.log;

import io.raftqueue.log.disk.DiskFullException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Gives space back. A file goes when Raft does not need it and nobody can read a message in it any more: none that waits
 * by the newest snapshot, and none that was removed less than two calls ago. What is mostly dead is emptied first, by
 * copying its last messages into a carried file. While a transfer reads, everything stays.
 */
final class Reclaimer {
    /** Copying pays when it frees at least three times what it writes. */
    private static final int DEAD_SHARE = 4;

    private final LogParts parts;
    private final AtomicInteger readers = new AtomicInteger();
    /** Living messages of a file when it was last found too full to copy. */
    private final Map<String, Long> notWorthIt = new HashMap<>();
    /** Deleted by the next call: by then nobody reads from before the log's beginning any more. */
    private List<Segment> condemned = List.of();

    private volatile boolean hadReserve;

    Reclaimer(LogParts parts) {
        this.parts = parts;
    }

    void readerBegins() {
        readers.incrementAndGet();
    }

    void readerEnds() {
        readers.decrementAndGet();
    }

    void run() {
        parts.snapshots.publishing().lock();
        try {
            parts.gate.check();
            if (readers.get() == 0) {
                delete(condemned);
                condemned = List.of();
                parts.messages.advanceFloors();
                List<Segment> dead = findDead();
                dead.addAll(copyForward(dead));
                parts.segments.condemn(dead);
                condemned = dead;
            }
            closeIdle();
            keepReserve();
        } catch (DiskFullException noRoom) {
            // Nothing is lost: the files stay as they are, and the next call tries again.
            notWorthIt.clear();
        } catch (IOException e) {
            throw parts.gate.fail("reclaiming space", e);
        } finally {
            parts.snapshots.publishing().unlock();
        }
    }

    /** Full segments below what Raft still needs. */
    private List<Segment> candidates() {
        SnapshotFile snapshot = parts.snapshots.newest();
        long last = Math.min(snapshot.snapshot().index() - parts.options.retainedEntries(), snapshot.runsFrom() - 1);
        last = Math.min(last, parts.writer.written() - 1); // the log's end is never without a segment
        Segment[] all = parts.segments.all();
        List<Segment> candidates = new ArrayList<>();
        for (int i = 0; i < all.length - 1 && all[i].lastIndex() <= last; i++) {
            candidates.add(all[i]);
        }
        return candidates;
    }

    private List<Segment> findDead() throws IOException {
        List<Segment> dead = new ArrayList<>();
        for (Segment segment : candidates()) {
            if (parts.messages.readableWithin(segment.firstIndex(), segment.lastIndex()) == 0) {
                dead.add(segment);
            }
        }
        for (CarriedFile file : parts.carried.all()) {
            if (parts.messages.readable(file) == 0) {
                parts.carried.remove(file);
                notWorthIt.remove(file.segment().name());
            }
        }
        return dead;
    }

    /** A segment goes before its summary, so that a segment without one always means damage. */
    private void delete(List<Segment> segments) throws IOException {
        if (segments.isEmpty()) {
            return;
        }
        for (Segment segment : segments) {
            parts.segments.remove(segment);
            segment.delete();
            notWorthIt.remove(segment.name());
        }
        parts.disk.sync();
        for (Segment segment : segments) {
            parts.disk.delete(SegmentSummary.fileName(segment));
        }
    }

    private List<Segment> copyForward(List<Segment> dead) throws IOException {
        List<Segment> emptied = new ArrayList<>();
        List<CarriedFile> emptiedFiles = new ArrayList<>();
        try (CarriedCopy copy = new CarriedCopy(parts)) {
            for (CarriedFile file : parts.carried.all()) {
                long living = parts.messages.readable(file);
                if (worthTrying(file.segment(), living, file.messages()) && !copy.isFull()) {
                    if (copy.copy(file, file.segment().end() / DEAD_SHARE)) {
                        emptiedFiles.add(file);
                    } else {
                        notWorthIt.put(file.segment().name(), living);
                    }
                }
            }
            for (Segment segment : candidates()) {
                long living = parts.messages.readableWithin(segment.firstIndex(), segment.lastIndex());
                if (!dead.contains(segment) && worthTrying(segment, living, segment.messages()) && !copy.isFull()) {
                    if (copy.copy(segment, segment.capacity() / DEAD_SHARE)) {
                        emptied.add(segment);
                    } else {
                        notWorthIt.put(segment.name(), living);
                    }
                }
            }
            copy.publish();
        }
        for (CarriedFile file : emptiedFiles) {
            parts.carried.remove(file);
        }
        return emptied;
    }

    private boolean worthTrying(Segment segment, long living, long stored) {
        if (living * DEAD_SHARE > stored) {
            return false;
        }
        Long before = notWorthIt.get(segment.name());
        return before == null || living <= before / 2;
    }

    /** A file that is not read any more is closed, so that a long backlog holds no thousands of them open. */
    private void closeIdle() {
        parts.writer.files().lock();
        try {
            Segment[] all = parts.segments.all();
            for (int i = 0; i < all.length - 1; i++) {
                all[i].closeIfIdle();
            }
        } finally {
            parts.writer.files().unlock();
        }
        for (CarriedFile file : parts.carried.all()) {
            file.segment().closeIfIdle();
        }
    }

    private void keepReserve() throws IOException {
        long wanted = parts.options.segmentBytes();
        boolean roomy = parts.disk.usableBytes() > 4 * wanted;
        boolean there = parts.disk.list().contains(Preallocation.RESERVE);
        if (roomy && !there) {
            Preallocation.makeReserve(parts.disk, wanted);
            there = true;
        }
        hadReserve |= there;
    }

    /** What was given up for takes and snapshots must not be taken for room by sends. */
    long missingReserve() throws IOException {
        boolean missing = hadReserve && !parts.disk.list().contains(Preallocation.RESERVE);
        return missing ? Preallocation.reserveBytes(parts.options.segmentBytes()) : 0;
    }
}
