package io.raftqueue.log;

import io.raftqueue.log.disk.DiskDirectory;
import io.raftqueue.log.disk.DiskFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

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

    private final DiskDirectory disk;
    private final UUID incarnation;
    private final Checksum checksum;
    private final TermAndVote state;
    private final long snapshotIndex;
    private final long snapshotTerm;
    private final long firstSegment;
    private final long marked;
    private final RecoveredLog read;

    private final Set<String> names = new TreeSet<>();
    private long highestSequence;
    private @Nullable String cutOff;

    /**
     * @param snapshot the newest one
     * @param marked the durable mark
     * @param read where to put what is found
     */
    LogRecovery(
            DiskDirectory disk,
            UUID incarnation,
            Checksum checksum,
            TermAndVote state,
            SnapshotFile snapshot,
            long marked,
            RecoveredLog read) {
        this.disk = disk;
        this.incarnation = incarnation;
        this.checksum = checksum;
        this.state = state;
        this.snapshotIndex = snapshot.snapshot().index();
        this.snapshotTerm = snapshot.snapshot().term();
        this.firstSegment = snapshot.firstSegment();
        this.marked = marked;
        this.read = read;
    }

    void run() throws IOException {
        names.addAll(disk.list());
        List<Segment> found = findSegments();
        boolean removed = false;
        for (int i = 0; i < found.size(); i++) {
            Segment segment = found.get(i);
            if (read.takeSummary(segment, names)) {
                read.keep(segment);
                continue;
            }
            SegmentCursor end = read.scan(segment, state.cutFrom());
            if (atPendingCut()) {
                finishCut(segment, end.recordStart(), found.subList(i + 1, found.size()));
                break;
            }
            boolean usedBehind = anyUsed(found.subList(i + 1, found.size()));
            if (!isClean(segment, end.recordStart())) {
                judge(segment, end, usedBehind);
                segment.zero(end.recordStart(), segment.capacity());
                cutOff = segment.name() + " at offset " + end.recordStart() + ", behind entry " + read.last()
                        + "; it was never acknowledged, and a start cuts it off";
            }
            if (segment.isEmpty() && usedBehind) {
                segment.delete();
                removed = true;
            } else {
                read.keep(segment);
            }
        }
        if (removed) {
            disk.sync();
        }
        checkWhole();
        if (read.segments.all().length > 0) {
            // What was read may lie in the page cache only; from now on it counts as durable.
            read.segments.active().file().force();
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

    private boolean atPendingCut() {
        return state.cutFrom() > 0 && read.last() + 1 >= state.cutFrom();
    }

    private void finishCut(Segment segment, long offset, List<Segment> behind) throws IOException {
        cutOff = segment.name() + " at offset " + offset + ", behind entry " + read.last()
                + "; the node was cutting the log there, and a start finishes that";
        segment.zero(offset, segment.capacity());
        for (Segment later : behind) {
            later.delete();
        }
        disk.sync();
        read.keep(segment);
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
        long broken = read.last() + 1;
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
        long end = read.last();
        if (end < snapshotIndex || end < marked) {
            throw new DamagedLogException(
                    disk.path(),
                    read.segments.all().length == 0
                            ? "log"
                            : read.segments.active().name(),
                    read.segments.all().length == 0
                            ? -1
                            : read.segments.active().end(),
                    "the log ends with entry " + end + ", but entries up to " + Math.max(snapshotIndex, marked)
                            + " were on disk",
                    null);
        }
        long highestTerm = Math.max(read.lastTerm(), snapshotTerm);
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

    /** Where the log was cut and why, for people; null if all of it was whole. */
    @Nullable
    String cutOff() {
        return cutOff;
    }

    long highestSequence() {
        return highestSequence;
    }
}
