package io.raftqueue.node;

import io.raftqueue.ClosedException;
import io.raftqueue.JoinOutcome;
import io.raftqueue.NoLeaderException;
import io.raftqueue.NodeFailedException;
import io.raftqueue.NodeListener;
import io.raftqueue.NodeOptions;
import io.raftqueue.NodeStatus;
import io.raftqueue.QueueFullException;
import io.raftqueue.QueueSettings;
import io.raftqueue.QueueStats;
import io.raftqueue.RaftNode;
import io.raftqueue.RaftQueue;
import io.raftqueue.RaftQueueException;
import io.raftqueue.codec.PayloadCodec;
import io.raftqueue.command.Command;
import io.raftqueue.command.QueueName;
import io.raftqueue.command.Result;
import io.raftqueue.raft.Replica;
import io.raftqueue.state.QueueFigures;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The API's node over a {@link Replica}: queue handles, their desks, listeners, and threads for users' futures. */
public final class ReplicatedNode implements RaftNode {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedNode.class);
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final NodeOptions options;
    private final NodeThreads threads;
    private final ListenerRelay relay;
    private final Replica replica;
    private final ConcurrentMap<String, QueueDesk> desks = new ConcurrentHashMap<>();
    private final List<Runnable> whenClosed = new CopyOnWriteArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile @Nullable Supplier<RuntimeException> ended;

    private ReplicatedNode(NodeOptions options, Function<NodeOptions, Replica> opener) {
        this.options = options;
        this.threads = new NodeThreads(options.id());
        this.relay = new ListenerRelay(options.listeners(), threads.named("listeners"), this::failed);
        try {
            this.replica = opener.apply(options.withListeners(List.of(relay)));
        } catch (RuntimeException e) {
            relay.close();
            threads.close();
            throw e;
        }
    }

    /** Starts a node with these options. */
    public static ReplicatedNode start(NodeOptions options) {
        return start(options, Replica::start);
    }

    /** Starts a node over another replica: for tests of this room. */
    static ReplicatedNode start(NodeOptions options, Function<NodeOptions, Replica> opener) {
        return new ReplicatedNode(options, opener);
    }

    /** A handle on a queue that closes {@code node} when it is closed. */
    public static <T> RaftQueue<T> owningQueue(RaftNode node, String name, PayloadCodec<T> codec) {
        return ((ReplicatedNode) node).queue(name, codec, node::close);
    }

    /** Runs {@code action} at the beginning of {@link #close()}. */
    public void whenClosed(Runnable action) {
        whenClosed.add(action);
    }

    @Override
    public String id() {
        return replica.id();
    }

    @Override
    public <T> RaftQueue<T> queue(String name, PayloadCodec<T> codec) {
        return queue(name, codec, () -> {});
    }

    private <T> RaftQueue<T> queue(String name, PayloadCodec<T> codec, Runnable afterClose) {
        checkName(name);
        Objects.requireNonNull(codec, "codec");
        var payloads = new Payloads<>(name, codec, options);
        return new ReplicatedQueue<>(this, name, payloads, options.deadline(), new Handle(name, afterClose));
    }

    private static void checkName(String name) {
        if (!QueueName.isValid(name)) {
            throw new IllegalArgumentException("queue name \"" + name
                    + "\" is not usable: a name is 1 to 128 of the characters A-Z, a-z, 0-9, '.', '_' and '-'");
        }
    }

    @Override
    public List<QueueStats> queues() {
        return replica.allFigures().stream()
                .map(this::stats)
                .sorted(Comparator.comparing(QueueStats::name))
                .toList();
    }

    @Override
    public @Nullable QueueStats queueStats(String name) {
        QueueFigures figures = replica.figures(name);
        return figures == null ? null : stats(figures);
    }

    private QueueStats stats(QueueFigures figures) {
        QueueDesk desk = desks.get(figures.name());
        long age = figures.depth() == 0 ? 0 : Math.max(0, System.currentTimeMillis() - figures.headSentAtMillis());
        return new QueueStats(
                figures.name(),
                figures.depth(),
                figures.bytes(),
                desk == null ? 0 : desk.kept(),
                age,
                figures.sent(),
                figures.taken(),
                figures.purged(),
                figures.refused(),
                new QueueSettings(figures.maxMessages(), figures.maxBytes()));
    }

    @Override
    public CompletableFuture<Void> configureQueue(String name, QueueSettings settings) {
        checkName(name);
        var command = new Command.Configure(name, settings.maxMessages(), settings.maxBytes());
        return offEngine(replica.submit(command, deadline(options.deadline())).thenApply(result -> {
            if (result instanceof Result.Configured) {
                return null;
            }
            throw refusal(name, result);
        }));
    }

    @Override
    public CompletableFuture<Boolean> deleteQueue(String name) {
        checkName(name);
        return offEngine(replica.submit(new Command.DeleteQueue(name), deadline(options.deadline()))
                .thenApply(result -> result instanceof Result.Deleted deleted && deleted.existed()));
    }

    @Override
    public NodeStatus status() {
        return replica.status();
    }

    @Override
    public CompletableFuture<JoinOutcome> join(String id, String raftAddress, Duration deadline) {
        return offEngine(replica.join(id, raftAddress, deadline(deadline)));
    }

    @Override
    public CompletableFuture<Void> remove(String id, boolean force, Duration deadline) {
        return offEngine(replica.remove(id, force, deadline(deadline)));
    }

    @Override
    public CompletableFuture<Void> snapshot() {
        return offEngine(replica.snapshot());
    }

    @Override
    public void awaitReady(Duration timeout) throws InterruptedException {
        long start = System.nanoTime();
        long deadline = deadline(timeout);
        while (true) {
            RaftQueueException failure = null;
            try {
                Calls.awaitInterruptibly(replica.readBarrier(deadline));
            } catch (NodeFailedException | ClosedException e) {
                throw e;
            } catch (RaftQueueException e) {
                failure = e;
            }
            NodeStatus status = replica.status();
            if (failure == null && status.ready()) {
                return;
            }
            if (System.nanoTime() - deadline >= 0) {
                String reasons = status.ready() ? "no leader confirmed it" : String.join("; ", status.notReady());
                String message = "not ready: " + reasons + ": " + Situation.of(status, start);
                throw failure == null ? new NoLeaderException(message) : new NoLeaderException(message, failure);
            }
            LockSupport.parkNanos(this, LOOK_AGAIN_NANOS);
        }
    }

    @Override
    public void addListener(NodeListener listener) {
        relay.add(listener);
    }

    @Override
    public void removeListener(NodeListener listener) {
        relay.remove(listener);
    }

    @Override
    public void close() {
        close(replica::close);
    }

    /** As {@link #close()}, but the replica ends abruptly: for tests of what the others make of it. */
    void crash() {
        close(replica::crash);
    }

    private void close(Runnable closeReplica) {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        whenClosed.forEach(Runnable::run);
        Supplier<RuntimeException> why = () -> new ClosedException("node " + id() + " is closed");
        endNew(why);
        try {
            closeReplica.run();
        } finally {
            end(why);
            relay.close();
            threads.close();
        }
    }

    private void failed(Throwable cause) {
        Supplier<RuntimeException> why = () -> new NodeFailedException(
                "node " + options.id() + " stopped for good: " + cause + "; close it, and see its log", cause);
        endNew(why);
        end(why);
    }

    private void endNew(Supplier<RuntimeException> why) {
        ended = why;
        desks.values().forEach(desk -> desk.endNew(why));
    }

    private void end(Supplier<RuntimeException> why) {
        desks.forEach((name, desk) -> {
            int orphans = desk.end(why);
            if (orphans > 0) {
                LOG.warn(
                        "{} messages were removed from queue {} for callers who left, and nobody came for them: lost",
                        orphans,
                        name);
            }
        });
    }

    Replica replica() {
        return replica;
    }

    NodeOptions options() {
        return options;
    }

    Executor executor() {
        return threads;
    }

    QueueDesk desk(String queue) {
        QueueDesk desk = desks.computeIfAbsent(queue, name -> new QueueDesk(name, replica, threads.timer(), threads));
        Supplier<RuntimeException> why = ended;
        if (why != null) {
            desk.endNew(why);
        }
        return desk;
    }

    long depth(String queue) {
        QueueFigures figures = replica.figures(queue);
        return figures == null ? 0 : figures.depth();
    }

    QueueSettings settings(String queue) {
        QueueFigures figures = replica.figures(queue);
        return figures == null ? QueueSettings.UNLIMITED : new QueueSettings(figures.maxMessages(), figures.maxBytes());
    }

    /** The exception for a command that the state refused. */
    RaftQueueException refusal(String queue, Result result) {
        if (result instanceof Result.Refused refused && refused.why() == Result.Refusal.TOO_MANY_QUEUES) {
            return new QueueFullException("queue " + queue + " was not created: there are "
                    + replica.allFigures().size() + " queues, as many as there may be; delete one");
        }
        QueueSettings limits = settings(queue);
        relay.queueFull(queue);
        return new QueueFullException("queue " + queue + " is full: " + depth(queue)
                + " messages wait (limits: maxMessages " + limits.maxMessages() + ", maxBytes " + limits.maxBytes()
                + ", 0 is none); nothing was stored: take or purge, or raise the limit. "
                + Situation.of(replica.status()));
    }

    private <V extends @Nullable Object> CompletableFuture<V> offEngine(CompletableFuture<V> inner) {
        return Calls.offEngine(inner, threads);
    }

    private static long deadline(Duration timeout) {
        Duration bounded = timeout.compareTo(Duration.ofDays(365)) > 0 ? Duration.ofDays(365) : timeout;
        return System.nanoTime() + bounded.toNanos();
    }

    @Override
    public String toString() {
        return "node " + id();
    }
}
