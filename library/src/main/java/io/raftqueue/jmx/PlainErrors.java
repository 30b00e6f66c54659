package io.raftqueue.jmx;

import io.raftqueue.RaftQueueException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * Turns our exceptions into those of {@code java.lang}, with the full text: a console without our jar could not read ours.
 */
final class PlainErrors {
    private PlainErrors() {}

    static <V> V call(Supplier<V> operation) {
        try {
            return operation.get();
        } catch (RaftQueueException e) {
            throw plain(e);
        } catch (CompletionException e) {
            throw plain(e.getCause() == null ? e : e.getCause());
        }
    }

    static <V> V join(Supplier<CompletableFuture<V>> operation) {
        return call(() -> operation.get().join());
    }

    /** Without cause and suppressed exceptions, which would travel too. */
    private static RuntimeException plain(Throwable failure) {
        return new IllegalStateException(failure.getClass().getSimpleName() + ": " + failure.getMessage());
    }
}
