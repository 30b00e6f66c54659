package io.raftqueue;

import io.raftqueue.codec.PayloadCodec;

/** Builds one queue, named {@code default}, with a node of its own. */
public final class RaftQueueBuilder<T> {
    private final PayloadCodec<T> codec;

    RaftQueueBuilder(PayloadCodec<T> codec) {
        this.codec = codec;
    }

    /** Starts the node and returns its queue. */
    public RaftQueue<T> start() {
        throw new UnsupportedOperationException("filled by the node room: " + codec);
    }
}
