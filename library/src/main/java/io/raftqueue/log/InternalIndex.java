package io.raftqueue.log;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Where the few entries of the consensus itself are, so that a start finds the configuration without reading the rest. */
final class InternalIndex {
    private long[] indexes = new long[8];
    private int size;

    synchronized void add(long index) {
        if (size == indexes.length) {
            indexes = Arrays.copyOf(indexes, size * 2);
        }
        indexes[size++] = index;
    }

    synchronized long[] within(long from, long to) {
        int first = position(from);
        return Arrays.copyOfRange(indexes, first, Math.max(first, position(to + 1)));
    }

    private int position(long index) {
        int found = Arrays.binarySearch(indexes, 0, size, index);
        return found >= 0 ? found : -found - 1;
    }

    synchronized void truncateFrom(long index) {
        size = position(index);
    }

    synchronized void clear() {
        size = 0;
    }

    void write(ByteSink out, long first, long last) {
        long[] found = within(first, last);
        out.putVarint(found.length);
        long before = first;
        for (long index : found) {
            out.putVarint(index - before);
            before = index;
        }
    }

    void read(ByteBuffer in, long first) {
        long count = RunList.varint(in);
        long at = first;
        for (long i = 0; i < count; i++) {
            at += RunList.varint(in);
            add(at);
        }
    }
}
