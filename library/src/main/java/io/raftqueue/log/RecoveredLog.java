package io.raftqueue.log;

import io.raftqueue.consensus.Entry;
import io.raftqueue.log.disk.DiskDirectory;
import io.raftqueue.log.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What recovery has read so far, segment by segment: the entries in order, and what is known of them. */
final class RecoveredLog {
    private static final int SCAN_BUFFER = 1 << 20;
    private static final int LARGEST_SUMMARY = 256 << 20;

    private final DiskDirectory disk;
    private final Checksum checksum;
    private final long snapshotIndex;
    private final long logStart;
    private final long runsFrom;

    final SegmentList segments = new SegmentList();
    final List<Segment> empty = new ArrayList<>();
    final List<ByteBuffer> summaries = new ArrayList<>();
    private final TermIndex terms;
    private final InternalIndex internal;
    private final TailCache tail;
    private long last;
    private long lastTerm;
    private long lastTime;

    RecoveredLog(
            DiskDirectory disk,
            Checksum checksum,
            SnapshotFile snapshot,
            TermIndex terms,
            InternalIndex internal,
            TailCache tail) {
        this.disk = disk;
        this.checksum = checksum;
        this.snapshotIndex = snapshot.snapshot().index();
        this.logStart = snapshot.logStart();
        this.runsFrom = snapshot.runsFrom();
        this.terms = terms;
        this.internal = internal;
        this.tail = tail;
    }

    /** The last entry, or where the log starts. */
    long last() {
        return Math.max(last, logStart);
    }

    long lastTerm() {
        return lastTerm;
    }

    long lastTime() {
        return lastTime;
    }

    /** Keeps a segment that was read: with the others if it holds entries, else for later use. */
    void keep(Segment segment) {
        if (segment.isEmpty()) {
            empty.add(segment);
        } else {
            segments.add(segment);
        }
    }

    /** A full segment whose summary a snapshot relies on is not read; its records are checked whenever they are. */
    boolean takeSummary(Segment segment, Set<String> names) throws IOException {
        String name = SegmentSummary.fileName(segment);
        if (!names.contains(name)) {
            return false;
        }
        byte[] bytes;
        try (DiskFile file = disk.open(name)) {
            bytes = new byte[(int) Math.min(LARGEST_SUMMARY, file.size())];
            file.readFully(ByteBuffer.wrap(bytes), 0);
        }
        TermIndex itsTerms = new TermIndex();
        InternalIndex itsInternal = new InternalIndex();
        ByteBuffer runs = SegmentSummary.decode(bytes, segment, itsTerms, itsInternal, checksum);
        if (runs == null || segment.lastIndex() >= runsFrom) {
            segment.restore(0, 0, SegmentHeader.BYTES);
            segment.points().truncateFrom(0);
            segment.countMessages(-segment.messages());
            return false;
        }
        checkOrder(segment, 0, segment.firstIndex(), itsTerms.at(segment.firstIndex()), true);
        terms.addAll(itsTerms);
        for (long index : itsInternal.within(segment.firstIndex(), segment.lastIndex())) {
            internal.add(index);
        }
        summaries.add(runs);
        segment.summarized();
        last = segment.lastIndex();
        lastTerm = itsTerms.last();
        return true;
    }

    /** Takes over the whole records before {@code cutFrom} (0 = all); returns the cursor at what comes after them. */
    SegmentCursor scan(Segment segment, long cutFrom) throws IOException {
        SegmentCursor cursor =
                new SegmentCursor(segment.file(), SegmentHeader.BYTES, segment.capacity(), checksum, (int)
                        Math.min(SCAN_BUFFER, segment.capacity()));
        while (cursor.next() == SegmentCursor.Found.RECORD) {
            Entry entry = cursor.entry();
            if (cutFrom > 0 && entry.index() >= cutFrom) {
                return cursor;
            }
            checkOrder(segment, cursor.recordStart(), entry.index(), entry.term(), segment.isEmpty());
            segment.added(entry.index(), cursor.recordBytes());
            terms.add(entry.index(), entry.term());
            if (entry.internal()) {
                internal.add(entry.index());
            }
            tail.add(entry);
            last = entry.index();
            lastTerm = entry.term();
            lastTime = entry.time();
        }
        if (!segment.isEmpty() && segment.lastIndex() < runsFrom) {
            throw new DamagedLogException(
                    disk.path(), SegmentSummary.fileName(segment), -1, "it is missing or cannot be read", null);
        }
        return cursor;
    }

    private void checkOrder(Segment segment, long offset, long index, long term, boolean firstOfSegment) {
        long expected = last() + 1;
        boolean reclaimedBefore = firstOfSegment && index > expected && index - 1 <= snapshotIndex;
        if (index != expected && !reclaimedBefore) {
            throw damaged(segment, offset, "entry " + index + " follows where " + expected + " belongs");
        }
        if (reclaimedBefore) {
            terms.clear();
            internal.clear();
        }
        if (term < lastTerm) {
            throw damaged(segment, offset, "entry " + index + " has term " + term + " after term " + lastTerm);
        }
    }

    private DamagedLogException damaged(Segment segment, long offset, String what) {
        return new DamagedLogException(disk.path(), segment.name(), offset, what, null);
    }
}
