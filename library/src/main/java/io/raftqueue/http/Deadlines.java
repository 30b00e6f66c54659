package io.raftqueue.http;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The two parameters of time that most requests take. */
final class Deadlines {
    private static final Duration USUAL = Duration.ofSeconds(10);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    private Deadlines() {}

    /** {@code ?timeout=}: how long the cluster may take; 10 s unless given. */
    static Duration timeout(Call call) {
        return call.uri().duration("timeout", Duration.ofMillis(1), Duration.ofSeconds(60), USUAL);
    }

    /** {@code ?wait=}: how long to wait for a message, on top of the timeout; not at all unless given. */
    static Duration waiting(Call call) {
        return call.uri().duration("wait", Duration.ZERO, LONGEST_WAIT, Duration.ZERO);
    }

    /** For calls of the library that take no deadline: they go on, but the client hears that nobody knows their end. */
    static <R> CompletableFuture<R> bounded(CompletableFuture<R> work, Duration timeout) {
        return work.copy().orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS).exceptionally(failure -> {
            if (failure instanceof TimeoutException) {
                throw Problem.OUTCOME_UNKNOWN.refuse("it was not done within " + timeout.toMillis() + " ms");
            }
            throw new CompletionException(failure);
        });
    }
}
