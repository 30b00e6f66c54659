package io.raftqueue.http;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A speed in bytes a second that many connections share, with an allowance for bursts. */
final class Pace {
    private final long bytesPerSecond;
    private final long allowanceNanos;
    // When, at this pace, all that was noted so far would be done.
    private final AtomicLong doneAt = new AtomicLong(System.nanoTime());

    Pace(long bytesPerSecond, long burstBytes) {
        this.bytesPerSecond = bytesPerSecond;
        this.allowanceNanos = TimeUnit.SECONDS.toNanos(burstBytes) / bytesPerSecond;
    }

    /** Takes note of bytes that were moved; true while more may be moved at once. */
    boolean allows(long bytes) {
        long now = System.nanoTime();
        long cost = TimeUnit.SECONDS.toNanos(bytes) / bytesPerSecond;
        long earliest = now - allowanceNanos;
        return doneAt.updateAndGet(before -> (before - earliest < 0 ? earliest : before) + cost) - now < 0;
    }
}
