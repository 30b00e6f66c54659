package io.raftqueue;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Told of what happens to a node, in order, on a thread of its own: a slow listener delays only the next event. What a
 * method throws is logged and goes no further.
 */
public interface NodeListener {
    /** This node's role changed. */
    default void roleChanged(Role from, Role to, long term) {}

    /** This node heard of another leader; null: it knows of none at the moment. */
    default void leaderChanged(@Nullable String leaderId, long term) {}

    /** The membership, as replicated, changed. */
    default void membersChanged(List<MemberStatus> members) {}

    /** Queues were created or deleted: see {@link RaftNode#queues()}. */
    default void queuesChanged() {}

    /** A send was refused because this queue is at its limit. Told at most once a second for each queue. */
    default void queueFull(String queue) {}

    /** The disk is nearly full, or has room again. */
    default void diskTrouble(String what) {}

    /** The node stopped for good; its calls fail; close it. */
    default void failed(Throwable cause) {}
}
