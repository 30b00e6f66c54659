package io.raftqueue.log;

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

    synchronized void clear() {
        size = 0;
    }
}
