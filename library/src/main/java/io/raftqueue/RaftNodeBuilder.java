package io.raftqueue;

/** Builds and starts a {@link RaftNode}. */
public final class RaftNodeBuilder {
    RaftNodeBuilder() {}

    static RaftNode temporary() {
        throw new UnsupportedOperationException("filled by the node room");
    }

    /** Starts the node: it is up locally when this returns; calls wait for a leader up to their deadline. */
    public RaftNode start() {
        throw new UnsupportedOperationException("filled by the node room");
    }
}
