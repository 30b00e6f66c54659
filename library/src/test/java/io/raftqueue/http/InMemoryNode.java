package io.raftqueue.http;

import io.raftqueue.ClosedException;
import io.raftqueue.JoinOutcome;
import io.raftqueue.MemberStatus;
import io.raftqueue.Message;
import io.raftqueue.NodeListener;
import io.raftqueue.NodeStatus;
import io.raftqueue.QueueSettings;
import io.raftqueue.QueueStats;
import io.raftqueue.RaftNode;
import io.raftqueue.RaftQueue;
import io.raftqueue.Role;
import io.raftqueue.SendOptions;
import io.raftqueue.codec.EncodedMessage;
import io.raftqueue.codec.EncodedPayload;
import io.raftqueue.codec.PayloadCodec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** A node without a cluster, for what a real one does not do on command: fail in a chosen way, or say nothing. */
final class InMemoryNode implements RaftNode {
    /** Not the common pool: from JDK 25 on, its only thread on two cores may be the one that closes. */
    private static final Executor THREADS = task -> new Thread(task, "in-memory").start();

    private final Map<String, Stored> queues = new TreeMap<>();
    private RuntimeException failure;
    private int failIn;
    private boolean silent;
    private CompletableFuture<Void> takes = CompletableFuture.completedFuture(null);
    private int holdIn;
    NodeStatus status = status(Role.LEADER, "node01", List.of());
    JoinOutcome joined = JoinOutcome.VOTER;
    String lastJoin = "";
    String lastRemoved = "";

    /** Each queue. */
    private static final class Stored {
        final Deque<EncodedMessage> messages = new ArrayDeque<>();
        final Deque<CompletableFuture<EncodedMessage>> waiting = new ArrayDeque<>();
        long lastId;
        QueueSettings settings = QueueSettings.UNLIMITED;
    }

    static NodeStatus status(Role role, String leader, List<String> notReady) {
        return status(role, leader, notReady, false);
    }

    static NodeStatus status(Role role, String leader, List<String> notReady, boolean removed) {
        var self = new MemberStatus("node01", "localhost:3001", "localhost:3000", role, true, true, true, 0, null);
        var other = new MemberStatus(
                "node02", "localhost:3003", "", Role.FOLLOWER, true, false, true, 7, Duration.ofMillis(12));
        return new NodeStatus(
                "node01",
                "3f2a",
                role,
                leader,
                "localhost:3001",
                "localhost:3000",
                3,
                17,
                16,
                18,
                List.of(self, other),
                notReady,
                Map.of("state", role.title(), "applied_index", "16", "odd\"key", "line\nbreak"),
                Map.of("fsyncP99Millis", 1.5, "diskFreeBytes", 1e9),
                null,
                false,
                removed);
    }

    /** From now on everything fails like this; null: nothing does. */
    synchronized void failWith(RuntimeException failure) {
        this.failure = failure;
    }

    /** The next so many calls succeed, those after them fail like this. */
    synchronized void failAfter(int calls, RuntimeException then) {
        failIn = calls;
        failure = then;
    }

    /** From now on nothing is ever answered. */
    synchronized void fallSilent() {
        silent = true;
    }

    /** From now on takes are under way, until the future returned is done. */
    synchronized CompletableFuture<Void> holdTakes() {
        return holdTakesAfter(0);
    }

    /** As {@link #holdTakes()}, after so many that are done at once. */
    synchronized CompletableFuture<Void> holdTakesAfter(int calls) {
        holdIn = calls;
        takes = new CompletableFuture<>();
        return takes;
    }

    /** Receivers that wait on this queue. */
    synchronized long waiting(String queue) {
        return stored(queue).waiting.stream().filter(f -> !f.isDone()).count();
    }

    private Stored stored(String name) {
        return queues.computeIfAbsent(name, n -> new Stored());
    }

    private <R> CompletableFuture<R> outcome(java.util.function.Supplier<CompletableFuture<R>> work) {
        synchronized (this) {
            if (failure != null && --failIn < 0) {
                return CompletableFuture.failedFuture(failure);
            }
            return silent ? new CompletableFuture<>() : work.get();
        }
    }

    @Override
    public String id() {
        return "node01";
    }

    @Override
    public <T> RaftQueue<T> queue(String name, PayloadCodec<T> codec) {
        return new Handle<>(name, codec);
    }

    @Override
    public synchronized List<QueueStats> queues() {
        var all = new ArrayList<QueueStats>();
        queues.forEach((name, q) -> all.add(new QueueStats(
                name, q.messages.size(), 0, 0, 0, q.lastId, q.lastId - q.messages.size(), 0, 0, q.settings)));
        return all;
    }

    @Override
    public QueueStats queueStats(String name) {
        return queues().stream().filter(q -> q.name().equals(name)).findFirst().orElse(null);
    }

    @Override
    public CompletableFuture<Void> configureQueue(String name, QueueSettings settings) {
        return outcome(() -> {
            stored(name).settings = settings;
            return CompletableFuture.completedFuture(null);
        });
    }

    @Override
    public CompletableFuture<Boolean> deleteQueue(String name) {
        return outcome(() -> CompletableFuture.completedFuture(queues.remove(name) != null));
    }

    @Override
    public NodeStatus status() {
        return status;
    }

    @Override
    public CompletableFuture<JoinOutcome> join(String id, String raftAddress, Duration deadline) {
        lastJoin = id + "@" + raftAddress + " within " + deadline;
        return outcome(() -> CompletableFuture.completedFuture(joined));
    }

