package io.raftqueue.log;

import io.raftqueue.log.disk.DiskDirectory;
import io.raftqueue.log.disk.DiskFile;
import io.raftqueue.log.disk.DiskFullException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Makes segment files ahead of their use: zeros written and forced, header, name and directory on disk. So an append
 * changes no metadata, fdatasync has little to do, and whether there is room is known before anything is written.
 */
final class Preallocation {
    static final String RESERVE = "reserve";
    /** The first segment of a new log is small: most of the time nobody waits for 16 MiB of zeros at the first start. */
    private static final int FIRST_SEGMENT = 4 << 20;
    /** Zeros go to disk in pieces, so that the fsync of somebody else never waits for all of them. */
    private static final int PIECE = 1 << 20;
    /** What a refused segment or copy leaves at least: snapshots, by which space comes back, are made in it. */
    private static final long SMALLEST_MARGIN = 64 << 10;

    private final DiskDirectory disk;
    private final UUID incarnation;
    private final Checksum checksum;
    private final int segmentBytes;
    private final Executor background;
    private final FailureGate gate;

    private final Deque<Segment> ready = new ArrayDeque<>();
    private long nextSequence = 1;
    private final AtomicBoolean asked = new AtomicBoolean();
    private volatile long readyRoom;
    private long nextBytes;
    private boolean closed;

    Preallocation(
            DiskDirectory disk,
            UUID incarnation,
            Checksum checksum,
            int segmentBytes,
            Executor background,
            FailureGate gate) {
        this.disk = disk;
        this.incarnation = incarnation;
        this.checksum = checksum;
        this.segmentBytes = segmentBytes;
        this.nextBytes = segmentBytes;
        this.background = background;
        this.gate = gate;
    }

    /** A segment that recovery found empty behind the last written one. */
    synchronized void found(Segment empty) {
        ready.add(empty);
        noteReady();
    }

    private void noteReady() {
        Segment first = ready.peek();
        readyRoom = first == null ? 0 : first.room();
    }

    synchronized void sequenceUsed(long sequence) {
        nextSequence = Math.max(nextSequence, sequence + 1);
    }

    /** The very first segment of a log, small; those after it grow to the full size. */
    synchronized Segment first() throws IOException {
        Segment segment = ready.poll();
        noteReady();
        if (segment != null) {
            return segment;
        }
        nextBytes = Math.min(segmentBytes, FIRST_SEGMENT);
        return makeNext();
    }

    private Segment makeNext() throws IOException {
        Segment segment = make(nextBytes);
        nextBytes = Math.min(segmentBytes, nextBytes * 2);
        return segment;
    }

    /** An empty segment with room for a record of this size. */
    synchronized Segment take(long recordBytes) throws IOException {
        long needed = SegmentHeader.BYTES + recordBytes;
        Segment first = ready.peek();
        if (first != null && first.capacity() < needed) {
            // Sequence numbers are the order of the log, so what was made ahead cannot follow a later number.
            while (!ready.isEmpty()) {
                ready.remove().delete();
            }
        }
        Segment segment = ready.poll();
        noteReady();
        if (segment != null) {
            return segment;
        }
        return needed > nextBytes ? make(Math.max(segmentBytes, needed)) : makeNext();
    }

    /** Whether the next segment is there, or could be made; beside what is left in the one being written. */
    boolean roomFor(long bytes) {
        if (bytes <= readyRoom) {
            return true;
        }
        prepareAhead();
        try {
            return disk.usableBytes() >= bytes + 2L * segmentBytes + margin(segmentBytes)
                    || disk.list().contains(RESERVE);
        } catch (IOException e) {
            throw gate.fail("looking at the free space", e);
        }
    }

    /** Gives back what was taken and not used, newest first. */
    synchronized void giveBack(Segment unused) throws IOException {
        if (unused.capacity() <= segmentBytes) {
            ready.addFirst(unused);
            noteReady();
        } else {
            unused.delete();
        }
    }

    /** Sees to it that one segment is ready, on the background thread. Never waits for the one that is being made. */
    void prepareAhead() {
        if (readyRoom == 0 && asked.compareAndSet(false, true)) {
            background.execute(this::prepare);
        }
    }

    private synchronized void prepare() {
        try {
            if (ready.isEmpty() && !closed && gate.cause() == null) {
                ready.add(makeNext());
                noteReady();
            }
        } catch (DiskFullException noRoomYet) {
            // No failure: whoever needs the segment tries again, and is refused if there is still no room.
            readyRoom = 0;
        } catch (IOException e) {
            gate.fail("making the next segment", e);
        } finally {
            asked.set(false);
        }
    }

    private Segment make(long capacity) throws IOException {
        try {
            return write(capacity);
        } catch (DiskFullException full) {
            if (!giveUpReserve(disk)) {
                throw full;
            }
            return write(capacity);
        }
    }

    /** Makes room, once, when there is none left. */
    static boolean giveUpReserve(DiskDirectory disk) throws IOException {
        if (!disk.list().contains(RESERVE)) {
            return false;
        }
        disk.delete(RESERVE);
        disk.sync();
        return true;
    }

    private Segment write(long capacity) throws IOException {
        requireRoom(disk, capacity + margin(segmentBytes));
        long sequence = nextSequence;
        String name = SegmentHeader.fileName(sequence);
        writeZeros(disk, name + DataDirectory.TEMPORARY, capacity, file -> {
            file.writeFully(
                    SegmentHeader.encode(SegmentHeader.Kind.LOG, sequence, capacity, 0, incarnation, checksum), 0);
        });
        disk.rename(name + DataDirectory.TEMPORARY, name);
        disk.sync();
        nextSequence = sequence + 1;
        return new Segment(disk, name, sequence, capacity);
    }

    /** Refuses before the last block of the device is eaten up. */
    static void requireRoom(DiskDirectory disk, long bytes) throws IOException {
        long usable = disk.usableBytes();
        if (usable < bytes) {
            throw new DiskFullException(usable + " bytes are free, " + bytes + " are needed");
        }
    }

    /** What others leave to snapshots: the summary of a full segment and the runs of the newest one are a small part of a segment. */
    static long margin(long segmentBytes) {
        return Math.max(SMALLEST_MARGIN, segmentBytes / 8);
    }

    private interface Head {
        void write(DiskFile file) throws IOException;
    }

    private static void writeZeros(DiskDirectory disk, String name, long bytes, Head head) throws IOException {
        boolean done = false;
        disk.delete(name);
        try (DiskFile file = disk.create(name)) {
            for (long at = 0; at < bytes; at += PIECE) {
                Segment.zero(file, at, Math.min(bytes, at + PIECE));
                file.force();
            }
            head.write(file);
            file.force();
            done = true;
        } finally {
            if (!done) {
                disk.delete(name);
            }
        }
    }

    /** Keeps a file of one segment's size that is given up when the device is full: takes and snapshots go on from it. */
    static void makeReserve(DiskDirectory disk, long segmentBytes) throws IOException {
        long bytes = segmentBytes + margin(segmentBytes);
        requireRoom(disk, bytes);
        writeZeros(disk, RESERVE + DataDirectory.TEMPORARY, bytes, file -> {});
        disk.rename(RESERVE + DataDirectory.TEMPORARY, RESERVE);
        disk.sync();
    }

    synchronized void close() {
        closed = true;
        ready.forEach(Segment::close);
    }
}
