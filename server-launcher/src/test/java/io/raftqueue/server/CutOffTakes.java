package io.raftqueue.server;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Of a take that was cut off nobody knows whether it removed a message. Each may have cost one, but not any one: that which
 * was at the head while the take went on. So a message that was acknowledged and never came out needs a take of its own,
 * which began before anything that was sent later was out, and not long before what was sent earlier was asked for.
 */
final class CutOffTakes {
    /** A node works at a take for 2 s, its deadline; then it has appended it or never will. */
    private static final long WORKED_AT_NANOS = TimeUnit.SECONDS.toNanos(5);

    private record Interval(long from, long to) {}

    private final Map<Long, Interval> sends = new HashMap<>();
    private final Map<Long, Interval> takes = new HashMap<>();
    private final List<Long> cutOff = new ArrayList<>();

    void sent(long number, long called, long returned) {
        sends.put(number, new Interval(called, returned));
    }

    void taken(long number, long called, long returned) {
        takes.put(number, new Interval(called, returned));
    }

    void cutOff(long called) {
        cutOff.add(called);
    }

    int count() {
        return cutOff.size();
    }

    int missing() {
        return (int) sends.keySet().stream()
                .filter(number -> !takes.containsKey(number))
                .count();
    }

    /** The acknowledged messages that never came out and that no cut-off take can have removed. */
    List<Long> unexplained() {
        var windows = new TreeMap<Long, Interval>();
        sends.forEach((number, send) -> {
            if (!takes.containsKey(number)) {
                windows.put(number, window(send));
            }
        });
        for (long call : cutOff.stream().sorted().toList()) {
            windows.entrySet().stream()
                    .filter(e ->
                            e.getValue().from() <= call && call <= e.getValue().to())
                    .min(Comparator.comparingLong(e -> e.getValue().to()))
                    .ifPresent(e -> windows.remove(e.getKey()));
        }
        return List.copyOf(windows.keySet());
    }

    /** When the take that removed this message was called. */
    private Interval window(Interval send) {
        long from = send.from();
        long to = Long.MAX_VALUE;
        for (Map.Entry<Long, Interval> other : sends.entrySet()) {
            Interval take = takes.get(other.getKey());
            if (take != null && other.getValue().to() < send.from()) {
                from = Math.max(from, take.from());
            }
            if (take != null && other.getValue().from() > send.to()) {
                to = Math.min(to, take.to());
            }
        }
        return new Interval(from - WORKED_AT_NANOS, to);
    }

    @Override
    public String toString() {
        return "%d acknowledged and not out; %d takes cut off, each may have cost one; unexplained: %s"
                .formatted(missing(), count(), unexplained());
    }
}
