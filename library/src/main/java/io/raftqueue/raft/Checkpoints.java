package io.raftqueue.raft;

import io.raftqueue.consensus.InternalEntryCodec;
import io.raftqueue.consensus.SnapshotPoint;
import io.raftqueue.log.SegmentedLog;
import io.raftqueue.log.SnapshotDraft;
import io.raftqueue.log.StoredSnapshot;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * When snapshots are taken and space is reclaimed. A snapshot is noted on the raft thread, where the state stands still, and
 * written behind it: it holds ranges, not bodies, so its cost does not grow with the backlog.
 */
final class Checkpoints {
    /** A restart applies again what came after the newest snapshot: so much at most. */
    private static final long EVERY_ENTRIES = 50_000;

    private static final long EVERY_BYTES = 64L << 20;
    private static final long RECLAIM_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final SegmentedLog log;
    private final Executor background;
    private boolean publishing;
    private volatile boolean reclaiming;
    private long reclaimedAt;
    private long lastIndex;
    private long bytes;

    Checkpoints(SegmentedLog log, Executor background) {
        this.log = log;
        this.background = background;
        this.lastIndex = log.snapshotIndex();
    }

    /** An entry with a payload of that size was applied. */
    void count(int payload) {
        bytes += payload;
    }

    void applied(ReplicaCore core) {
        long index = core.machine.state().appliedIndex();
        if (!publishing && (index - lastIndex >= EVERY_ENTRIES || bytes >= EVERY_BYTES)) {
            var unused = publish(core);
        }
    }

    /** Writes a snapshot of what is applied now, if there is anything new. */
    CompletableFuture<Void> take(ReplicaCore core) {
        CompletableFuture<Void> done = publish(core);
        return done == null ? CompletableFuture.completedFuture(null) : done;
    }

    private @Nullable CompletableFuture<Void> publish(ReplicaCore core) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        long index = core.machine.state().appliedIndex();
        if (index == 0 || index <= log.snapshotIndex()) {
            return null;
        }
        SnapshotPoint point = core.consensus().snapshotPoint(index);
        SnapshotDraft draft = log.draftSnapshot(new StoredSnapshot(
                index,
                point.term(),
                point.time(),
                core.machine.snapshot(),
                InternalEntryCodec.encode(point.configuration())));
        publishing = true;
        lastIndex = index;
        bytes = 0;
        background.execute(() -> {
            try {
                log.publish(draft);
                done.complete(null);
            } catch (RuntimeException e) {
                // No room: the older one stays, and the next is tried in its time. Else the log has marked itself
                // failed,
                // and the node stops by that.
                done.completeExceptionally(e);
                throw e;
            } finally {
                core.world.raftThread().accept(() -> publishing = false);
            }
        });
        return done;
    }

    void tick(ReplicaCore core, long now) {
        if (!reclaiming && now - reclaimedAt >= RECLAIM_NANOS) {
            reclaimedAt = now;
            if (!publishing && log.snapshotWouldFreeSpace()) {
                var unused = publish(core); // a drained queue gives its space back though little was written
            }
            reclaiming = true;
            background.execute(() -> {
                try {
                    log.reclaim();
                } finally {
                    reclaiming = false;
                }
            });
        }
    }
}
