package io.raftqueue.log;

import io.raftqueue.consensus.Entry;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The newest entries without a gap, bounded in bytes: a ring from the first to the last cached index. */
final class TailCache {
    /** What an entry costs beside its payload. */
    static final int OVERHEAD = 80;

    private final long maxBytes;
    private @Nullable Entry[] ring = new Entry[64];
    private long first = 1;
    private long next = 1;
    private long bytes;

    TailCache(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    synchronized void add(Entry entry) {
        if (entry.index() != next) {
            clear(entry.index());
        }
        if (next - first == ring.length) {
            grow();
        }
        ring[slot(next)] = entry;
        next++;
        bytes += cost(entry);
        while (bytes > maxBytes && first < next) {
            bytes -= cost(remove(first++));
        }
    }

    synchronized @Nullable Entry get(long index) {
        return index >= first && index < next ? ring[slot(index)] : null;
    }

    synchronized void truncateFrom(long index) {
        while (next > first && next > index) {
            bytes -= cost(remove(--next));
        }
        if (next > index) {
            clear(index);
        }
    }

    synchronized void clear(long nextIndex) {
        Arrays.fill(ring, null);
        first = nextIndex;
        next = nextIndex;
        bytes = 0;
    }

    private Entry remove(long index) {
        Entry entry = ring[slot(index)];
        ring[slot(index)] = null;
        if (entry == null) {
            throw new IllegalStateException("no entry " + index + " in the cache of " + first + " to " + (next - 1));
        }
        return entry;
    }

    private void grow() {
        @Nullable Entry[] larger = new Entry[ring.length * 2];
        for (long i = first; i < next; i++) {
            larger[(int) (i & (larger.length - 1))] = ring[slot(i)];
        }
        ring = larger;
    }

    private int slot(long index) {
        return (int) (index & (ring.length - 1));
    }

    private static long cost(Entry entry) {
        return OVERHEAD + (long) entry.payload().length;
    }
}
