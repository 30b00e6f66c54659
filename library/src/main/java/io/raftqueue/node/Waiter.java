package io.raftqueue.node;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A local caller that wants one message: completed with it, with null (the queue was empty when the time was up), or with
 * a failure. Whoever completes it first wins; a message that comes second goes to the next caller.
 */
final class Waiter extends CompletableFuture<@Nullable Popped> {
    /** When the call began, for error messages. */
    final long startNanos = System.nanoTime();

    /** How long the call may take for the cluster, after its wait for a message. */
    final long timeoutNanos;

    /** Guarded by the waiting line: its wait is over, but a take is under way that may serve it. */
    boolean overdue;

    /** Guarded by the waiting line: its wait was ended by its caller, who hears this if no take serves it. */
    @Nullable
    Supplier<RuntimeException> stopped;

    private final QueueDesk desk;
    private volatile @Nullable Future<?> timer;

    Waiter(QueueDesk desk, long timeoutNanos) {
        this.desk = desk;
        this.timeoutNanos = timeoutNanos;
    }

    /** See {@link QueueDesk#stopWaiting}. */
    void stopWaiting(Supplier<RuntimeException> why) {
        desk.stopWaiting(this, why);
    }

    /** Cancels {@code timer} once this is completed. */
    void watchedBy(Future<?> timer) {
        this.timer = timer;
        if (isDone()) {
            timer.cancel(false);
        }
    }

    void stopWatch() {
        Future<?> current = timer;
        if (current != null) {
            current.cancel(false);
        }
    }
}
