package io.raftqueue.raft;

import io.raftqueue.command.Command;
import io.raftqueue.command.MessageBody;
import io.raftqueue.command.Result;
import io.raftqueue.state.QueueFigures;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The one door between the API's room ({@code io.raftqueue.node}) and the replicated machinery. Futures fail with
 * {@link io.raftqueue.RaftQueueException}s only. Callbacks run on the replica's threads: do not block in them.
 */
public interface Replica extends AutoCloseable {

    /** Applies the command once, everywhere, in the order this replica's callers submitted. */
    CompletableFuture<Result> submit(Command command, long deadlineNanos);

    /** Completes when everything acknowledged anywhere before this call has been applied here (read index). */
    CompletableFuture<Void> readBarrier(long deadlineNanos);

    /** The figures of one queue as applied here, or null when there is no such queue. Never blocks. */
    @Nullable
    QueueFigures figures(String queue);

    List<QueueFigures> allFigures();

    /** Up to {@code limit} ids of waiting messages from the head, as applied here, in order. */
    CompletableFuture<Waiting> waiting(String queue, int limit);

    /** @param ids in order */
    record Waiting(long queueUid, List<Long> ids) {}

    /** The body of a message that was sent and, if taken, taken by this replica not long ago. Runs off the raft thread. */
    CompletableFuture<MessageBody> body(long queueUid, long id);

    /** Calls {@code onArrival} whenever messages came into this queue (as applied here), until closed. */
    AutoCloseable onArrival(String queue, Runnable onArrival);

    @Override
    void close();
}
