package io.raftqueue.log;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Where records begin in one segment: one point for every {@value #SPACING} bytes, 8 bytes each. Written by one thread;
 * others may look points up at the same time.
 */
final class SparseIndex {
    static final int SPACING = 8192;

    private int[] entry = new int[4];
    private int[] offset = new int[4];
    private int size;

    /** Notes a record, if it is far enough from the last noted. {@code ordinal} counts from 0 within the segment. */
    synchronized void add(int ordinal, int at) {
        if (size > 0 && at - offset[size - 1] < SPACING) {
            return;
        }
        if (size == entry.length) {
            entry = Arrays.copyOf(entry, size * 2);
            offset = Arrays.copyOf(offset, size * 2);
        }
        entry[size] = ordinal;
        offset[size++] = at;
    }

    /** The nearest noted record at or before the ordinal: its ordinal in the upper half, its offset in the lower. */
    synchronized long before(int ordinal) {
        int found = Arrays.binarySearch(entry, 0, size, ordinal);
        int i = found >= 0 ? found : -found - 2;
        return (long) entry[i] << 32 | offset[i];
    }

    synchronized void truncateFrom(int ordinal) {
        while (size > 0 && entry[size - 1] >= ordinal) {
            size--;
        }
    }

    synchronized void write(ByteSink out) {
        out.putVarint(size);
        for (int i = 0; i < size; i++) {
            out.putVarint(entry[i] - (i == 0 ? 0 : entry[i - 1])).putVarint(offset[i] - (i == 0 ? 0 : offset[i - 1]));
        }
    }

    /** False if these are no points of a segment with so many entries, whose records end there. */
    synchronized boolean read(ByteBuffer in, long entries, long end) {
        long count = RunList.varint(in);
        long ordinal = 0;
        long at = 0;
        for (long i = 0; i < count; i++) {
            long more = RunList.varint(in);
            long further = RunList.varint(in);
            if (more < 0 || more >= entries - ordinal || further < 0 || further >= end - at || (i > 0 && more == 0)) {
                return false;
            }
            ordinal += more;
            at += further;
            add((int) ordinal, (int) at);
        }
        return size > 0 && entry[0] == 0 && offset[0] >= SegmentHeader.BYTES;
    }
}
