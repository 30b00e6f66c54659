package io.raftqueue.consensus;

/**
 * Milliseconds that only leaders advance: T = max(last T, own monotonic progress). A new leader starts from the largest
 * T in its log or heard from a legal leader, so no time passes without a leader and none passes twice.
 */
final class ClusterTime {
    private long last;
    private long anchorTime;
    private long anchorNanos;

    /** A stamp in the log, or a leader's word. */
    void heard(long time) {
        last = Math.max(last, time);
    }

    /** Leadership begins: from here on the own clock's progress counts. */
    void anchor(long now) {
        anchorTime = last;
        anchorNanos = now;
    }

    /** Leader only: the time now. */
    long advance(long now) {
        last = Math.max(last, anchorTime + Math.max(0, now - anchorNanos) / 1_000_000);
        return last;
    }

    long last() {
        return last;
    }
}
