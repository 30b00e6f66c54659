package io.raftqueue.log;

import java.util.ArrayList;
import java.util.List;

/** Consecutive ids of which not all were found yet. An id found in two places is found once. */
final class IdGaps {
    private record Gap(long from, long to) {}

    private List<Gap> gaps = new ArrayList<>();

    /** Nothing of {@code from <= id < to} was found. */
    IdGaps(long from, long to) {
        add(gaps, from, to);
    }

    private static void add(List<Gap> gaps, long from, long to) {
        if (from < to) {
            gaps.add(new Gap(from, to));
        }
    }

    void found(RunList runs) {
        List<Gap> left = new ArrayList<>();
        for (Gap gap : gaps) {
            long[] next = {gap.from};
            runs.forEach(gap.from, gap.to, (firstId, count, entry, slot) -> {
                add(left, next[0], firstId);
                next[0] = firstId + count;
            });
            add(left, next[0], gap.to);
        }
        gaps = left;
    }

    /** The rest of {@code from <= id < to}, in order. */
    List<MessageRange> between(long queueUid, long from, long to) {
        List<MessageRange> found = new ArrayList<>();
        long next = from;
        for (Gap gap : gaps) {
            if (gap.from > next) {
                found.add(new MessageRange(queueUid, next, gap.from - next));
            }
            next = gap.to;
        }
        if (next < to) {
            found.add(new MessageRange(queueUid, next, to - next));
        }
        return found;
    }

    long count() {
        return gaps.stream().mapToLong(gap -> gap.to - gap.from).sum();
    }
}
