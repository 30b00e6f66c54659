package io.raftqueue.node;

import io.raftqueue.command.Command;
import io.raftqueue.command.Result;
import io.raftqueue.raft.Replica;
import io.raftqueue.state.QueueFigures;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Removes messages of one queue by proposing takes. */
final class Removals {
    /** More than this comes in several takes. */
    static final int LARGEST_TAKE = 1_000;

    private final String queue;
    private final Replica replica;
    private volatile boolean readAtOnce;

    Removals(String queue, Replica replica) {
        this.queue = queue;
        this.replica = replica;
    }

    /**
     * Proposes to remove up to {@code max} messages.
     *
     * @param late told what came of it if the future was done before: the messages, or null when that will never be known,
     *     or nothing was removed for a caller who had cancelled
     */
    CompletableFuture<List<Popped>> propose(int max, long deadlineNanos, Consumer<@Nullable List<Popped>> late) {
        var take = new Command.Take(queue, Math.min(max, LARGEST_TAKE));
        CompletableFuture<Result> removal = replica.submit(
                take, deadlineNanos, (@Nullable Result result) -> late.accept(result == null ? null : popped(result)));
        var messages = new CompletableFuture<List<Popped>>();
        Calls.whenDone(messages, (done, gone) -> removal.cancel(false)); // of use only if the caller ended it
        Calls.whenDone(removal, (result, failure) -> {
            if (failure != null) {
                messages.completeExceptionally(Calls.unwrapped(failure));
            } else {
                List<Popped> there = popped(result);
                if (!messages.complete(there)) {
                    late.accept(there);
                }
            }
        });
        return messages;
    }

    /** The log is about to be closed: bodies of what still comes are read before anybody hears of it. */
    void readAtOnce() {
        readAtOnce = true;
    }

    private List<Popped> popped(Result result) {
        if (!(result instanceof Result.Taken taken)) {
            return List.of(); // the queue was deleted meanwhile
        }
        var messages = new ArrayList<Popped>(taken.count());
        for (int i = 0; i < taken.count(); i++) {
            messages.add(new Popped(replica, taken.queueUid(), taken.firstId() + i));
        }
        if (readAtOnce) {
            messages.forEach(Popped::read);
        }
        return messages;
    }

    /** Messages that wait, as applied here. */
    long depth() {
        QueueFigures figures = replica.figures(queue);
        return figures == null ? 0 : figures.depth();
    }

    /** Whether messages wait anywhere; when it completes with false, none did at a moment since the call. */
    CompletableFuture<Boolean> anyWaiting(long deadlineNanos) {
        return depth() > 0
                ? CompletableFuture.completedFuture(true)
                : replica.readBarrier(deadlineNanos).thenApply(done -> depth() > 0);
    }
}
