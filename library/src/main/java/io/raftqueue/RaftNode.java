package io.raftqueue;

import io.raftqueue.codec.PayloadCodec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A member of a cluster: lifecycle, status, membership, and any number of named queues. One node owns one directory.
 *
 * <p>All methods may be called from any thread. The library never ends the JVM.
 */
public interface RaftNode extends AutoCloseable {

    static RaftNodeBuilder builder() {
        return new RaftNodeBuilder();
    }

    /** For tests: one node, temporary directory, free loopback port, all removed on close. */
    static RaftNode temporary() {
        return RaftNodeBuilder.temporary();
    }

    String id();

    /** A handle on a queue; the first send creates it. Names are {@code [A-Za-z0-9._-]{1,128}}. */
    <T> RaftQueue<T> queue(String name, PayloadCodec<T> codec);

    default <T> RaftQueue<T> queue(String name, Class<T> type) {
        return queue(name, PayloadCodec.json(type));
    }

    /** Every queue with its figures, by name, as applied here. Never blocks. */
    List<QueueStats> queues();

    /** Creates the queue if there is none, and sets its limits, on all members. */
    CompletableFuture<Void> configureQueue(String name, QueueSettings settings);

    /** Deletes a queue and its messages. Completes with false when there was none. */
    CompletableFuture<Boolean> deleteQueue(String name);

    /** From local knowledge; never blocks. */
    NodeStatus status();

    /**
     * Brings in the node that answers at {@code raftAddress} with this id. Callable at any member; idempotent.
     * Fails with {@link MembershipException}, nothing changed, when nothing answers there (UNREACHABLE) or the id, the
     * address or the cluster conflict (CONFLICT).
     */
    CompletableFuture<JoinOutcome> join(String id, String raftAddress, Duration deadline);

    /** Removes a member, the leader included. Refused (CONFLICT) when it would lose the majority, unless forced. */
    CompletableFuture<Void> remove(String id, boolean force, Duration deadline);

    /** Writes a snapshot now and drops what it makes needless. */
    CompletableFuture<Void> snapshot();

    /** Waits until the node can serve. Throws {@link NoLeaderException} with the reasons at the timeout. */
    void awaitReady(Duration timeout) throws InterruptedException;

    void addListener(NodeListener listener);

    void removeListener(NodeListener listener);

    /** Hands leadership over if it leads, finishes what is in flight, releases the directory. Idempotent. */
    @Override
    void close();
}
