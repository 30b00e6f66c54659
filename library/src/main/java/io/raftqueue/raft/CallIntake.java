package io.raftqueue.raft;

import io.raftqueue.OverloadedException;
import io.raftqueue.RaftQueueException;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * How calls come to the raft thread: so many and no more, each begun there at most once, and each ended though that thread
 * does not come to it. From any thread.
 */
final class CallIntake implements AutoCloseable {
    private final String node;
    private final ReplicaStack stack;
    private final BooleanSupplier over;
    private final Supplier<RaftQueueException> ended;
    private final HandedIn handedIn = new HandedIn();
    private final OverdueCalls overdue;

    /**
     * @param over whether the replica was closed or has failed
     * @param ended why nothing more can be asked of it then
     */
    CallIntake(String node, ReplicaStack stack, BooleanSupplier over, Supplier<RaftQueueException> ended) {
        this.node = node;
        this.stack = stack;
        this.over = over;
        this.ended = ended;
        this.overdue = new OverdueCalls(node);
    }

    /** A call that changes nothing. */
    void read(CompletableFuture<?> caller, long deadlineNanos, Runnable task) {
        enter(caller, overdue.watch(caller, deadlineNanos, false), 0, task, () -> {});
    }

    /** @param whenTooLate runs on the raft thread instead of the task if the caller was told meanwhile that it is not done */
    void change(CompletableFuture<?> caller, long deadlineNanos, long size, Runnable task, Runnable whenTooLate) {
        enter(caller, overdue.watch(caller, deadlineNanos, true), size, task, whenTooLate);
    }

    private void enter(
            CompletableFuture<?> caller, OverdueCalls.Call call, long size, Runnable task, Runnable whenTooLate) {
        if (!handedIn.enter(size)) {
            caller.completeExceptionally(new OverloadedException(
                    "not applied: " + handedIn + " wait until node " + node + " comes to them; retry later"));
            return;
        }
        onRaftThread(caller, () -> {
            handedIn.leave(size);
            (call.begin() ? task : whenTooLate).run();
        });
    }

    /** For what is neither bounded nor hurried. */
    void onRaftThread(CompletableFuture<?> caller, Runnable task) {
        Runnable refuse = () -> caller.completeExceptionally(ended.get());
        if (over.getAsBoolean() || !stack.execute(task, refuse)) {
            refuse.run();
        }
    }

    @Override
    public void close() {
        overdue.close();
    }
}
