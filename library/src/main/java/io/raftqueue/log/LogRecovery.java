package io.raftqueue.log;

import io.raftqueue.consensus.Entry;
import io.raftqueue.log.disk.DiskDirectory;
import io.raftqueue.log.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Reads the segments at start and decides what they are worth: a true prefix of what was written, with everything that
 * was ever durable, or a refusal. It cuts off only a torn end that was never acknowledged:
 *
 * <ul>
 *   <li>a broken place with a later segment in use behind it is damage, for a segment is forced before the next is begun;
 *   <li>a broken place with a whole record behind it that knew the broken one durable is damage;
 *   <li>an end before the {@link DurableMark} or before the snapshot's index is damage;
 *   <li>everything else that is broken was lost by a power cut before it was forced, and is zeroed.
 * </ul>
 */
final class LogRecovery {
    private static final int SCAN_BUFFER = 1 << 20;
    private static final int LARGEST_SUMMARY = 256 << 20;

    private final DiskDirectory disk;
    private final UUID incarnation;
    private final Checksum checksum;
    private final TermAndVote state;
    private final long snapshotIndex;
    private final long snapshotTerm;
    private final long logStart;
    private final long firstSegment;
    private final long runsFrom;
    private final long marked;

    private final Set<String> names = new TreeSet<>();
    private final List<ByteBuffer> summaries = new ArrayList<>();
    private final SegmentList segments = new SegmentList();
    private final List<Segment> empty = new ArrayList<>();
    private final TermIndex terms;
    private final InternalIndex internal;
    private final TailCache tail;
    private long last;
    private long lastTerm;
    private long lastTime;
    private long highestSequence;

    /**
     * @param snapshot the newest one
     * @param marked the durable mark
     */
    LogRecovery(
            DiskDirectory disk,
            UUID incarnation,
            Checksum checksum,
            TermAndVote state,
            SnapshotFile snapshot,
            long marked,
            TermIndex terms,
            InternalIndex internal,
            TailCache tail) {
        this.disk = disk;
        this.incarnation = incarnation;
        this.checksum = checksum;
        this.state = state;
        this.snapshotIndex = snapshot.snapshot().index();
        this.snapshotTerm = snapshot.snapshot().term();
        this.logStart = snapshot.logStart();
        this.firstSegment = snapshot.firstSegment();
        this.runsFrom = snapshot.runsFrom();
        this.marked = marked;
        this.terms = terms;
        this.internal = internal;
        this.tail = tail;
    }

    void run() throws IOException {
        names.addAll(disk.list());
        List<Segment> found = findSegments();
        boolean removed = false;
        for (int i = 0; i < found.size(); i++) {
            Segment segment = found.get(i);
            if (takeSummary(segment)) {
                segments.add(segment);
                continue;
            }
            SegmentCursor end = scan(segment);
            if (!segment.isEmpty() && segment.lastIndex() < runsFrom) {
                throw new DamagedLogException(
                        disk.path(), SegmentSummary.fileName(segment), -1, "it is missing or cannot be read", null);
            }
            if (atPendingCut()) {
                finishCut(segment, end.recordStart(), found.subList(i + 1, found.size()));
                break;
            }
            boolean usedBehind = anyUsed(found.subList(i + 1, found.size()));
            if (!isClean(segment, end.recordStart())) {
                judge(segment, end, usedBehind);
                segment.zero(end.recordStart(), segment.capacity());
            }
            if (!segment.isEmpty()) {
                segments.add(segment);
            } else if (usedBehind) {
                segment.delete();
                removed = true;
            } else {
                empty.add(segment);
            }
        }
        if (removed) {
            disk.sync();
        }
        checkWhole();
        if (segments.all().length > 0) {
            // What was read may lie in the page cache only; from now on it counts as durable.
            segments.active().file().force();
        }
    }

    private List<Segment> findSegments() throws IOException {
        List<Segment> found = new ArrayList<>();
        for (String name : names) {
            long sequence = SegmentHeader.sequenceOf(name);
            if (sequence < 0) {
                continue;
            }
            highestSequence = Math.max(highestSequence, sequence);
            if (sequence < firstSegment) {
                disk.delete(name);
                continue;
            }
            try (DiskFile file = disk.open(name)) {
                long capacity = SegmentHeader.check(SegmentHeader.Kind.LOG, disk, file, incarnation, checksum)
                        .capacity();
                found.add(new Segment(disk, name, sequence, capacity));
            }
        }
        return found;
    }

