package io.raftqueue.node;

import io.raftqueue.ClosedException;
import io.raftqueue.NodeFailedException;
import io.raftqueue.OutcomeUnknownException;
import io.raftqueue.node.WaitingLine.Claim;
import io.raftqueue.raft.Replica;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes for those who wait in line. When messages arrive, takes are proposed for at most as many waiters as there are
 * messages. Those takes are made for whoever is first in line when they come back, so a waiter that leaves before costs
 * nothing, and nothing hangs on one caller's patience.
 */
final class Claims {
    private static final long PAUSE_AFTER_FAILURE_MILLIS = 50;

    private final String queue;
    private final Replica replica;
    private final ScheduledExecutorService timer;
    private final Removals removals;
    private final WaitingLine line;
    private final ImmediateTakes immediate;

    /** Guarded by this. */
    private @Nullable AutoCloseable subscription;

    private volatile @Nullable Future<?> resumption;

    Claims(
            String queue,
            Replica replica,
            ScheduledExecutorService timer,
            Removals removals,
            WaitingLine line,
            ImmediateTakes immediate) {
        this.queue = queue;
        this.replica = replica;
        this.timer = timer;
        this.removals = removals;
        this.line = line;
        this.immediate = immediate;
    }

    /** Has takes proposed for the waiters whenever messages arrive. */
    synchronized void subscribe() {
        if (subscription == null) {
            subscription = replica.onArrival(queue, this::propose);
        }
    }

    /** Proposes a take for the waiters that no take is under way for, as far as there are messages. Never blocks. */
    void propose() {
        Claim claim = line.claim(removals::depth);
        if (claim == null) {
            return;
        }
        Calls.whenDone(
                removals.propose(
                        claim.messages(), System.nanoTime() + claim.patienceNanos(), late -> arrivedLate(claim, late)),
                (messages, failure) -> {
                    if (failure == null) {
                        arrived(claim, messages);
                    } else {
                        failed(claim, Calls.unwrapped(failure));
                    }
                });
    }

    private void arrived(Claim claim, List<Popped> messages) {
        immediate.handOver(messages);
        release(claim, null);
        propose();
    }

    private void arrivedLate(Claim claim, @Nullable List<Popped> messages) {
        if (messages != null) {
            arrived(claim, messages);
            return;
        }
        failUnknown(line.removeFirst(claim.messages()), "its answer is lost");
        release(claim, null);
        propose();
    }

    private void failUnknown(List<Waiter> covered, String why) {
        covered.forEach(waiter ->
                waiter.completeExceptionally(new OutcomeUnknownException("a message was being taken from queue " + queue
                        + ", and whether it was removed is not known: " + why + ": "
                        + Situation.of(replica.status()))));
    }

    private void failed(Claim claim, Throwable failure) {
        if (failure instanceof OutcomeUnknownException) {
            return; // the claim stands until the result comes after all: another take now might remove one too many
        }
        line.pause();
        release(claim, failure);
        if (failure instanceof NodeFailedException) {
            endNew(() -> new NodeFailedException(String.valueOf(failure.getMessage()), failure));
            return;
        }
        if (failure instanceof ClosedException) {
            endNew(() -> new ClosedException(String.valueOf(failure.getMessage()), failure));
            return;
        }
        if (line.ended() == null) {
            resumption = timer.schedule(this::resume, PAUSE_AFTER_FAILURE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void resume() {
        line.resume();
        propose();
    }

    /**
     * Takes back a claim. Waiters whose time was up, and that no other claim covers, take their last look, or learn of the
     * failure if the claim came to one: it was tried for as long as a last look may last. Those whose wait was ended hear
     * that it was.
     */
    private void release(Claim claim, @Nullable Throwable failure) {
        for (Waiter waiter : line.release(claim)) {
            Supplier<RuntimeException> stopped = waiter.stopped;
            if (stopped != null) {
                waiter.completeExceptionally(stopped.get());
            } else if (failure == null) {
                immediate.decide(waiter);
            } else {
                waiter.completeExceptionally(failure);
            }
        }
    }

    /** Nothing new from now on: fails callers to come, and the waiters that no take is under way for. */
    void endNew(Supplier<RuntimeException> why) {
        removals.readAtOnce();
        List<Waiter> uncovered = line.end(why);
        Future<?> pending = resumption;
        if (pending != null) {
            pending.cancel(false);
        }
        uncovered.forEach(waiter -> waiter.completeExceptionally(why.get()));
    }

    /** No answers will come any more: fails the rest too. */
    void end(Supplier<RuntimeException> why) {
        endNew(why);
        failUnknown(
                line.removeFirst(Integer.MAX_VALUE), String.valueOf(why.get().getMessage()));
    }
}
