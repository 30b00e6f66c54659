package io.raftqueue;

import org.jspecify.annotations.Nullable;

/** Told of what happens to a node, in order, on a thread of its own. Methods must not throw. */
public interface NodeListener {
    default void roleChanged(Role from, Role to, long term) {}

    default void leaderChanged(@Nullable String leaderId, long term) {}

    default void membersChanged(java.util.List<MemberStatus> members) {}

    default void queueFull(String queue) {}

    default void diskTrouble(String what) {}

    /** The node stopped for good; its calls fail; close it. */
    default void failed(Throwable cause) {}
}