    /** A full segment whose summary a snapshot relies on is not read; its records are checked whenever they are. */
    private boolean takeSummary(Segment segment) throws IOException {
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

    /** Takes over the whole records; returns the cursor at what comes after them. */
    private SegmentCursor scan(Segment segment) throws IOException {
        SegmentCursor cursor =
                new SegmentCursor(segment.file(), SegmentHeader.BYTES, segment.capacity(), checksum, (int)
                        Math.min(SCAN_BUFFER, segment.capacity()));
        while (cursor.next() == SegmentCursor.Found.RECORD) {
            Entry entry = cursor.entry();
            if (state.cutFrom() > 0 && entry.index() >= state.cutFrom()) {
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
        return cursor;
    }

    private void checkOrder(Segment segment, long offset, long index, long term, boolean firstOfSegment) {
        long expected = Math.max(last, logStart) + 1;
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

    private boolean atPendingCut() {
        return state.cutFrom() > 0 && Math.max(last, logStart) + 1 >= state.cutFrom();
    }

    private void finishCut(Segment segment, long offset, List<Segment> behind) throws IOException {
        segment.zero(offset, segment.capacity());
        for (Segment later : behind) {
            later.delete();
        }
        disk.sync();
        if (segment.isEmpty()) {
            empty.add(segment);
        } else {
            segments.add(segment);
        }
    }

    private boolean anyUsed(List<Segment> behind) throws IOException {
        for (Segment segment : behind) {
            if (!isClean(segment, SegmentHeader.BYTES)) {
                return true;
            }
        }
        return false;
    }

    private boolean isClean(Segment segment, long from) throws IOException {
        return new TailScan(segment.file(), checksum).allZero(from, segment.capacity());
    }

    /** Returns if the broken end was never acknowledged. */
    private void judge(Segment segment, SegmentCursor end, boolean usedBehind) throws IOException {
        long broken = Math.max(last, logStart) + 1;
        String what = "entry " + broken + " is broken ("
                + (end.why().isEmpty() ? "zeros where it should begin" : end.why()) + ")";
        if (usedBehind) {
            throw damaged(segment, end.recordStart(), what + ", and later segments are in use");
        }
        if (broken <= snapshotIndex) {
            throw damaged(
                    segment, end.recordStart(), what + ", and the snapshot covers entries up to " + snapshotIndex);
        }
        if (broken <= marked) {
            throw damaged(segment, end.recordStart(), what + ", and entries up to " + marked + " were on disk");
        }
        long witness = new TailScan(segment.file(), checksum)
                .recordThatKnewDurable(broken, end.recordStart(), segment.capacity());
        if (witness >= 0) {
            throw damaged(
                    segment,
                    end.recordStart(),
                    what + ", and a whole record at " + witness + " was written after it was on disk");
        }
    }

    private void checkWhole() throws IOException {
        if (state.cutFrom() > 0) {
            state.endCut();
        }
        long end = Math.max(last, logStart);
        if (end < snapshotIndex || end < marked) {
            throw new DamagedLogException(
                    disk.path(),
                    segments.all().length == 0 ? "log" : segments.active().name(),
                    segments.all().length == 0 ? -1 : segments.active().end(),
                    "the log ends with entry " + end + ", but entries up to " + Math.max(snapshotIndex, marked)
                            + " were on disk",
                    null);
        }
        long highestTerm = Math.max(lastTerm, snapshotTerm);
        if (highestTerm > state.term()) {
            throw new DamagedLogException(
                    disk.path(),
                    TermAndVote.NAME,
                    -1,
                    "it promises term " + state.term() + ", but the log holds an entry of term " + highestTerm,
                    null);
        }
    }

    private DamagedLogException damaged(Segment segment, long offset, String what) {
        return new DamagedLogException(disk.path(), segment.name(), offset, what, null);
    }

    SegmentList segments() {
        return segments;
    }

    /** The runs of summarized segments, in order. */
    List<ByteBuffer> summaries() {
        return summaries;
    }

    /** Made ahead and not used. */
    List<Segment> empty() {
        return empty;
    }

    /** The last entry, or where the log starts. */
    long last() {
        return Math.max(last, logStart);
    }

    long lastTime() {
        return lastTime;
    }

    long highestSequence() {
        return highestSequence;
    }
}
