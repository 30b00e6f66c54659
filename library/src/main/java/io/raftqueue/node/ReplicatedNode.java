package io.raftqueue.node;

import io.raftqueue.JoinOutcome;
import io.raftqueue.NodeListener;
import io.raftqueue.NodeOptions;
import io.raftqueue.NodeStatus;
import io.raftqueue.QueueSettings;
import io.raftqueue.QueueStats;
import io.raftqueue.RaftNode;
import io.raftqueue.RaftQueue;
import io.raftqueue.codec.PayloadCodec;
import io.raftqueue.raft.Replica;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The API's node over a replica. */
public final class ReplicatedNode implements RaftNode {
    private final Replica replica;
    private final List<Runnable> closing = new java.util.concurrent.CopyOnWriteArrayList<>();

    private ReplicatedNode(Replica replica) {
        this.replica = replica;
    }

    /** Starts a node with these options. */
    public static ReplicatedNode start(NodeOptions options) {
        return new ReplicatedNode(Replica.start(options));
    }

    /** A handle on a queue that closes {@code node} when it is closed. */
    public static <T> RaftQueue<T> owningQueue(RaftNode node, String name, PayloadCodec<T> codec) {
        return node.queue(name, codec);
    }

    /** Runs {@code action} at the beginning of {@link #close()}. */
    public void whenClosed(Runnable action) {
        closing.add(action);
    }

    @Override
    public String id() {
        return replica.id();
    }

    @Override
    public <T> RaftQueue<T> queue(String name, PayloadCodec<T> codec) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<QueueStats> queues() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> configureQueue(String name, QueueSettings settings) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Boolean> deleteQueue(String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public NodeStatus status() {
        return replica.status();
    }

    @Override
    public CompletableFuture<JoinOutcome> join(String id, String raftAddress, Duration deadline) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> remove(String id, boolean force, Duration deadline) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> snapshot() {
        return replica.snapshot();
    }

    @Override
    public void awaitReady(Duration timeout) throws InterruptedException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void addListener(NodeListener listener) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void removeListener(NodeListener listener) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        replica.close();
    }
}
