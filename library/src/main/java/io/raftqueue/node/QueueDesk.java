package io.raftqueue.node;

import io.raftqueue.OutcomeUnknownException;
import io.raftqueue.raft.Replica;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Where the local callers of one queue get their messages, first come first served.
 *
 * <p>Two ways lead to a message: {@link ImmediateTakes} decides at once; a caller that may wait is a {@link Waiter} and
 * stands in the {@link WaitingLine} until one of the {@link Claims} that are made for the line serves him. When his time
 * is up he takes a last look, which is decided at once.
 */
final class QueueDesk {
    static final long FOREVER = Long.MAX_VALUE;

    private final String queue;
    private final Replica replica;
    private final ScheduledExecutorService timer;
    private final WaitingLine line = new WaitingLine();
    private final ImmediateTakes immediate;
    private final Claims claims;

    QueueDesk(String queue, Replica replica, ScheduledExecutorService timer, Executor readers) {
        this.queue = queue;
        this.replica = replica;
        this.timer = timer;
        var removals = new Removals(queue, replica);
        this.immediate = new ImmediateTakes(line, removals, readers);
        this.claims = new Claims(queue, replica, timer, removals, line, immediate);
    }

    /** One message, waiting up to {@code waitNanos} for it to come, and up to {@code timeoutNanos} for the cluster. */
    Waiter poll(long waitNanos, long timeoutNanos) {
        var waiter = new Waiter(this, timeoutNanos);
        line.admit(waiter, waitNanos > 0);
        if (waiter.isDone()) {
            return waiter;
        }
        if (waitNanos > 0) {
            claims.subscribe();
            Calls.whenDone(waiter, (popped, failure) -> leave(waiter));
            if (waitNanos != FOREVER) {
                waiter.watchedBy(timer.schedule(() -> timeIsUp(waiter), waitNanos, TimeUnit.NANOSECONDS));
            }
            claims.propose();
        } else {
            immediate.decide(waiter);
        }
        return waiter;
    }

    /** Up to {@code max} messages that are there now. A caller that cancels leaves them to the next. */
    CompletableFuture<List<Popped>> takeNow(int max, long deadlineNanos) {
        return immediate.takeNow(max, deadlineNanos);
    }

    /** Gives removed messages to the first waiters, or keeps them for the next callers. */
    void handOver(List<Popped> messages) {
        immediate.handOver(messages);
    }

    void handOver(Popped message) {
        immediate.handOver(message);
    }

    private void leave(Waiter waiter) {
        waiter.stopWatch();
        line.leave(waiter);
    }

    private void timeIsUp(Waiter waiter) {
        if (line.waitIsOver(waiter, null, this::limit)) {
            immediate.decide(waiter);
        }
    }

    /**
     * Ends the wait of a caller who wants to hear the truth: a take under way that may serve him is finished, and a call
     * that waits no longer, or never did, has its own deadline.
     */
    void stopWaiting(Waiter waiter, Supplier<RuntimeException> why) {
        if (line.waitIsOver(waiter, why, this::limit)) {
            waiter.completeExceptionally(why.get());
        }
    }

    /** The take that may serve an overdue waiter is waited for as long as a call may take for the cluster. */
    private void limit(Waiter waiter) {
        waiter.stopWatch();
        waiter.watchedBy(timer.schedule(() -> giveUp(waiter), waiter.timeoutNanos, TimeUnit.NANOSECONDS));
    }

    private void giveUp(Waiter waiter) {
        waiter.completeExceptionally(new OutcomeUnknownException("a message was being taken from queue " + queue
                + " when the time was up, and whether it was removed is not known; if it was, the next caller on this"
                + " node gets it: " + Situation.of(replica.status(), waiter.startNanos)));
    }

    /** Nothing new from now on: fails callers to come, and the waiters that no take is under way for. */
    void endNew(Supplier<RuntimeException> why) {
        claims.endNew(why);
    }

    /** No answers will come any more: fails the rest too. Returns how many removed messages had found nobody. */
    int end(Supplier<RuntimeException> why) {
        claims.end(why);
        return line.keptCount();
    }

    /** Messages that were removed and have found nobody yet. */
    int kept() {
        return line.keptCount();
    }
}
