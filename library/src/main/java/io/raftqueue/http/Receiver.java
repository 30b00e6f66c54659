package io.raftqueue.http;

import io.raftqueue.ClosedException;
import io.raftqueue.RaftNode;
import io.raftqueue.RaftQueue;
import io.raftqueue.codec.EncodedMessage;
import io.raftqueue.codec.PayloadCodec;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * What one request takes from a queue. Its client's hang-up cancels, so that the message goes to another. The server's
 * closing only ends the wait, by closing the handle that waits: a removal under way is finished, and if there is none, a
 * last look tells whether the queue is empty.
 */
final class Receiver {
    /** Closing must not last, even where there is no leader to ask. */
    private static final Duration LAST_LOOK = Duration.ofSeconds(2);

    private final RaftQueue<EncodedMessage> queue;
    private final RaftQueue<EncodedMessage> lastLook;

    /** A handle of its own, so that closing it ends this wait and nothing else. */
    private final RaftQueue<EncodedMessage> waiting;

    private volatile boolean closing;
    private volatile boolean gone;
    private volatile @Nullable CompletableFuture<?> current;

    private Receiver(RaftNode node, String name, Duration timeout) {
        queue = node.queue(name, PayloadCodec.raw()).withTimeout(timeout);
        lastLook = queue.withTimeout(timeout.compareTo(LAST_LOOK) < 0 ? timeout : LAST_LOOK);
        waiting = node.queue(name, PayloadCodec.raw()).withTimeout(timeout);
    }

    /** @param wait how long this will wait for a message */
    static Receiver of(Call call, RaftNode node, String name, Duration timeout, Duration wait) {
        var receiver = new Receiver(node, name, timeout);
        call.whenHungUp(!wait.isZero(), receiver::cancel);
        call.whenClosing(receiver::stopWaiting);
        return receiver;
    }

    /** A message that is there now, or null. */
    CompletableFuture<@Nullable EncodedMessage> poll() {
        return cancellable(queue.pollAsync()).exceptionallyCompose(this::failed);
    }

    /** A message that is there now or comes in time, or null. */
    CompletableFuture<@Nullable EncodedMessage> poll(Duration wait) {
        if (wait.isZero()) {
            return poll();
        }
        return cancellable(waiting.pollAsync(wait))
                .exceptionallyCompose(failure -> closing && isClosed(failure)
                        ? cancellable(lastLook.pollAsync())
                        : CompletableFuture.failedFuture(failure))
                .exceptionallyCompose(this::failed);
    }

    private CompletableFuture<@Nullable EncodedMessage> failed(Throwable failure) {
        return CompletableFuture.failedFuture(
                gone ? Problem.OUTCOME_UNKNOWN.refuse("nobody waits for this answer any more") : failure);
    }

    private static boolean isClosed(Throwable failure) {
        return failure instanceof ClosedException
                || (failure instanceof CompletionException && failure.getCause() instanceof ClosedException);
    }

    private <V extends @Nullable Object> CompletableFuture<V> cancellable(CompletableFuture<V> future) {
        current = future;
        if (gone) {
            future.cancel(false);
        }
        return future;
    }

    private void cancel() {
        gone = true;
        CompletableFuture<?> pending = current;
        if (pending != null) {
            pending.cancel(false);
        }
    }

    private void stopWaiting() {
        closing = true;
        waiting.close();
    }
}
