package io.raftqueue;

import io.raftqueue.codec.PayloadCodec;
import io.raftqueue.node.ReplicatedNode;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Builds one queue, named {@code default}, with a node of its own that is closed with it. For several queues on one
 * node, build a {@link RaftNode}.
 *
 * <p>Setters are those of {@link RaftNodeBuilder}: each checks its value and refuses a second call.
 *
 * @param <T> the payload type
 */
public final class RaftQueueBuilder<T> {
    /** The name of the queue that the front door opens. */
    static final String QUEUE = "default";

    private final RaftNodeBuilder node = new RaftNodeBuilder();
    private final PayloadCodec<T> codec;

    RaftQueueBuilder(PayloadCodec<T> codec) {
        this.codec = codec;
    }

    /** See {@link RaftNodeBuilder#id}. */
    public RaftQueueBuilder<T> id(String id) {
        node.id(id);
        return this;
    }

    /** See {@link RaftNodeBuilder#directory}. */
    public RaftQueueBuilder<T> directory(Path directory) {
        node.directory(directory);
        return this;
    }

    /** See {@link RaftNodeBuilder#standalone}. */
    public RaftQueueBuilder<T> standalone() {
        node.standalone();
        return this;
    }

    /** See {@link RaftNodeBuilder#bootstrap}. */
    public RaftQueueBuilder<T> bootstrap() {
        node.bootstrap();
        return this;
    }

    /** See {@link RaftNodeBuilder#members}. */
    public RaftQueueBuilder<T> members(String... members) {
        node.members(members);
        return this;
    }

    /** See {@link RaftNodeBuilder#join}. */
    public RaftQueueBuilder<T> join(String raftAddress) {
        node.join(raftAddress);
        return this;
    }

    /** See {@link RaftNodeBuilder#awaitJoin}. */
    public RaftQueueBuilder<T> awaitJoin() {
        node.awaitJoin();
        return this;
    }

    /** See {@link RaftNodeBuilder#raftAddress}. */
    public RaftQueueBuilder<T> raftAddress(String raftAddress) {
        node.raftAddress(raftAddress);
        return this;
    }

    /** See {@link RaftNodeBuilder#bindAddress}. */
    public RaftQueueBuilder<T> bindAddress(String bindAddress) {
        node.bindAddress(bindAddress);
        return this;
    }

    /** See {@link RaftNodeBuilder#timeout}. */
    public RaftQueueBuilder<T> timeout(Duration timeout) {
        node.timeout(timeout);
        return this;
    }

    /** See {@link RaftNodeBuilder#maxMessageBytes}. */
    public RaftQueueBuilder<T> maxMessageBytes(int bytes) {
        node.maxMessageBytes(bytes);
        return this;
    }

    /** See {@link RaftNodeBuilder#maxBatchBytes}. */
    public RaftQueueBuilder<T> maxBatchBytes(int bytes) {
        node.maxBatchBytes(bytes);
        return this;
    }

    /** See {@link RaftNodeBuilder#diskWatermarkBytes}. */
    public RaftQueueBuilder<T> diskWatermarkBytes(long bytes) {
        node.diskWatermarkBytes(bytes);
        return this;
    }

    /** See {@link RaftNodeBuilder#fsync}. */
    public RaftQueueBuilder<T> fsync(boolean fsync) {
        node.fsync(fsync);
        return this;
    }

    /** See {@link RaftNodeBuilder#jmx}. */
    public RaftQueueBuilder<T> jmx(boolean jmx) {
        node.jmx(jmx);
        return this;
    }

    /** See {@link RaftNodeBuilder#listener}. */
    public RaftQueueBuilder<T> listener(NodeListener listener) {
        node.listener(listener);
        return this;
    }

    /** Starts the node and opens its queue; see {@link RaftNodeBuilder#start}. Closing the queue closes the node. */
    public RaftQueue<T> start() {
        return ReplicatedNode.owningQueue(node.start(), QUEUE, codec);
    }
}
