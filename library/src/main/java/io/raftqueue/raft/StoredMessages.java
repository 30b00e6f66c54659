package io.raftqueue.raft;

import io.raftqueue.command.Command;
import io.raftqueue.command.Result;
import io.raftqueue.log.MessageIndex;
import io.raftqueue.log.SegmentedLog;
import io.raftqueue.state.Changes;
import io.raftqueue.state.Outcome;
import io.raftqueue.state.QueueFigures;
import io.raftqueue.state.QueueState;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Follows the state as it changes: tells the log where bodies lie and which are gone, keeps the figures that any thread may
 * read, and wakes takers.
 */
final class StoredMessages implements Changes {
    private final MessageIndex index;
    private final ReplicaEvents events;
    private final Map<String, QueueFigures> figures = new ConcurrentSkipListMap<>();

    StoredMessages(SegmentedLog log, ReplicaEvents events) {
        this.index = log.messages();
        this.events = events;
    }

    @Override
    public void stored(long queueUid, String queue, long firstId, int count, long raftIndex, int firstSlot) {
        index.stored(queueUid, firstId, count, raftIndex, firstSlot);
    }

    @Override
    public void removed(long queueUid, long firstId, long count) {
        index.removed(queueUid, firstId, count);
    }

    @Override
    public void queueDropped(long queueUid, String queue) {
        index.dropQueue(queueUid);
        figures.remove(queue);
        events.queuesChanged();
    }

    @Override
    public void figures(QueueFigures now) {
        QueueFigures before = figures.put(now.name(), now);
        if (before == null || before.uid() != now.uid()) {
            events.queuesChanged();
        }
        if (now.depth() > 0 && (before == null || before.nextId() != now.nextId())) {
            events.arrived(now.name());
        }
    }

    /** Tells of queues that refused a send. */
    void refusals(List<Command> commands, Outcome outcome) {
        if (!(outcome instanceof Outcome.Applied applied)) {
            return;
        }
        List<Result> results = applied.results();
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof Result.Refused r && r.why() == Result.Refusal.QUEUE_FULL) {
                events.queueFull(commands.get(i).queue());
            }
        }
    }

    /**
     * The state was loaded anew. Others read the figures meanwhile, and by a confirmed read call a queue empty that has
     * none: so no queue of the state is without its figures at any moment.
     */
    void reset(QueueState state) {
        List<QueueFigures> all = state.allFigures();
        all.forEach(f -> figures.put(f.name(), f));
        figures.keySet().retainAll(all.stream().map(QueueFigures::name).collect(Collectors.toSet()));
        for (QueueFigures f : all) {
            if (f.depth() > 0) {
                events.arrived(f.name());
            }
        }
        events.queuesChanged();
    }

    @Nullable
    QueueFigures of(String queue) {
        return figures.get(queue);
    }

    List<QueueFigures> all() {
        return List.copyOf(figures.values());
    }
}
