package io.raftqueue;

import io.raftqueue.codec.PayloadCodec;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A FIFO queue of messages, replicated by Raft.
 *
 * <pre>{@code
 * record Order(String id, int cents) {}
 * try (RaftQueue<Order> orders = RaftQueue.builder(Order.class)
 *         .directory(Path.of("data/orders")).standalone().start()) {
 *     orders.send(new Order("A-1", 990));     // returns when a majority has it on disk
 *     System.out.println(orders.take());      // waits; removed when returned: at most once
 * }
 * }</pre>
 *
 * <p><b>What is promised.</b> A {@code send} that returned is on the disks of a majority of the members and is never
 * lost. A message is removed once. If one send returned before another began, its message leaves first; one caller's
 * sends leave in their order of call, the asynchronous ones too; concurrent sends leave in one order, the same for all.
 *
 * <p><b>Where.</b> Every method may be called from any thread, on any member, leader or not, except where a future of
 * this library is being completed by its engine: that never happens, since dependents of the futures returned here run
 * on threads of their own, where they may call this queue again, and wait.
 *
 * <p><b>How long.</b> Each call waits at most the queue's deadline (10 s unless the builder or {@link #withTimeout} says
 * otherwise) for the cluster, on top of the time it was asked to wait for a message. Methods that do not declare
 * {@link InterruptedException} finish in spite of an interrupt and leave the thread's interrupt flag set.
 *
 * <p><b>Failures</b> are unchecked, and say whether a retry is safe, see {@link RaftQueueException#retry()}:
 * {@link NoLeaderException} and {@link OverloadedException} (nothing applied), {@link OutcomeUnknownException} (may have
 * been applied), {@link QueueFullException}, {@link StorageFullException}, {@link CodecException} (a payload that could
 * not be encoded, or the message that could not be decoded, with its bytes), {@link MessageTooLargeException},
 * {@link ClosedException}, {@link NodeFailedException}. The futures fail with the same.
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

    /** The name of this queue; the same name is the same queue on every member. */
    String name();

    /**
     * Sends, and returns once a majority has the message on disk.
     *
     * @return the message's id: increasing per queue, never reused
     */
    long send(T payload);

    /** As {@link #send(Object)}, with headers or a key. */
    long send(T payload, SendOptions options);

    /**
     * Sends all or none, in order, as one atomic batch.
     *
     * @return the ids, in the order given; empty for an empty collection, which sends nothing
     */
    List<Long> sendAll(Collection<? extends T> payloads);

    /**
     * Removes and returns the head, or null when the queue is empty. At most once: if the reply is lost, so may be the
     * message. An empty answer is true for the whole cluster, and writes nothing.
     */
    @Nullable
    T poll();

    /**
     * As {@link #poll()}, waiting up to {@code wait} for a message. The wait does not bound the removal of a message that
     * has come: the deadline does. An interrupt before a removal is under way costs nothing; after that the message goes
     * to the next local caller first.
     */
    @Nullable
    T poll(Duration wait) throws InterruptedException;

    /** As {@link #poll(Duration)}, waiting for a message as long as it takes, through changes of leader too. */
    T take() throws InterruptedException;

    /** The head, not removed, or null when the queue is empty. */
    @Nullable
    Message<T> peek();

    /** Up to {@code limit} messages from the head on, none removed. */
    List<Message<T>> browse(int limit);

    /** The number of waiting messages, as true for the whole cluster at a moment during the call. */
    long size();

    /**
     * Removes every waiting message.
     *
     * @return how many
     */
    long purge();

    /** The JDK's view of this queue; {@link io.raftqueue.node.QueueView} has the table of what it supports. */
    BlockingQueue<T> asBlockingQueue();

    /** As {@link #send(Object)}. The payload is encoded, and its place among this caller's sends taken, before this returns. */
    CompletableFuture<Long> sendAsync(T payload);

    /** As {@link #send(Object, SendOptions)}; see {@link #sendAsync(Object)}. */
    CompletableFuture<Long> sendAsync(T payload, SendOptions options);

    /** As {@link #sendAll}; see {@link #sendAsync(Object)}. */
    CompletableFuture<List<Long>> sendAllAsync(Collection<? extends T> payloads);

    /**
     * As {@link #poll()}: completes with null when the queue is empty. Cancelling the future, or completing it otherwise,
     * gives a message that was already removed to the next local caller.
     */
    CompletableFuture<@Nullable T> pollAsync();

    /** As {@link #poll(Duration)}; see {@link #pollAsync()}. */
    CompletableFuture<@Nullable T> pollAsync(Duration wait);

    /** The same queue with another deadline for each call; closing either closes both. */
    RaftQueue<T> withTimeout(Duration deadline);

    /**
     * Waits until this member can serve: there is a leader, and this member has caught up.
     *
     * @throws NoLeaderException with the reasons, when it cannot within {@code timeout}
     */
    void awaitReady(Duration timeout) throws InterruptedException;

    /**
     * Ends this handle: its waiting callers, and later ones, get {@link ClosedException}. A removal under way is finished:
     * the caller it may serve gets its message, or hears that the outcome is unknown. Closes the node too if this queue
     * was built by {@link #builder}; never a node that was built by itself. Idempotent.
     */
    @Override
    void close();
}
