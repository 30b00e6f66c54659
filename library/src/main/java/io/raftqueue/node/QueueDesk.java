package io.raftqueue.node;

import io.raftqueue.ClosedException;
import io.raftqueue.NodeFailedException;
import io.raftqueue.OutcomeUnknownException;
import io.raftqueue.raft.Replica;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the local callers of one queue get their messages, first come first served.
 *
 * <p>Two ways lead to a message. {@link #takeNow} decides at once: if this replica shows messages it proposes a take; if
 * not, it asks by a read barrier whether there are any anywhere, and an empty queue costs no entry in the log. A caller
 * that may wait is a {@link Waiter}: when messages arrive here, takes are proposed for at most as many waiters as there
 * are messages. Those takes are made for whoever is first in line when they come back, so a waiter that leaves before
 * costs nothing, and nothing hangs on one caller's patience.
 *
 * <p>A message that was removed for a caller who has gone meanwhile (cancelled, interrupted, out of time) is never
 * dropped: it goes to the next waiter, or is kept for the next caller.
 */
final class QueueDesk {
    static final long FOREVER = Long.MAX_VALUE;

    private static final long PAUSE_AFTER_FAILURE_MILLIS = 50;

    private final String queue;
    private final Replica replica;
    private final ScheduledExecutorService timer;
    private final Executor readers;
    private final Removals removals;
    private final Object lock = new Object();

    /** Guarded by lock, in order of arrival. */
    private final Set<Waiter> waiters = new LinkedHashSet<>();

    /** Guarded by lock: removed from the queue, and nobody there to have them. */
    private final PriorityQueue<Popped> returned = new PriorityQueue<>();

    /** Guarded by lock: messages asked for by takes under way for waiters. */
    private int claimed;

    /** Guarded by lock. */
    private boolean pausing;

    /** Guarded by lock: why there is nothing to be had any more. */
    private @Nullable Supplier<RuntimeException> ended;

    private @Nullable AutoCloseable subscription;
    private volatile @Nullable Future<?> resumption;

    QueueDesk(String queue, Replica replica, ScheduledExecutorService timer, Executor readers) {
        this.queue = queue;
        this.replica = replica;
        this.timer = timer;
        this.readers = readers;
        this.removals = new Removals(queue, replica);
    }

    /** One message, waiting up to {@code waitNanos} for it to come, and up to {@code timeoutNanos} for the cluster. */
    Waiter poll(long waitNanos, long timeoutNanos) {
        var waiter = new Waiter(this, timeoutNanos);
        Popped kept = null;
        synchronized (lock) {
            if (ended != null) {
                waiter.completeExceptionally(ended.get());
                return waiter;
            }
            kept = returned.poll();
            if (kept == null && waitNanos > 0) {
                waiters.add(waiter);
                subscribe();
            }
        }
        if (kept != null) {
            waiter.complete(kept);
        } else if (waitNanos > 0) {
            Calls.whenDone(waiter, (popped, failure) -> leave(waiter));
            if (waitNanos != FOREVER) {
                waiter.watchedBy(timer.schedule(() -> timeIsUp(waiter), waitNanos, TimeUnit.NANOSECONDS));
            }
            proposeForWaiters();
        } else {
            decide(waiter);
        }
        return waiter;
    }

    /** Up to {@code max} messages that are there now. A caller that cancels leaves them to the next. */
    CompletableFuture<List<Popped>> takeNow(int max, long deadlineNanos) {
        var answer = new CompletableFuture<List<Popped>>();
        synchronized (lock) {
            if (ended != null) {
                answer.completeExceptionally(ended.get());
                return answer;
            }
        }
        List<Popped> kept = takeKept(max);
        if (!kept.isEmpty()) {
            answer.complete(kept);
            return answer;
        }
        Calls.whenDone(removals.anyWaiting(deadlineNanos), (some, failure) -> {
            if (failure != null) {
                answer.completeExceptionally(Calls.unwrapped(failure));
            } else if (!some) {
                give(answer, takeKept(max));
            } else if (!answer.isDone()) {
                take(answer, max, deadlineNanos);
            }
        });
        return answer;
    }

    private void take(CompletableFuture<List<Popped>> answer, int max, long deadlineNanos) {
        CompletableFuture<List<Popped>> removal =
                removals.propose(max, deadlineNanos, late -> handOver(late == null ? List.of() : late));
        Calls.whenDone(answer, (done, gone) -> removal.cancel(false)); // of use only if the caller ended it
        Calls.whenDone(removal, (messages, failure) -> {
            if (failure != null) {
                answer.completeExceptionally(Calls.unwrapped(failure));
            } else {
                // Nothing there: perhaps an earlier take of this node got it, for a caller who has gone.
                give(answer, messages.isEmpty() ? takeKept(max) : messages);
            }
        });
    }

    private void give(CompletableFuture<List<Popped>> answer, List<Popped> messages) {
        if (!answer.complete(messages)) {
            handOver(messages);
        }
    }

    private List<Popped> takeKept(int max) {
        var kept = new ArrayList<Popped>();
        synchronized (lock) {
            while (kept.size() < max && !returned.isEmpty()) {
                kept.add(returned.remove());
            }
        }
        return kept;
    }

    /** The caller's last, or only, look at the queue. */
    private void decide(Waiter waiter) {
        CompletableFuture<List<Popped>> messages = takeNow(1, System.nanoTime() + waiter.timeoutNanos);
        Calls.whenDone(waiter, (done, gone) -> messages.cancel(false)); // of use only if the caller ended it
        Calls.whenDone(messages, (popped, failure) -> {
            if (failure != null) {
                waiter.completeExceptionally(Calls.unwrapped(failure));
            } else if (popped.isEmpty()) {
                waiter.complete(null);
            } else if (!waiter.complete(popped.get(0))) {
                handOver(popped.get(0));
            }
        });
    }

    /** Gives removed messages to the first waiters, or keeps them for the next callers. */
    void handOver(List<Popped> messages) {
        messages.forEach(this::handOver);
    }

    void handOver(Popped message) {
        while (true) {
            Waiter first;
            synchronized (lock) {
                Iterator<Waiter> line = waiters.iterator();
                if (!line.hasNext()) {
                    returned.add(message);
                    readers.execute(message::read); // nobody knows how long it will wait, and the log need not keep it
                    return;
                }
                first = line.next();
                line.remove();
            }
            if (first.complete(message)) {
                return;
            }
        }
    }

    /** Proposes a take for the waiters that no take is under way for, as far as there are messages. Never blocks. */
    private void proposeForWaiters() {
        int wanted;
        long patience = 0;
        synchronized (lock) {
            if (waiters.size() <= claimed || pausing || ended != null) {
                return;
            }
            wanted = (int) Math.min(Math.min(waiters.size(), removals.depth()) - claimed, Removals.LARGEST_TAKE);
            if (wanted <= 0) {
                return;
            }
            for (Waiter waiter : waiters) {
                patience = Math.max(patience, waiter.timeoutNanos);
            }
            claimed += wanted;
        }
        int claim = wanted;
        Calls.whenDone(
                removals.propose(claim, System.nanoTime() + patience, late -> arrivedLate(claim, late)),
                (messages, failure) -> {
                    if (failure == null) {
                        arrived(claim, messages);
                    } else {
                        failed(claim, Calls.unwrapped(failure));
                    }
                });
    }

    private void arrived(int claim, List<Popped> messages) {
        handOver(messages);
        release(claim, null);
        proposeForWaiters();
    }

    private void arrivedLate(int claim, @Nullable List<Popped> messages) {
        if (messages != null) {
            arrived(claim, messages);
            return;
        }
        List<Waiter> first;
        synchronized (lock) {
            first = waiters.stream().limit(claim).toList();
            first.forEach(waiters::remove);
        }
        first.forEach(waiter -> waiter.completeExceptionally(unknown("its answer is lost")));
        release(claim, null);
        proposeForWaiters();
    }

    private OutcomeUnknownException unknown(String why) {
        return new OutcomeUnknownException("a message was being taken from queue " + queue
                + ", and whether it was removed is not known: " + why + ": " + Situation.of(replica.status()));
    }

    private void failed(int claim, Throwable failure) {
        if (failure instanceof OutcomeUnknownException) {
            return; // the claim stands until the result comes after all: another take now might remove one too many
        }
        synchronized (lock) {
            pausing = true;
        }
        release(claim, failure);
        if (failure instanceof NodeFailedException) {
            endNew(() -> new NodeFailedException(String.valueOf(failure.getMessage()), failure));
            return;
        }
        if (failure instanceof ClosedException) {
            endNew(() -> new ClosedException(String.valueOf(failure.getMessage()), failure));
            return;
        }
        synchronized (lock) {
            if (ended != null) {
                return;
            }
        }
        resumption = timer.schedule(this::resume, PAUSE_AFTER_FAILURE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void resume() {
        synchronized (lock) {
            pausing = false;
        }
        proposeForWaiters();
    }

    /**
     * Takes back a claim. Waiters whose time was up, and that no other claim covers, take their last look, or learn of the
     * failure if the claim came to one: it was tried for as long as a last look may last. Those whose wait was ended hear
     * that it was.
     */
    private void release(int claim, @Nullable Throwable failure) {
        var uncovered = new ArrayList<Waiter>();
        synchronized (lock) {
            claimed -= claim;
            int place = 0;
            for (Waiter waiter : waiters) {
                if (waiter.overdue && place >= claimed) {
                    uncovered.add(waiter);
                }
                place++;
            }
            uncovered.forEach(waiters::remove);
        }
        for (Waiter waiter : uncovered) {
            Supplier<RuntimeException> stopped = waiter.stopped;
            if (stopped != null) {
                waiter.completeExceptionally(stopped.get());
            } else if (failure == null) {
                decide(waiter);
            } else {
                waiter.completeExceptionally(failure);
            }
        }
    }

    /**
     * Ends the wait of a caller who wants to hear the truth: a take under way that may serve him is finished, and a call
     * that waits no longer, or never did, has its own deadline.
     */
    void stopWaiting(Waiter waiter, Supplier<RuntimeException> why) {
        synchronized (lock) {
            if (isCovered(waiter)) {
                waiter.stopped = why;
                overdue(waiter);
                return;
            }
            if (!waiters.remove(waiter)) {
                return;
            }
        }
        waiter.completeExceptionally(why.get());
    }

    private void timeIsUp(Waiter waiter) {
        synchronized (lock) {
            if (isCovered(waiter)) {
                overdue(waiter);
                return;
            }
            if (!waiters.remove(waiter)) {
                return;
            }
        }
        decide(waiter);
    }

    /** Guarded by lock. */
    private void overdue(Waiter waiter) {
        if (!waiter.overdue) {
            waiter.overdue = true;
            waiter.stopWatch();
            waiter.watchedBy(timer.schedule(() -> giveUp(waiter), waiter.timeoutNanos, TimeUnit.NANOSECONDS));
        }
    }

    private boolean isCovered(Waiter waiter) {
        int place = 0;
        for (Waiter other : waiters) {
            if (place++ >= claimed) {
                return false;
            }
            if (other == waiter) {
                return true;
            }
        }
        return false;
    }

    private void giveUp(Waiter waiter) {
        waiter.completeExceptionally(new OutcomeUnknownException("a message was being taken from queue " + queue
                + " when the time was up, and whether it was removed is not known; if it was, the next caller on this"
                + " node gets it: " + Situation.of(replica.status(), waiter.startNanos)));
    }

    private void leave(Waiter waiter) {
        waiter.stopWatch();
        synchronized (lock) {
            waiters.remove(waiter);
        }
    }

    /** Guarded by lock. */
    private void subscribe() {
        if (subscription == null) {
            subscription = replica.onArrival(queue, this::proposeForWaiters);
        }
    }

    /** Nothing new from now on: fails callers to come, and the waiters that no take is under way for. */
    void endNew(Supplier<RuntimeException> why) {
        removals.readAtOnce();
        List<Waiter> uncovered;
        synchronized (lock) {
            if (ended == null) {
                ended = why;
            }
            uncovered = waiters.stream().skip(claimed).toList();
            uncovered.forEach(waiters::remove);
        }
        Future<?> pending = resumption;
        if (pending != null) {
            pending.cancel(false);
        }
        uncovered.forEach(waiter -> waiter.completeExceptionally(why.get()));
    }

    /** No answers will come any more: fails the rest too. Returns how many removed messages had found nobody. */
    int end(Supplier<RuntimeException> why) {
        endNew(why);
        List<Waiter> covered;
        int orphans;
        synchronized (lock) {
            covered = List.copyOf(waiters);
            waiters.clear();
            orphans = returned.size();
        }
        covered.forEach(waiter ->
                waiter.completeExceptionally(unknown(String.valueOf(why.get().getMessage()))));
        return orphans;
    }

    /** Messages that were removed and have found nobody yet. */
    int kept() {
        synchronized (lock) {
            return returned.size();
        }
    }
}
