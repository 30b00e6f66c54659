package io.raftqueue.raft;

import io.raftqueue.JoinOutcome;
import io.raftqueue.NodeOptions;
import io.raftqueue.NodeStatus;
import io.raftqueue.command.Command;
import io.raftqueue.command.MessageBody;
import io.raftqueue.command.Result;
import io.raftqueue.state.QueueFigures;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one door between the API's room ({@code io.raftqueue.node}) and the replicated machinery. Futures fail with
 * {@link io.raftqueue.RaftQueueException}s only. Callbacks run on the replica's threads: do not block in them. Deadlines
 * are on the clock of {@link System#nanoTime()}.
 */
public interface Replica extends AutoCloseable {

    /**
     * Starts the machinery; it is up locally when this returns. The listeners of the options are called on the replica's
     * threads, in order, and must not block.
     */
    static Replica start(NodeOptions options) {
        return new JGroupsReplica(options);
    }

    /** The name of this member: as given, or as its directory says. */
    String id();

    /** Applies the command once, everywhere, in the order this replica's callers submitted. */
    CompletableFuture<Result> submit(Command command, long deadlineNanos);

    /**
     * As {@link #submit(Command, long)}. If the caller's future is done before the answer (cancelled by the caller, or
     * failed with an {@link io.raftqueue.OutcomeUnknownException}), {@code late} is told once what became of the command
     * when that is known here: its result, or null when it was not applied or its answer will never be known. A message
     * that was removed for a caller who has gone can so be given to the next one.
     */
    default CompletableFuture<Result> submit(Command command, long deadlineNanos, Consumer<@Nullable Result> late) {
        return submit(command, deadlineNanos);
    }

    /** Completes when everything acknowledged anywhere before this call has been applied here (read index). */
    CompletableFuture<Void> readBarrier(long deadlineNanos);

    /** The figures of one queue as applied here, or null when there is no such queue. Never blocks. */
    @Nullable
    QueueFigures figures(String queue);

    /** The figures of all queues as applied here. Never blocks. */
    List<QueueFigures> allFigures();

    /** Up to {@code limit} ids of waiting messages, those from {@code fromId} on, as applied here, in order. */
    CompletableFuture<Waiting> waiting(String queue, long fromId, int limit);

    /**
     * Messages that wait in a queue.
     *
     * @param ids in order
     */
    record Waiting(long queueUid, List<Long> ids) {}

    /** The body of a message that was sent and, if taken, taken by this replica not long ago. Runs off the raft thread. */
    CompletableFuture<MessageBody> body(long queueUid, long id);

    /** Calls {@code onArrival} whenever messages came into this queue (as applied here), until closed. */
    AutoCloseable onArrival(String queue, Runnable onArrival);

    /** From local knowledge; never blocks. */
    NodeStatus status();

    /** See {@link io.raftqueue.RaftNode#join}. */
    CompletableFuture<JoinOutcome> join(String id, String raftAddress, long deadlineNanos);

    /** See {@link io.raftqueue.RaftNode#remove}. */
    CompletableFuture<Void> remove(String id, boolean force, long deadlineNanos);

    /** See {@link io.raftqueue.RaftNode#snapshot}. */
    CompletableFuture<Void> snapshot();

    /**
     * Ends as abruptly as one process can: nothing in flight is finished, nobody is told. For tests of what the others and
     * the directory make of it.
     */
    default void crash() {
        close();
    }

    /** Leaves in good order and releases the directory; what is still in flight fails. Idempotent. */
    @Override
    void close();
}
