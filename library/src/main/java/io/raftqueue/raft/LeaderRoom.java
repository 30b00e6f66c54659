package io.raftqueue.raft;

import java.util.concurrent.TimeUnit;

/**
 * A leader whose disk is full appends nothing, and while it leads nobody else does either: it lets a voter lead that has
 * room. Where none has, it stays, for reads need a leader too. Owned by the raft thread.
 */
final class LeaderRoom {
    /** Until the others have told how it stands with their disks, and space is perhaps reclaimed. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final ReplicaCore core;
    private boolean lacking;
    private long since;

    LeaderRoom(ReplicaCore core) {
        this.core = core;
    }

    void tick(long now) {
        boolean lacks = core.consensus().serving() && lacksRoom();
        if (!lacks || !lacking) {
            lacking = lacks;
            since = now;
        } else if (now - since >= PATIENCE_NANOS) {
            since = now;
            core.handOver(follower -> !core.acquaintances.full(follower, now));
        }
    }

    private boolean lacksRoom() {
        int next = core.intake.firstWaiting();
        return core.disk.figures().belowWatermark() || (next > 0 && !core.log.roomFor(next));
    }
}
