package io.raftqueue.node;

import io.raftqueue.Message;
import io.raftqueue.OutcomeUnknownException;
import io.raftqueue.RaftQueue;
import io.raftqueue.RaftQueueException;
import io.raftqueue.SendOptions;
import io.raftqueue.codec.EncodedMessage;
import io.raftqueue.command.Command;
import io.raftqueue.command.MessageBody;
import io.raftqueue.command.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A queue over the node's replica: encodes and decodes in the caller's thread (or on the node's executor, for futures),
 * turns calls into commands and results into answers. What waits for messages is in {@link QueueDesk}.
 *
 * @param <T> the payload type
 */
final class ReplicatedQueue<T> implements RaftQueue<T> {
    private final ReplicatedNode node;
    private final String name;
    private final Payloads<T> payloads;
    private final long timeoutNanos;
    private final Handle handle;

    ReplicatedQueue(ReplicatedNode node, String name, Payloads<T> payloads, Duration timeout, Handle handle) {
        this.node = node;
        this.name = name;
        this.payloads = payloads;
        this.timeoutNanos = timeout.toNanos();
        this.handle = handle;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long send(T payload) {
        return send(payload, SendOptions.none());
    }

    @Override
    public long send(T payload, SendOptions options) {
        return Calls.await(submitSend(payload, options));
    }

    @Override
    public List<Long> sendAll(Collection<? extends T> payloads) {
        return Calls.await(submitSendAll(payloads));
    }

    @Override
    public CompletableFuture<Long> sendAsync(T payload) {
        return sendAsync(payload, SendOptions.none());
    }

    @Override
    public CompletableFuture<Long> sendAsync(T payload, SendOptions options) {
        try {
            return Calls.offEngine(submitSend(payload, options), node.executor());
        } catch (RaftQueueException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletableFuture<List<Long>> sendAllAsync(Collection<? extends T> payloads) {
        try {
            return Calls.offEngine(submitSendAll(payloads), node.executor());
        } catch (RaftQueueException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletableFuture<Long> submitSend(T payload, SendOptions options) {
        handle.checkOpen();
        MessageBody body = payloads.encode(payload, options);
        return submit(new Command.Send(name, body))
                .thenApply(result -> sent(result).firstId());
    }

    private CompletableFuture<List<Long>> submitSendAll(Collection<? extends T> payloads) {
        handle.checkOpen();
        var bodies = new ArrayList<MessageBody>(payloads.size());
        long bytes = 0;
        for (T payload : payloads) {
            MessageBody body = this.payloads.encode(payload, SendOptions.none());
            bytes += body.payload().length;
            bodies.add(body);
        }
        this.payloads.checkBatch(bodies.size(), bytes);
        if (bodies.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        return submit(new Command.SendAll(name, bodies)).thenApply(result -> {
            Result.Sent sent = sent(result);
            return LongStream.range(sent.firstId(), sent.firstId() + sent.count())
                    .boxed()
                    .toList();
        });
    }

    private Result.Sent sent(Result result) {
        if (result instanceof Result.Sent sent) {
            return sent;
        }
        throw node.refusal(name, result);
    }

    private CompletableFuture<Result> submit(Command command) {
        return node.replica().submit(command, deadline());
    }

    private long deadline() {
        return System.nanoTime() + timeoutNanos;
    }

    @Override
    public @Nullable T poll() {
        return payload(Calls.await(ask(0)));
    }

    @Override
    public @Nullable T poll(Duration wait) throws InterruptedException {
        return payload(awaitMessage(ask(nanos(wait))));
    }

    @Override
    public T take() throws InterruptedException {
        T payload = payload(awaitMessage(ask(QueueDesk.FOREVER)));
        return Objects.requireNonNull(payload, "a take ends with a message or a failure");
    }

    @Override
    public CompletableFuture<@Nullable T> pollAsync() {
        return pollLater(0);
    }

    @Override
    public CompletableFuture<@Nullable T> pollAsync(Duration wait) {
        return pollLater(nanos(wait));
    }

    private CompletableFuture<@Nullable T> pollLater(long waitNanos) {
        var answer = new CompletableFuture<@Nullable T>();
        Waiter waiter;
        try {
            waiter = ask(waitNanos);
        } catch (RaftQueueException e) {
            return CompletableFuture.failedFuture(e);
        }
        Calls.whenDone(answer, (value, failure) -> waiter.cancel(false)); // of use only if the caller ended it
        Calls.whenDone(waiter, (popped, failure) -> {
            if (failure != null) {
                node.executor().execute(() -> answer.completeExceptionally(failure));
            } else if (popped == null) {
                node.executor().execute(() -> answer.complete(null));
            } else {
                node.executor().execute(() -> answer(popped, answer));
            }
        });
        return answer;
    }

    private void answer(Popped popped, CompletableFuture<@Nullable T> answer) {
        boolean given;
        try {
            given = !answer.isDone() && answer.complete(payload(popped));
        } catch (RuntimeException | Error e) {
            given = answer.completeExceptionally(e);
        }
        if (!given) {
            node.desk(name).handOver(popped);
        }
    }

    private Waiter ask(long waitNanos) {
        handle.checkOpen();
        Waiter waiter = node.desk(name).poll(waitNanos, timeoutNanos);
        handle.register(waiter);
        return waiter;
    }

    private static @Nullable Popped awaitMessage(Waiter waiter) throws InterruptedException {
        try {
            return Calls.awaitInterruptibly(waiter);
        } catch (InterruptedException e) {
            if (waiter.cancel(false)) {
                throw e;
            }
            Thread.currentThread().interrupt(); // the message came first: it is not thrown away
            return Calls.await(waiter);
        }
    }

    private static long nanos(Duration wait) {
        if (wait.isNegative()) {
            return 0;
        }
        return wait.compareTo(Duration.ofDays(3650)) > 0 ? QueueDesk.FOREVER : wait.toNanos();
    }

    /** Up to {@code max} messages that are there now; the view's {@code drainTo}. */
    List<Popped> takeNow(int max) {
        handle.checkOpen();
        CompletableFuture<List<Popped>> messages = node.desk(name).takeNow(max, deadline());
        List<Popped> there = Calls.await(messages);
        there.forEach(Popped::read); // all at once: the log need not keep them until the last one's turn comes
        return there;
    }

    /** The payload of a removed message. */
    @Nullable
    T payload(@Nullable Popped popped) {
        if (popped == null) {
            return null;
        }
        MessageBody body = body(popped);
        return payloads.decode(Popped.encoded(popped.id(), body), "it was removed from the queue, and");
    }

    private MessageBody body(Popped popped) {
        try {
            return Calls.await(popped.body());
        } catch (RaftQueueException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new OutcomeUnknownException(
                    "message " + popped.id() + " was removed from queue " + name + ", and cannot be read any more: "
                            + e.getMessage(),
                    e);
        }
    }

    @Override
    public @Nullable Message<T> peek() {
        List<Message<T>> head = browse(1);
        return head.isEmpty() ? null : head.get(0);
    }

    @Override
    public List<Message<T>> browse(int limit) {
        var messages = new ArrayList<Message<T>>();
        browsing(limit).forEachRemaining(message -> messages.add(decoded(message)));
        return List.copyOf(messages);
    }

    Message<T> decoded(EncodedMessage message) {
        T payload = payloads.decode(message, "it stands in the queue still, and");
        return new Message<>(
                message.id(), payload, message.contentType(), message.headers(), message.sentAt(), message.key());
    }

    /** The messages that wait at a moment during the call, read as they are asked for. */
    Browse browsing(int limit) {
        if (limit < 0) {
            throw new IllegalArgumentException("limit is " + limit + ": it is 0 or more");
        }
        handle.checkOpen();
        Calls.await(node.replica().readBarrier(deadline()));
        return new Browse(node.replica(), name, limit);
    }

    @Override
    public long size() {
        handle.checkOpen();
        Calls.await(node.replica().readBarrier(deadline()));
        return node.depth(name);
    }

    @Override
    public long purge() {
        handle.checkOpen();
        Result result = Calls.await(submit(new Command.Purge(name)));
        return result instanceof Result.Purged purged ? purged.count() : 0; // refused: there is no such queue
    }

    @Override
    public BlockingQueue<T> asBlockingQueue() {
        return new QueueView<>(this, node);
    }

    @Override
    public RaftQueue<T> withTimeout(Duration deadline) {
        if (deadline.isNegative() || deadline.isZero() || deadline.compareTo(Duration.ofDays(365)) > 0) {
            throw new IllegalArgumentException(
                    "the deadline is " + deadline + ": it is longer than zero and at most 365 days");
        }
        return new ReplicatedQueue<>(node, name, payloads, deadline, handle);
    }

    @Override
    public void awaitReady(Duration timeout) throws InterruptedException {
        handle.checkOpen();
        node.awaitReady(timeout);
    }

    @Override
    public void close() {
        handle.close();
    }

    @Override
    public String toString() {
        return "queue " + name + " on " + node.id();
    }
}
