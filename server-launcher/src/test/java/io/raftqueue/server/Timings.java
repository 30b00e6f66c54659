package io.raftqueue.server;

import java.util.ArrayList;
import java.util.List;

/** What was measured in the rounds of a drill, in milliseconds. */
final class Timings {
    private final List<Long> millis = new ArrayList<>();

    void addSince(long beganNanos) {
        add((System.nanoTime() - beganNanos) / 1_000_000);
    }

    void add(long milliseconds) {
        millis.add(milliseconds);
        millis.sort(null);
    }

    long median() {
        return millis.get(millis.size() / 2);
    }

    long max() {
        return millis.get(millis.size() - 1);
    }

    /** As it is quoted. */
    @Override
    public String toString() {
        return "min %d / median %d / max %d ms in %d rounds".formatted(millis.get(0), median(), max(), millis.size());
    }
}
