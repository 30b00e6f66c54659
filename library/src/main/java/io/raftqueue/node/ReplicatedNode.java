package io.raftqueue.node;

/** The API's node over a replica. */
public final class ReplicatedNode {
    private ReplicatedNode() {}
}
