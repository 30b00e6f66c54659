package io.raftqueue.raft;

import io.raftqueue.log.DiskFigures;
import io.raftqueue.log.SegmentedLog;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** The room on the disk as of the last look, twice a second, off the raft thread; any thread may read it. */
final class DiskWatch {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final SegmentedLog log;
    private final Executor background;
    private volatile DiskFigures figures;
    private volatile boolean looking;
    private long lookedAt;
    private boolean looked;

    DiskWatch(SegmentedLog log, Executor background) {
        this.log = log;
        this.background = background;
        this.figures = log.disk();
    }

    void tick(long now) {
        if (!looking && (!looked || now - lookedAt >= LOOK_NANOS)) {
            looked = true;
            lookedAt = now;
            looking = true;
            background.execute(() -> {
                try {
                    figures = log.disk();
                } finally {
                    looking = false;
                }
            });
        }
    }

    DiskFigures figures() {
        return figures;
    }
}