    @Override
    public CompletableFuture<Void> remove(String id, boolean force, Duration deadline) {
        lastRemoved = id + (force ? " by force" : "");
        return outcome(() -> CompletableFuture.completedFuture(null));
    }

    @Override
    public CompletableFuture<Void> snapshot() {
        return outcome(() -> CompletableFuture.completedFuture(null));
    }

    @Override
    public void awaitReady(Duration timeout) {}

    @Override
    public void addListener(NodeListener listener) {}

    @Override
    public void removeListener(NodeListener listener) {}

    @Override
    public void close() {}

    /** A handle on one queue. */
    private final class Handle<T> implements RaftQueue<T> {
        private final String name;
        private final PayloadCodec<T> codec;
        private final List<CompletableFuture<EncodedMessage>> waiters = new ArrayList<>();
        private boolean closed;

        Handle(String name, PayloadCodec<T> codec) {
            this.name = name;
            this.codec = codec;
        }

        private T decoded(EncodedMessage message) {
            try {
                return message == null ? null : codec.decode(message);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        private long store(T value) {
            try {
                Stored q = stored(name);
                EncodedPayload p = codec.encode(value);
                var m = new EncodedMessage(++q.lastId, p.bytes(), p.contentType(), p.headers(), Instant.now(), null);
                CompletableFuture<EncodedMessage> waiter;
                do {
                    waiter = q.waiting.poll();
                } while (waiter != null && waiter.isDone());
                if (waiter == null) {
                    q.messages.add(m);
                } else {
                    CompletableFuture<EncodedMessage> served = waiter;
                    takes.thenRun(() -> served.completeAsync(() -> m, THREADS));
                }
                return m.id();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public CompletableFuture<Long> sendAsync(T payload, SendOptions options) {
            return outcome(() -> CompletableFuture.completedFuture(store(payload)));
        }

        @Override
        public CompletableFuture<Long> sendAsync(T payload) {
            return sendAsync(payload, SendOptions.none());
        }

        @Override
        public CompletableFuture<List<Long>> sendAllAsync(Collection<? extends T> payloads) {
            return outcome(() -> {
                var ids = new ArrayList<Long>();
                payloads.forEach(p -> ids.add(store(p)));
                return CompletableFuture.completedFuture(ids);
            });
        }

        @Override
        public CompletableFuture<T> pollAsync() {
            return outcome(() -> (--holdIn < 0 ? takes : CompletableFuture.<Void>completedFuture(null))
                    .thenApply(now -> decoded(
                            queues.containsKey(name) ? stored(name).messages.poll() : null)));
        }

        @Override
        public CompletableFuture<T> pollAsync(Duration wait) {
            return outcome(() -> {
                if (closed) {
                    return CompletableFuture.failedFuture(new ClosedException("this handle is closed"));
                }
                EncodedMessage there = stored(name).messages.poll();
                if (there != null) {
                    return CompletableFuture.completedFuture(decoded(there));
                }
                var waiter = new CompletableFuture<EncodedMessage>();
                stored(name).waiting.add(waiter);
                waiters.add(waiter);
                CompletableFuture<T> mine = waiter.thenApply(this::decoded);
                mine.whenComplete((m, t) -> waiter.cancel(false));
                return mine.completeOnTimeout(null, wait.toMillis(), TimeUnit.MILLISECONDS);
            });
        }

        @Override
        public RaftQueue<T> withTimeout(Duration deadline) {
            return this;
        }

        @Override
        public List<Message<T>> browse(int limit) {
            synchronized (InMemoryNode.this) {
                return stored(name).messages.stream()
                        .limit(limit)
                        .map(m -> new Message<>(m.id(), decoded(m), m.contentType(), m.headers(), m.sentAt(), m.key()))
                        .toList();
            }
        }

        @Override
        public long size() {
            synchronized (InMemoryNode.this) {
                return stored(name).messages.size();
            }
        }

        @Override
        public long purge() {
            synchronized (InMemoryNode.this) {
                long n = stored(name).messages.size();
                stored(name).messages.clear();
                return n;
            }
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public long send(T payload) {
            return sendAsync(payload).join();
        }

        @Override
        public long send(T payload, SendOptions options) {
            return sendAsync(payload, options).join();
        }

        @Override
        public List<Long> sendAll(Collection<? extends T> payloads) {
            return sendAllAsync(payloads).join();
        }

        @Override
        public T poll() {
            return pollAsync().join();
        }

        @Override
        public T poll(Duration wait) {
            return pollAsync(wait).join();
        }

        @Override
        public T take() {
            return pollAsync(Duration.ofDays(1)).join();
        }

        @Override
        public Message<T> peek() {
            List<Message<T>> head = browse(1);
            return head.isEmpty() ? null : head.get(0);
        }

        @Override
        public BlockingQueue<T> asBlockingQueue() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void awaitReady(Duration timeout) {}

        /** As the real one: who waits ends, whose message is being removed gets it. */
        @Override
        public void close() {
            List<CompletableFuture<EncodedMessage>> ended;
            synchronized (InMemoryNode.this) {
                closed = true;
                ended = waiters.stream().filter(stored(name).waiting::remove).toList();
            }
            ended.forEach(waiter -> waiter.completeExceptionally(new ClosedException("this handle is closed")));
        }
    }
}
