package io.raftqueue.node;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes that are decided at once. If this replica shows messages a take is proposed; if not, a read barrier tells whether
 * there are any anywhere, and an empty queue costs no entry in the log.
 *
 * <p>A message that was removed for a caller who has gone meanwhile (cancelled, interrupted, out of time) is never
 * dropped: it is handed over to the next waiter, or kept for the next caller.
 */
final class ImmediateTakes {
    private final WaitingLine line;
    private final Removals removals;
    private final Executor readers;

    ImmediateTakes(WaitingLine line, Removals removals, Executor readers) {
        this.line = line;
        this.removals = removals;
        this.readers = readers;
    }

    /** Up to {@code max} messages that are there now. A caller that cancels leaves them to the next. */
    CompletableFuture<List<Popped>> takeNow(int max, long deadlineNanos) {
        var answer = new CompletableFuture<List<Popped>>();
        Supplier<RuntimeException> ended = line.ended();
        if (ended != null) {
            answer.completeExceptionally(ended.get());
            return answer;
        }
        List<Popped> kept = line.takeKept(max);
        if (!kept.isEmpty()) {
            answer.complete(kept);
            return answer;
        }
        Calls.whenDone(removals.anyWaiting(deadlineNanos), (some, failure) -> {
            if (failure != null) {
                answer.completeExceptionally(Calls.unwrapped(failure));
            } else if (!some) {
                give(answer, line.takeKept(max));
            } else if (!answer.isDone()) {
                take(answer, max, deadlineNanos);
            }
        });
        return answer;
    }

    private void take(CompletableFuture<List<Popped>> answer, int max, long deadlineNanos) {
        CompletableFuture<List<Popped>> removal = removals.propose(max, deadlineNanos, this::handOverLate);
        Calls.whenDone(answer, (done, gone) -> removal.cancel(false)); // of use only if the caller ended it
        Calls.whenDone(removal, (messages, failure) -> {
            if (failure != null) {
                answer.completeExceptionally(Calls.unwrapped(failure));
            } else {
                // Nothing there: perhaps an earlier take of this node got it, for a caller who has gone.
                give(answer, messages.isEmpty() ? line.takeKept(max) : messages);
            }
        });
    }

    private void give(CompletableFuture<List<Popped>> answer, List<Popped> messages) {
        if (!answer.complete(messages)) {
            handOver(messages);
        }
    }

    /** The caller's last, or only, look at the queue. */
    void decide(Waiter waiter) {
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

    private void handOverLate(@Nullable List<Popped> messages) {
        if (messages != null) {
            handOver(messages);
        }
    }

    /** Gives removed messages to the first waiters, or keeps them for the next callers. */
    void handOver(List<Popped> messages) {
        messages.forEach(this::handOver);
    }

    void handOver(Popped message) {
        while (true) {
            Waiter first = line.nextFor(message);
            if (first == null) {
                readers.execute(message::read); // nobody knows how long it will wait, and the log need not keep it
                return;
            }
            if (first.complete(message)) {
                return;
            }
        }
    }
}
