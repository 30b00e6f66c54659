package io.raftqueue.benchmark;

import io.raftqueue.node.FreePorts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a long backlog costs: two clusters of three nodes, each in a JVM of 512 MB of its own, one with an empty queue and
 * one with a long one, measured in turn. In each round both send, then both take; so the one takes what it has just sent
 * and the other what has waited longest.
 *
 * <pre>mvn -pl library test -Dtest=BacklogBenchmark -Dgroups=benchmark -DexcludedGroups=none -Dbacklog.messages=10000000</pre>
 */
@Tag("benchmark")
final class BacklogBenchmark {
    private static final int ROUNDS = Integer.getInteger("benchmark.rounds", 7);
    private static final long BACKLOG = Long.getLong("backlog.messages", 1_000_000);
    private static final int COUNT = Integer.getInteger("benchmark.count", 100_000);
    private static final int WINDOW = Integer.getInteger("benchmark.window", 64);
    private static final int BYTES = Integer.getInteger("backlog.bytes", 100);
    private static final int BATCH = Integer.getInteger("backlog.batch", 100);

    @TempDir
    Path directory;

    @Test
    void ratesAgainstAnEmptyQueue() throws Exception {
        try (ClusterProcess empty = ClusterProcess.cluster(directory.resolve("empty"), FreePorts.of(3));
                ClusterProcess full = ClusterProcess.cluster(directory.resolve("full"), FreePorts.of(3))) {
            empty.answer();
            full.answer();
            String send = "send " + COUNT + " " + WINDOW + " " + BYTES;
            String take = "take " + COUNT + " " + WINDOW;
            for (ClusterProcess each : List.of(empty, full)) { // the compiler's work is done before
                each.load(send);
                each.load(take);
            }
            System.out.printf("filled: %s%n", full.load("fill " + BACKLOG + " " + BATCH + " " + BYTES));
            System.out.printf("heap in use: empty %s MB, full %s MB%n", empty.ask("heap"), full.ask("heap"));
            List<Double> sends = new ArrayList<>();
            List<Double> takes = new ArrayList<>();
            double gap = 0;
            double emptyGap = 0;
            for (int round = 0; round < ROUNDS; round++) {
                List<ClusterProcess> order = round % 2 == 0 ? List.of(empty, full) : List.of(full, empty);
                Map<ClusterProcess, Load.Figures> sent = new HashMap<>();
                Map<ClusterProcess, Load.Figures> taken = new HashMap<>();
                for (ClusterProcess each : order) {
                    sent.put(each, each.load(send));
                }
                for (ClusterProcess each : order) {
                    taken.put(each, each.load(take));
                }
                Load.Figures emptySends = sent.get(empty);
                Load.Figures fullSends = sent.get(full);
                Load.Figures emptyTakes = taken.get(empty);
                Load.Figures fullTakes = taken.get(full);
                sends.add(fullSends.perSecond() / emptySends.perSecond());
                takes.add(fullTakes.perSecond() / emptyTakes.perSecond());
                gap = Math.max(gap, Math.max(fullSends.longestGapMs(), fullTakes.longestGapMs()));
                emptyGap = Math.max(emptyGap, Math.max(emptySends.longestGapMs(), emptyTakes.longestGapMs()));
                System.out.printf(
                        "send: empty %s%n      full  %s%ntake: empty %s%n      full  %s%n",
                        emptySends, fullSends, emptyTakes, fullTakes);
            }
            System.out.printf(
                    Locale.ROOT,
                    "%,d waiting, %d in flight, %d bytes: sends %.2f x, takes %.2f x of an empty queue (medians of %d"
                            + " rounds); longest gap between answers %.0f ms, with an empty queue %.0f ms%n",
                    BACKLOG,
                    WINDOW,
                    BYTES,
                    median(sends),
                    median(takes),
                    ROUNDS,
                    gap,
                    emptyGap);
        }
    }

    static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
