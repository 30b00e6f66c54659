package io.raftqueue.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The segments that hold entries, oldest first, the one being written last. Changed under its lock, read without: every
 * change makes a new array. Below the newest snapshot there may be gaps, where nobody needed the entries any more.
 */
final class SegmentList {
    /** @param contiguous position of the segment from which on nothing is missing */
    @SuppressWarnings("ArrayRecordComponent")
    private record Snapshot(Segment[] segments, int contiguous) {}

    private final Set<Segment> condemned = new HashSet<>();
    private volatile Snapshot now = new Snapshot(new Segment[0], 0);

    Segment[] all() {
        return now.segments;
    }

    Segment active() {
        Segment[] segments = now.segments;
        return segments[segments.length - 1];
    }

    synchronized void add(Segment segment) {
        List<Segment> more = new ArrayList<>(Arrays.asList(now.segments));
        more.add(segment);
        change(more);
    }

    synchronized void remove(Segment segment) {
        List<Segment> fewer = new ArrayList<>(Arrays.asList(now.segments));
        fewer.remove(segment);
        condemned.remove(segment);
        change(fewer);
    }

    synchronized void replaceAll(Segment only) {
        condemned.clear();
        change(List.of(only));
    }

    /** These will go: the log counts as beginning behind them, though they can still be read. */
    synchronized void condemn(List<Segment> segments) {
        condemned.addAll(segments);
        change(Arrays.asList(now.segments));
    }

    private void change(List<Segment> next) {
        int contiguous = next.size() - 1;
        while (contiguous > 0) {
            Segment later = next.get(contiguous);
            Segment before = next.get(contiguous - 1);
            // What is written last follows what was written before it, also while it is still empty.
            boolean follows = later.isEmpty() || before.lastIndex() == later.firstIndex() - 1;
            if (!follows || condemned.contains(before)) {
                break;
            }
            contiguous--;
        }
        now = new Snapshot(next.toArray(new Segment[0]), contiguous);
    }

    /** The segment that holds the entry, or null. */
    @Nullable
    Segment holding(long index) {
        Segment[] segments = now.segments;
        int low = 0;
        int high = segments.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            Segment segment = segments[middle];
            if (segment.isEmpty() || segment.firstIndex() > index) {
                high = middle - 1;
            } else if (segment.lastIndex() < index) {
                low = middle + 1;
            } else {
                return segment;
            }
        }
        return null;
    }

    /** The first index from which on nothing is missing; 0 if there are no entries. */
    long firstContiguous() {
        Snapshot snapshot = now;
        return snapshot.segments.length == 0 ? 0 : snapshot.segments[snapshot.contiguous].firstIndex();
    }
}
