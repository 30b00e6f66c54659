package io.raftqueue.log;

import io.raftqueue.consensus.Entry;
import io.raftqueue.log.disk.DiskDirectory;
import io.raftqueue.log.disk.DiskFile;
import io.raftqueue.log.disk.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The writing end: appends by one positional write for each call, forces in groups, cuts. Appends belong to one thread and
 * run while another one forces; whatever changes files takes the lock that forcing holds.
 */
final class LogWriter {
    private static final int BUFFER = 1 << 20;
    /** For the records' headers, and for what does not fit at the end of a segment. */
    private static final long SLACK = 64 << 10;

    private final DiskDirectory disk;
    private final SegmentList segments;
    private final Preallocation preallocation;
    private final TermAndVote state;
    private final DurableMark mark;
    private final Checksum checksum;
    private final FailureGate gate;
    private final boolean fsync;

    private final ByteBuffer buffer;
    private final byte[] header = new byte[RecordFormat.HEADER_BYTES];
    private final ReentrantLock files = new ReentrantLock();
    private volatile long written;
    private volatile long durable;

    LogWriter(
            DiskDirectory disk,
            SegmentList segments,
            Preallocation preallocation,
            TermAndVote state,
            DurableMark mark,
            Checksum checksum,
            FailureGate gate,
            boolean fsync,
            long last,
            int bufferBytes) {
        this.disk = disk;
        this.segments = segments;
        this.preallocation = preallocation;
        this.state = state;
        this.mark = mark;
        this.checksum = checksum;
        this.gate = gate;
        this.fsync = fsync;
        this.written = last;
        this.durable = last;
        this.buffer = ByteBuffer.allocateDirect(Math.min(BUFFER, bufferBytes));
    }

    long written() {
        return written;
    }

    long durable() {
        return durable;
    }

    ReentrantLock files() {
        return files;
    }

    void append(List<Entry> entries) {
        Deque<Segment> more = takeSegments(entries);
        try {
            for (int i = 0; i < entries.size(); ) {
                Segment active = segments.active();
                int until = i;
                for (long room = active.room(); until < entries.size(); until++) {
                    room -= RecordFormat.sizeOf(entries.get(until));
                    if (room < 0) {
                        break;
                    }
                }
                if (until == i) {
                    roll(more.remove());
                } else {
                    write(active, entries.subList(i, until));
                    i = until;
                }
            }
        } catch (IOException e) {
            throw gate.fail(
                    "appending entry " + entries.get(0).index() + " to "
                            + segments.active().name(),
                    e);
        }
        preallocation.prepareAhead();
    }

    /** Whether an append of so many bytes would be taken now; asks for the next segment if it is not there yet. */
    boolean roomFor(long bytes) {
        long needed = bytes + SLACK;
        return segments.active().room() >= needed || preallocation.roomFor(needed);
    }

    /** Makes sure that there is room for all before the first byte is written. */
    private Deque<Segment> takeSegments(List<Entry> entries) {
        Deque<Segment> taken = new ArrayDeque<>();
        long room = segments.active().room();
        for (Entry entry : entries) {
            long size = RecordFormat.sizeOf(entry);
            if (size > room) {
                Segment next = takeSegment(entry, size, taken);
                taken.add(next);
                room = next.room();
            }
            room -= size;
        }
        return taken;
    }

    private Segment takeSegment(Entry entry, long size, Deque<Segment> takenBefore) {
        try {
            return preallocation.take(size);
        } catch (DiskFullException e) {
            giveBack(takenBefore);
            throw new NoSpaceException(
                    "no room for the next segment in " + disk.path() + " (" + e.getMessage() + "): entry "
                            + entry.index() + " was not written. The log goes on when there is room on the device",
                    e);
        } catch (IOException e) {
            throw gate.fail("making the segment for entry " + entry.index(), e);
        }
    }

