package io.raftqueue.log;

import io.raftqueue.log.disk.DiskDirectory;
import io.raftqueue.log.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One segment file and what is known of it: which entries it holds and, sparsely, where. Its file is opened when needed
 * and closed when it is idle, so that a long backlog does not hold thousands of files open; it is deleted only when nobody
 * reads it.
 */
final class Segment {
    /** Never written to. */
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(256 << 10);

    private final DiskDirectory disk;
    private final String name;
    private final long sequence;
    private final long capacity;
    private final SparseIndex points = new SparseIndex();

    private volatile long firstIndex;
    private volatile long lastIndex;
    private volatile long end = SegmentHeader.BYTES;
    private volatile long messages;

    private @org.jspecify.annotations.Nullable DiskFile file;
    private boolean summarized;
    private int users;
    private boolean usedLately;
    private boolean deleted;

    Segment(DiskDirectory disk, String name, long sequence, long capacity) {
        this.disk = disk;
        this.name = name;
        this.sequence = sequence;
        this.capacity = capacity;
    }

    long sequence() {
        return sequence;
    }

    String name() {
        return name;
    }

    long capacity() {
        return capacity;
    }

    /** 0 while it is empty. */
    long firstIndex() {
        return firstIndex;
    }

    /** {@code firstIndex - 1}, at least 0, while it is empty. */
    long lastIndex() {
        return lastIndex;
    }

    boolean isEmpty() {
        return firstIndex == 0;
    }

    /** Where the next record goes. */
    long end() {
        return end;
    }

    long room() {
        return capacity - end;
    }

    SparseIndex points() {
        return points;
    }

    /** Notes a record of {@code bytes} that lies at the end. */
    void added(long index, long bytes) {
        if (firstIndex == 0) {
            firstIndex = index;
        }
        long start = end;
        points.add((int) (index - firstIndex), (int) start);
        end = start + bytes;
        lastIndex = index;
    }

    /** Takes over what a sidecar says about a full segment. */
    void restore(long first, long last, long restoredEnd) {
        firstIndex = first;
        lastIndex = last;
        end = restoredEnd;
    }

    /** Forgets the index and what follows; {@code offset} is where its record began. */
    void cut(long index, long offset) {
        points.truncateFrom((int) (index - firstIndex));
        end = offset;
        if (index <= firstIndex) {
            firstIndex = 0;
            lastIndex = 0;
        } else {
            lastIndex = index - 1;
        }
    }

    /** How many messages were stored in its entries, as far as is known. */
    long messages() {
        return messages;
    }

    /** For the raft thread, and for recovery. */
    void countMessages(long more) {
        long before = messages;
        messages = before + more;
    }

    /** Its summary is on disk. */
    boolean isSummarized() {
        return summarized;
    }

    void summarized() {
        summarized = true;
    }

    /** Opens the file for one use; {@link #release()} ends it. False if the segment is deleted. */
    synchronized boolean acquire() {
        if (deleted) {
            return false;
        }
        users++;
        usedLately = true;
        return true;
    }

    synchronized void release() {
        users--;
        if (deleted && users == 0) {
            closeFile();
        }
    }

    synchronized DiskFile file() throws IOException {
        DiskFile open = file;
        if (open == null) {
            open = disk.open(name());
            file = open;
        }
        return open;
    }

    /** Closes the file if nobody used it since the last call. Not for the segment that is written. */
    synchronized void closeIfIdle() {
        if (users == 0 && !usedLately) {
            closeFile();
        }
        usedLately = false;
    }

    synchronized void close() {
        closeFile();
    }

    /** Readers under way finish on the open file; the name goes at once. */
    synchronized void delete() throws IOException {
        deleted = true;
        disk.delete(name());
        if (users == 0) {
            closeFile();
        }
    }

    private void closeFile() {
        DiskFile open = file;
        file = null;
        if (open != null) {
            open.close();
        }
    }

    /** Zeros from the offset to {@code until}, forced: nothing behind a cut ever comes back. */
    void zero(long offset, long until) throws IOException {
        zero(file(), offset, until);
        file().force();
    }

    static void zero(DiskFile file, long offset, long until) throws IOException {
        ByteBuffer zeros = ZEROS.duplicate();
        for (long at = offset; at < until; at += zeros.capacity()) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), until - at));
            file.writeFully(zeros, at);
        }
    }
}
