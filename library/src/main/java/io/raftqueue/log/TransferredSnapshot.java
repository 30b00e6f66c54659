package io.raftqueue.log;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot as it travels: with the bodies of all messages that wait by it, and of some that were taken before it.
 *
 * @param taken in the order of queues and ids, disjoint, each below the first waiting id of a queue of the snapshot
 */
record TransferredSnapshot(SnapshotFile file, List<MessageRange> taken) {
    /** All messages that travel, in the order in which they do: queue by queue with growing ids. */
    List<MessageRange> messages() {
        List<MessageRange> all = new ArrayList<>();
        int next = 0;
        for (LiveQueue queue : file.queues()) {
            while (next < taken.size() && taken.get(next).queueUid() == queue.uid()) {
                all.add(taken.get(next++));
            }
            if (queue.head() < queue.next()) {
                all.add(new MessageRange(queue.uid(), queue.head(), queue.next() - queue.head()));
            }
        }
        return all;
    }

    /** What is not so in any; null if there is nothing. */
    @Nullable
    String impossible() {
        SnapshotFile.Impossible inFile = file.impossible();
        if (inFile != null) {
            return inFile.what();
        }
        long messages = 0;
        for (LiveQueue queue : file.queues()) {
            messages += queue.next() - queue.head();
        }
        int queue = 0;
        long end = 1;
        for (MessageRange range : taken) {
            while (queue < file.queues().size() && file.queues().get(queue).uid() < range.queueUid()) {
                queue++;
                end = 1;
            }
            boolean known =
                    queue < file.queues().size() && file.queues().get(queue).uid() == range.queueUid();
            long head = known ? file.queues().get(queue).head() : 0;
            messages += range.count();
            if (range.count() < 1 || range.firstId() < end || range.count() > head - range.firstId() || messages < 0) {
                return "taken messages " + range;
            }
            end = range.end();
        }
        return null;
    }
}
