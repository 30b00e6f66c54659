package io.raftqueue.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The segments that hold entries, oldest first, the one being written last. Changed under its lock, read without: every
 * change makes a new array. Below the newest snapshot there may be gaps, where nobody needed the entries any more.
 */
final class SegmentList {
    private volatile Segment[] segments = new Segment[0];

    Segment[] all() {
        return segments;
    }

    Segment active() {
        Segment[] now = segments;
        return now[now.length - 1];
    }

    synchronized void add(Segment segment) {
        Segment[] longer = Arrays.copyOf(segments, segments.length + 1);
        longer[segments.length] = segment;
        segments = longer;
    }

    synchronized void remove(Segment segment) {
        List<Segment> fewer = new ArrayList<>(Arrays.asList(segments));
        fewer.remove(segment);
        segments = fewer.toArray(new Segment[0]);
    }

    synchronized void replaceAll(Segment only) {
        segments = new Segment[] {only};
    }

    /** The segment that holds the entry, or null. */
    @Nullable
    Segment holding(long index) {
        Segment[] now = segments;
        int low = 0;
        int high = now.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            Segment segment = now[middle];
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
        Segment[] now = segments;
        long first = 0;
        for (int i = now.length - 1; i >= 0; i--) {
            Segment segment = now[i];
            if (segment.isEmpty()) {
                continue;
            }
            if (first != 0 && segment.lastIndex() != first - 1) {
                break;
            }
            first = segment.firstIndex();
        }
        return first;
    }
}
