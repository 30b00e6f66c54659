package io.raftqueue;

import io.raftqueue.codec.PayloadCodec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A member of a cluster: lifecycle, status, membership, and any number of named queues. One node owns one directory.
 *
 * <pre>{@code
 * try (RaftNode node = RaftNode.builder()
 *         .id("node01").raftAddress("app1:3001").bootstrap()
 *         .directory(Path.of("data/node01")).start()) {
 *     RaftQueue<Order> orders = node.queue("orders", Order.class);
 *     RaftQueue<String> mails = node.queue("mails", PayloadCodec.string());
 *     node.join("node02", "app2:3001", Duration.ofSeconds(30)).join();
 * }
 * }</pre>
 *
 * <p>All methods may be called from any thread. Futures fail with {@link RaftQueueException}s; their dependents never
 * run on the engine's threads. The library never ends the JVM: a node that must stop for good (I/O error, damaged log)
 * fails its calls with {@link NodeFailedException}, is not ready, tells JMX and its {@link NodeListener}s, and waits to
 * be closed.
 */
public interface RaftNode extends AutoCloseable {

    /** A builder with everything unset. */
    static RaftNodeBuilder builder() {
        return new RaftNodeBuilder();
    }

    /** For tests: one node, temporary directory, free loopback port, all removed on close. */
    static RaftNode temporary() {
        return RaftNodeBuilder.temporary();
    }

    /** The name people gave this node. */
    String id();

    /**
     * A handle on a queue; the first send creates the queue.
     *
     * @param name {@code [A-Za-z0-9._-]{1,128}}
     */
    <T> RaftQueue<T> queue(String name, PayloadCodec<T> codec);

    /** As {@link #queue(String, PayloadCodec)}; payloads are JSON by Jackson. */
    default <T> RaftQueue<T> queue(String name, Class<T> type) {
        return queue(name, PayloadCodec.json(type));
    }

    /** Every queue with its figures, by name, as applied here. Never blocks. */
    List<QueueStats> queues();

    /** The figures of one queue as applied here, or null when there is no such queue. Never blocks. */
    @Nullable
    QueueStats queueStats(String name);

    /** Creates the queue if there is none, and sets its limits, on all members. */
    CompletableFuture<Void> configureQueue(String name, QueueSettings settings);

    /** Deletes a queue and its messages. Completes with false when there was none. */
    CompletableFuture<Boolean> deleteQueue(String name);

    /** From local knowledge; never blocks. */
    NodeStatus status();

    /**
     * Brings in the node that answers at {@code raftAddress} with this id. Callable at any member; idempotent. Fails with
     * {@link MembershipException}, nothing changed, when nothing answers there (UNREACHABLE) or the id, the address or
     * the cluster conflict (CONFLICT); with {@link OutcomeUnknownException} when the leader that was asked fell silent.
     */
    CompletableFuture<JoinOutcome> join(String id, String raftAddress, Duration deadline);

    /**
     * Removes a member, the leader included. Refused (CONFLICT) when it would lose the majority, unless forced. When the
     * leader that was asked fell silent it fails with {@link OutcomeUnknownException}; repeating it is safe.
     */
    CompletableFuture<Void> remove(String id, boolean force, Duration deadline);

    /** Writes a snapshot now and drops what it makes needless. */
    CompletableFuture<Void> snapshot();

    /**
     * Waits until the node can serve: there is a leader, and this member has caught up.
     *
     * @throws NoLeaderException with the reasons, when it cannot within {@code timeout}
     */
    void awaitReady(Duration timeout) throws InterruptedException;

    /** Tells {@code listener} what happens from now on. */
    void addListener(NodeListener listener);

    /** No longer tells {@code listener}. */
    void removeListener(NodeListener listener);

    /**
     * Hands leadership over if it leads, finishes what is in flight, releases the directory. Waiting callers of its
     * queues get {@link ClosedException}. Idempotent.
     */
    @Override
    void close();
}
