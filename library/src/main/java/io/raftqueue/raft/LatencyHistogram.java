package io.raftqueue.raft;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long something took, lately: counts by powers of two with eight steps each, halved now and then so that old values
 * fade. One thread records, any may read.
 */
final class LatencyHistogram {
    private static final int STEPS = 8;
    private static final int BUCKETS = 40 * STEPS;
    private static final int FADE_AFTER = 8_192;

    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);
    private int sinceFade;

    void record(long nanos) {
        int bucket = bucket(Math.max(1, nanos));
        counts.lazySet(bucket, counts.get(bucket) + 1);
        if (++sinceFade >= FADE_AFTER) {
            sinceFade = 0;
            for (int i = 0; i < BUCKETS; i++) {
                counts.lazySet(i, counts.get(i) / 2);
            }
        }
    }

    /** Milliseconds that the given share of the recent values did not exceed (within 12 %); 0 when there are none. */
    double millis(double share) {
        long total = 0;
        for (int i = 0; i < BUCKETS; i++) {
            total += counts.get(i);
        }
        long rank = (long) Math.ceil(total * share);
        long seen = 0;
        for (int i = 0; i < BUCKETS; i++) {
            seen += counts.get(i);
            if (total > 0 && seen >= rank) {
                return upperBound(i) / 1e6;
            }
        }
        return 0;
    }

    private static int bucket(long nanos) {
        int power = 63 - Long.numberOfLeadingZeros(nanos);
        int step = power < 3 ? 0 : (int) ((nanos >>> (power - 3)) & (STEPS - 1));
        return Math.min(BUCKETS - 1, power * STEPS + step);
    }

    private static double upperBound(int bucket) {
        int power = bucket / STEPS;
        int step = bucket % STEPS;
        return Math.pow(2, power) * (1 + (step + 1) / (double) STEPS);
    }
}
