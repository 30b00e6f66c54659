package io.raftqueue;

import io.raftqueue.codec.PayloadCodec;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A FIFO queue of messages, replicated by Raft. A {@code send} that returned is on the disks of a majority of the
 * members and is never lost; a message is removed once; order holds.
 *
 * <p>Every method may be called from any thread, on any member, leader or not. Each call waits at most the queue's
 * deadline (10 s unless {@link #withTimeout} says otherwise) for the cluster, on top of the time it was asked to wait
 * for a message. Failures are unchecked and say whether a retry is safe: see {@link RaftQueueException#retry()}.
 *
 * @param <T> the payload type, turned into bytes by a {@link PayloadCodec}
 */
public interface RaftQueue<T> extends AutoCloseable {

    /** The front door to one queue (named {@code default}) with a node of its own; payloads are JSON by Jackson. */
    static <T> RaftQueueBuilder<T> builder(Class<T> type) {
        return builder(PayloadCodec.json(type));
    }

    /** As {@link #builder(Class)}, with any codec. */
    static <T> RaftQueueBuilder<T> builder(PayloadCodec<T> codec) {
        return new RaftQueueBuilder<>(codec);
    }

    String name();

    /** Sends and returns the message's id, once a majority has it on disk. */
    long send(T payload);

    long send(T payload, SendOptions options);

    /** Sends all or none, in order, as one atomic batch. @return the ids, in the order given */
    List<Long> sendAll(Collection<? extends T> payloads);

    /** Removes and returns the head, or null when the queue is (linearizably) empty. At most once. */
    @Nullable
    T poll();

    /** As {@link #poll()}, waiting up to {@code wait} for a message. */
    @Nullable
    T poll(Duration wait) throws InterruptedException;

    /** As {@link #poll()}, waiting for a message as long as it takes. */
    T take() throws InterruptedException;

    /** The head, not removed, or null when empty. */
    @Nullable
    Message<T> peek();

    /** Up to {@code limit} messages from the head on, none removed. */
    List<Message<T>> browse(int limit);

    /** Number of waiting messages (linearizable). */
    long size();

    /** Removes every waiting message. @return how many */
    long purge();

    /** The JDK's view of this queue; its Javadoc has the table of what is supported. */
    BlockingQueue<T> asBlockingQueue();

    CompletableFuture<Long> sendAsync(T payload);

    CompletableFuture<Long> sendAsync(T payload, SendOptions options);

    CompletableFuture<List<Long>> sendAllAsync(Collection<? extends T> payloads);

    /** Completes with null when empty. Cancelling gives a message that was already popped to the next local caller. */
    CompletableFuture<@Nullable T> pollAsync();

    CompletableFuture<@Nullable T> pollAsync(Duration wait);

    /** The same queue with another deadline for each call; closing either closes the handle. */
    RaftQueue<T> withTimeout(Duration deadline);

    /** Waits until this member can serve: there is a leader, and this member has caught up. */
    void awaitReady(Duration timeout) throws InterruptedException;

    /** Ends this handle's waiting callers; the node too, if this queue was built by {@link #builder}. */
    @Override
    void close();
}
