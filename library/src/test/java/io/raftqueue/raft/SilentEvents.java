package io.raftqueue.raft;

import io.raftqueue.Role;
import org.jspecify.annotations.Nullable;

/** Nobody listens; and a replica that must stop fails the test. */
class SilentEvents implements ReplicaEvents {
    @Override
    public void roleChanged(Role from, Role to, long term) {}

    @Override
    public void leaderChanged(@Nullable String leaderId, long term) {}

    @Override
    public void membersChanged() {}

    @Override
    public void queuesChanged() {}

    @Override
    public void queueFull(String queue) {}

    @Override
    public void arrived(String queue) {}

    @Override
    public void fatal(RuntimeException cause) {
        throw cause;
    }
}
