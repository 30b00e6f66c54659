package io.raftqueue.server.chaos;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** So many turns a second for all threads together. Who is held up leaves its turns to the others; none are saved up. */
final class Pace {
    private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final long periodNanos;
    private long next = System.nanoTime();

    Pace(int perSecond) {
        this.periodNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
    }

    /**
     * For takes: some more than are sent, so that what waits becomes less, but not as many as possible. What is under way
     * when a process is killed has an unknown outcome.
     */
    static Pace ofTakes(int sendsPerSecond) {
        return new Pace(sendsPerSecond + Math.max(5, sendsPerSecond / 4));
    }

    /** Returns when it is this caller's turn. */
    void awaitTurn() {
        long turn = nextTurn();
        for (long left = turn - System.nanoTime(); left > 0; left = turn - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private synchronized long nextTurn() {
        next = Math.max(next + periodNanos, System.nanoTime() - LATE_NANOS);
        return next;
    }
}
