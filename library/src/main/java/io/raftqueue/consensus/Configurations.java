package io.raftqueue.consensus;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The configurations of the log, by index: the newest counts (thesis 4.1), older ones return when a tail is cut. */
final class Configurations {
    private final TreeMap<Long, Configuration> byIndex = new TreeMap<>();

    /** Asked for with every message. */
    private @Nullable Configuration newest;

    private long newestIndex;

    void put(long index, Configuration configuration) {
        byIndex.put(index, configuration);
        noteNewest();
    }

    private void noteNewest() {
        Map.Entry<Long, Configuration> last = byIndex.lastEntry();
        newest = last == null ? null : last.getValue();
        newestIndex = last == null ? 0 : last.getKey();
    }

    @Nullable
    Configuration newest() {
        return newest;
    }

    long newestIndex() {
        return newestIndex;
    }

    long oldestIndex() {
        return byIndex.isEmpty() ? 0 : byIndex.firstKey();
    }

    /** What was in force until the newest one, or null. */
    @Nullable
    Configuration beforeNewest() {
        return at(newestIndex - 1);
    }

    /** The configuration in force at that index, or null. */
    @Nullable
    Configuration at(long index) {
        Map.Entry<Long, Configuration> floor = byIndex.floorEntry(index);
        return floor == null ? null : floor.getValue();
    }

    /** The tail from {@code index} was cut. Returns whether the newest configuration changed by that. */
    boolean truncateFrom(long index) {
        boolean changed = newestIndex() >= index;
        byIndex.tailMap(index, true).clear();
        noteNewest();
        return changed;
    }

    /** Nobody asks for configurations before {@code index} any more. */
    void forgetBefore(long index) {
        Long floor = byIndex.floorKey(index);
        if (floor != null) {
            byIndex.headMap(floor, false).clear();
        }
    }

    void clear() {
        byIndex.clear();
        noteNewest();
    }
}