    private void giveBack(Deque<Segment> taken) {
        try {
            while (!taken.isEmpty()) {
                preallocation.giveBack(taken.removeLast());
            }
        } catch (IOException e) {
            throw gate.fail("giving back unused segments", e);
        }
    }

    /** A segment is on disk before the next one is begun, so only the last one can have a torn end. */
    private void roll(Segment next) throws IOException {
        files.lock();
        try {
            Segment full = segments.active();
            force(full);
            segments.add(next);
            if (full.isEmpty()) { // a record that is larger than a whole segment came first
                segments.remove(full);
                full.delete();
            }
        } finally {
            files.unlock();
        }
    }

    private void write(Segment segment, List<Entry> entries) throws IOException {
        DiskFile file = segment.file();
        long at = segment.end();
        long durableNow = durable;
        buffer.clear();
        for (Entry entry : entries) {
            RecordFormat.writeHeader(header, entry, durableNow, checksum);
            at = put(file, ByteBuffer.wrap(header), at);
            at = put(file, ByteBuffer.wrap(entry.payload()), at);
        }
        flush(file, at);
        for (Entry entry : entries) {
            segment.added(entry.index(), RecordFormat.sizeOf(entry));
        }
        written = entries.get(entries.size() - 1).index();
    }

    /** Gathers; what does not fit goes to the file in whole buffers. Returns the position of the buffer's start. */
    private long put(DiskFile file, ByteBuffer source, long bufferStart) throws IOException {
        long start = bufferStart;
        while (source.hasRemaining()) {
            if (!buffer.hasRemaining()) {
                start += flush(file, start);
            }
            int length = Math.min(source.remaining(), buffer.remaining());
            buffer.put(buffer.position(), source, source.position(), length);
            buffer.position(buffer.position() + length);
            source.position(source.position() + length);
        }
        return start;
    }

    private int flush(DiskFile file, long at) throws IOException {
        int length = buffer.position();
        buffer.flip();
        file.writeFully(buffer, at);
        buffer.clear();
        return length;
    }

    void sync() {
        gate.check();
        if (durable >= written) {
            return;
        }
        files.lock();
        try {
            force(segments.active());
        } catch (IOException e) {
            throw gate.fail("forcing entries " + (durable + 1) + " to " + written + " to disk", e);
        } finally {
            files.unlock();
        }
    }

    private void force(Segment segment) throws IOException {
        long target = written;
        if (durable >= target) {
            return;
        }
        if (fsync) {
            segment.file().force();
        }
        // Failed meanwhile on another thread: what that one lost may be among what we take for safe.
        gate.check();
        mark.write(state.generation(), target);
        durable = target;
    }

    void truncateFrom(long index) {
        files.lock();
        try {
            state.beginCut(index);
            cut(index, offsetOf(index));
            state.endCut();
            written = index - 1;
            durable = Math.min(durable, index - 1);
        } catch (IOException e) {
            throw gate.fail("cutting the log at entry " + index, e);
        } finally {
            files.unlock();
        }
    }

    private long offsetOf(long index) throws IOException {
        Segment segment = segments.holding(index);
        if (segment == null) {
            throw new IllegalArgumentException("entry " + index + " is not in the log");
        }
        return LogReader.find(segment, index, checksum).recordStart();
    }

    /** Removes the newest segments first; what remains of the cut one is zeroed and forced. */
    private void cut(long index, long offset) throws IOException {
        Segment[] all = segments.all();
        for (int i = all.length - 1; i >= 0; i--) {
            Segment segment = all[i];
            if (!segment.isEmpty() && segment.firstIndex() <= index) {
                long end = segment.end();
                segment.cut(index, offset);
                segment.zero(offset, end);
                break;
            }
            segments.remove(segment);
            segment.delete();
        }
        disk.sync();
    }

    /** Begins anew in an empty segment, as if everything up to the index had been written. */
    void resetTo(long index) {
        written = index;
        durable = index;
    }

    void close() throws IOException {
        mark.force();
    }
}
