package io.raftqueue.node;

import io.raftqueue.ClosedException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From the replica's futures to what users get: values and exceptions in their own threads, or futures off the engine's. */
final class Calls {
    private static final Logger LOG = LoggerFactory.getLogger(Calls.class);

    private Calls() {}

    /** The value, waiting in spite of interrupts; the flag is set again. */
    static <V extends @Nullable Object> V await(Future<V> future) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return awaitInterruptibly(future);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The value, or what the future failed with, unwrapped. */
    static <V extends @Nullable Object> V awaitInterruptibly(Future<V> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            Throwable cause = unwrapped(e.getCause() == null ? e : e.getCause());
            if (cause instanceof RuntimeException unchecked) {
                // Made on another thread: without this line the trace would not show who called.
                unchecked.addSuppressed(new IllegalStateException("the call that failed was made here"));
                throw unchecked;
            }
            throw new IllegalStateException(cause);
        } catch (CancellationException e) {
            throw new ClosedException("the call was cancelled", e);
        }
    }

    /**
     * Runs {@code action} when the future is done, in the thread that completes it. What the action throws is a defect of
     * ours; it is logged, since nobody waits for it.
     */
    @SuppressWarnings("FutureReturnValueIgnored")
    static <V extends @Nullable Object> void whenDone(
            CompletableFuture<V> future, BiConsumer<? super V, ? super @Nullable Throwable> action) {
        future.whenComplete((value, failure) -> {
            try {
                action.accept(value, failure);
            } catch (RuntimeException | Error e) {
                LOG.error("a call's answer could not be passed on", e);
                throw e;
            }
        });
    }

    /** The same answer, given on {@code executor}: what depends on it never runs on the engine's threads. */
    static <V extends @Nullable Object> CompletableFuture<V> offEngine(CompletableFuture<V> inner, Executor executor) {
        var outer = new CompletableFuture<V>();
        whenDone(
                inner,
                (value, failure) -> executor.execute(() -> {
                    if (failure == null) {
                        outer.complete(value);
                    } else {
                        outer.completeExceptionally(unwrapped(failure));
                    }
                }));
        return outer;
    }

    static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
