package io.raftqueue.jmx;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/** The slope of a counter over the last ten seconds or so, made of what was seen at each look. */
final class Rate {
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long APART_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final ArrayDeque<Look> looks = new ArrayDeque<>();

    private record Look(long nanos, long count) {}

    /** Per second; 0 at the first look. */
    synchronized double perSecond(long nanos, long count) {
        while (looks.size() > 1 && nanos - looks.element().nanos() > WINDOW_NANOS) {
            looks.remove();
        }
        if (!looks.isEmpty() && count < looks.getLast().count()) {
            looks.clear(); // the queue was deleted and made anew
        }
        if (looks.isEmpty() || nanos - looks.getLast().nanos() >= APART_NANOS) {
            looks.add(new Look(nanos, count));
        }
        Look first = looks.element();
        long elapsed = nanos - first.nanos();
        return elapsed <= 0 ? 0 : (count - first.count()) * (double) TimeUnit.SECONDS.toNanos(1) / elapsed;
    }
}
