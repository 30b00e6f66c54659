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

    synchronized void read(ByteBuffer in) {
        long count = RunList.varint(in);
        int ordinal = 0;
        int at = 0;
        for (long i = 0; i < count; i++) {
            ordinal += (int) RunList.varint(in);
            at += (int) RunList.varint(in);
            add(ordinal, at);
        }
    }
}
