package io.raftqueue.server;

import io.raftqueue.simulation.FifoChecker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Of a take that was cut off nobody knows whether it removed a message. Each may have cost one, but not any one: that which
 * was at the head while the take went on. So a message that was acknowledged and never came out needs a take of its own,
 * which began before anything that was sent later was out, and not long before what was sent earlier was asked for. The
 * same holds for one that came out late: the node had removed it in its turn for a caller who was told that the outcome is
 * unknown, and gave it to the next caller.
 */
public final class CutOffTakes {
    private record Interval(long from, long to) {}

    private record Taken(long number, Interval take) {}

    private final Map<Long, Interval> sends = new HashMap<>();
    private final Map<Long, Interval> takes = new HashMap<>();
    /** In the order in which they were told, a message that came out twice included. */
    private final List<Taken> out = new ArrayList<>();

    private final List<Long> cutOff = new ArrayList<>();
    private final long workedAtNanos;

    /** @param workedAt how long after the call a node may still append it: its deadline, and some more for the clock */
    public CutOffTakes(Duration workedAt) {
        this.workedAtNanos = workedAt.toNanos();
    }

    public void sent(long number, long called, long returned) {
        sends.put(number, new Interval(called, returned));
    }

    public void taken(long number, long called, long returned) {
        var take = new Interval(called, returned);
        takes.put(number, take);
        out.add(new Taken(number, take));
    }

    public void cutOff(long called) {
        cutOff.add(called);
    }

    public int count() {
        return cutOff.size();
    }

    public int missing() {
        return (int) sends.keySet().stream()
                .filter(number -> !takes.containsKey(number))
                .count();
    }

    /** The acknowledged messages that never came out and that no cut-off take can have removed. */
    public List<Long> unexplained() {
        Map<Long, Long> explained = explained();
        return sends.keySet().stream()
                .filter(number -> !takes.containsKey(number) && !explained.containsKey(number))
                .sorted()
                .toList();
    }

    /**
     * What is wrong with a history whose queue was drained at the end: tells the checker, who has heard the rest, of what
     * was taken, and adds what counting the cut-off takes does not show.
     */
    public List<String> verdicts(FifoChecker history) {
        tell(history, explained());
        List<String> verdicts = new ArrayList<>(history.verdicts());
        if (!unexplained().isEmpty()) {
            verdicts.add("lost: " + this);
        }
        return verdicts;
    }

    /** The same where messages are left in the queue: of what did not come out, nothing can be said. */
    public List<String> verdictsUndrained(FifoChecker history) {
        tell(history, Map.of());
        for (int i = missing(); i > 0; i--) {
            history.maybeTaken();
        }
        return history.verdicts();
    }

    /** What a cut-off take removed, and its node gave to a later caller, left the queue when that take went on. */
    private void tell(FifoChecker history, Map<Long, Long> removedBy) {
        for (Taken taken : out) {
            Interval take = taken.take();
            history.taken(taken.number(), removedBy.getOrDefault(taken.number(), take.from()), take.to());
        }
    }

    /** The messages that are missing or came out late, with the call that was cut off and may have removed them. */
    public Map<Long, Long> explained() {
        Set<Long> late = late();
        var windows = new TreeMap<Long, Interval>();
        sends.forEach((number, send) -> {
            if (!takes.containsKey(number) || late.contains(number)) {
                windows.put(number, window(send, late));
            }
        });
        var explained = new HashMap<Long, Long>();
        for (long call : cutOff.stream().sorted().toList()) {
            windows.entrySet().stream()
                    .filter(e ->
                            e.getValue().from() <= call && call <= e.getValue().to())
                    .min(Comparator.comparingLong(e -> e.getValue().to()))
                    .ifPresent(e -> {
                        explained.put(e.getKey(), call);
                        windows.remove(e.getKey());
                    });
        }
        return explained;
    }

    /** Asked for when something that was sent later was out already. */
    private Set<Long> late() {
        var outAfter = new TreeMap<Long, Long>();
        sends.entrySet().stream()
                .filter(e -> takes.containsKey(e.getKey()))
                .sorted(Comparator.comparingLong(
                        (Map.Entry<Long, Interval> e) -> -e.getValue().from()))
                .forEach(e -> outAfter.put(
                        e.getValue().from(),
                        Math.min(
                                takes.get(e.getKey()).to(),
                                outAfter.isEmpty()
                                        ? Long.MAX_VALUE
                                        : outAfter.firstEntry().getValue())));
        return takes.entrySet().stream()
                .filter(take -> {
                    Interval send = sends.get(take.getKey());
                    Map.Entry<Long, Long> later = send == null ? null : outAfter.higherEntry(send.to());
                    return later != null && later.getValue() < take.getValue().from();
                })
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    /** When the take that removed this message was called. */
    private Interval window(Interval send, Set<Long> late) {
        long from = send.from();
        long to = Long.MAX_VALUE;
        for (Map.Entry<Long, Interval> other : sends.entrySet()) {
            Interval take = late.contains(other.getKey()) ? null : takes.get(other.getKey());
            if (take != null && other.getValue().to() < send.from()) {
                from = Math.max(from, take.from());
            }
            if (take != null && other.getValue().from() > send.to()) {
                to = Math.min(to, take.to());
            }
        }
        return new Interval(from - workedAtNanos, to);
    }

    @Override
    public String toString() {
        return "%d acknowledged and not out, %d late; %d takes cut off, each may be why for one; unexplained: %s"
                .formatted(missing(), late().size(), count(), unexplained());
    }
}
