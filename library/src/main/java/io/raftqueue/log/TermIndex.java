package io.raftqueue.log;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The term of every entry, as the few points where it changes. */
final class TermIndex {
    private long[] from = new long[8];
    private long[] term = new long[8];
    private int size;

    /** Notes the term of the next entry. */
    synchronized void add(long index, long entryTerm) {
        if (size > 0 && term[size - 1] == entryTerm) {
            return;
        }
        if (size == from.length) {
            from = Arrays.copyOf(from, size * 2);
            term = Arrays.copyOf(term, size * 2);
        }
        from[size] = index;
        term[size++] = entryTerm;
    }

    /** The term at the index, which lies between the first noted and the last; -1 before the first. */
    synchronized long at(long index) {
        int found = Arrays.binarySearch(from, 0, size, index);
        int i = found >= 0 ? found : -found - 2;
        return i < 0 ? -1 : term[i];
    }

    /** Forgets the index and all after it. */
    synchronized void truncateFrom(long index) {
        while (size > 0 && from[size - 1] >= index) {
            size--;
        }
    }

    /** Forgets what is before the index. */
    synchronized void dropBefore(long index) {
        int keep = 0;
        while (keep + 1 < size && from[keep + 1] <= index) {
            keep++;
        }
        if (keep > 0) {
            System.arraycopy(from, keep, from, 0, size - keep);
            System.arraycopy(term, keep, term, 0, size - keep);
            size -= keep;
        }
    }

    /** Writes the terms of the entries {@code first} to {@code last}. */
    synchronized void write(ByteSink out, long first, long last) {
        int from = 0;
        while (from + 1 < size && this.from[from + 1] <= first) {
            from++;
        }
        int until = from;
        while (until < size && this.from[until] <= last) {
            until++;
        }
        out.putVarint(until - from);
        long before = first;
        for (int i = from; i < until; i++) {
            long start = Math.max(first, this.from[i]);
            out.putVarint(start - before).putVarint(term[i]);
            before = start;
        }
    }

    void read(ByteBuffer in, long first) {
        long count = RunList.varint(in);
        long at = first;
        for (long i = 0; i < count; i++) {
            at += RunList.varint(in);
            add(at, RunList.varint(in));
        }
    }

    synchronized void addAll(TermIndex other) {
        for (int i = 0; i < other.size; i++) {
            add(other.from[i], other.term[i]);
        }
    }

    /** The newest term, or 0. */
    synchronized long last() {
        return size == 0 ? 0 : term[size - 1];
    }

    synchronized void clear() {
        size = 0;
    }
}
