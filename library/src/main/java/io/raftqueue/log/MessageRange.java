package io.raftqueue.log;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Messages of one queue with consecutive ids: {@code firstId <= id < firstId + count}. */
public record MessageRange(long queueUid, long firstId, long count) {
    /** The id after the last one. */
    long end() {
        return firstId + count;
    }

    /** The same messages of one queue, each once, in as few ranges as can be. */
    static List<MessageRange> joined(List<MessageRange> ofOneQueue) {
        List<MessageRange> sorted = new ArrayList<>(ofOneQueue);
        sorted.sort(Comparator.comparingLong(MessageRange::firstId));
        List<MessageRange> joined = new ArrayList<>();
        for (MessageRange range : sorted) {
            MessageRange last = joined.isEmpty() ? null : joined.get(joined.size() - 1);
            if (last == null || range.firstId() > last.end()) {
                joined.add(range);
            } else if (range.end() > last.end()) {
                long count = range.end() - last.firstId();
                joined.set(joined.size() - 1, new MessageRange(last.queueUid(), last.firstId(), count));
            }
        }
        return joined;
    }
}
