package io.raftqueue.raft;

import io.raftqueue.Role;
import org.jspecify.annotations.Nullable;

/** What a {@link ReplicaCore} tells its surroundings, on the raft thread: pass it on and return. */
interface ReplicaEvents {
    void roleChanged(Role from, Role to, long term);

    void leaderChanged(@Nullable String leaderId, long term);

    void membersChanged();

    void queuesChanged();

    void queueFull(String queue);

    /** Messages came into this queue, as applied here. */
    void arrived(String queue);

    /** The node can do nothing useful any more; the reason is for people. */
    void fatal(RuntimeException cause);
}
