package io.raftqueue.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.RaftQueue;
import io.raftqueue.codec.PayloadCodec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jgroups.raft.RaftHandle;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * From the start of a JVM to the first message taken from a queue of one node, against a bare JGroups + RAFT node whose
 * first entry is committed, process by process in turn.
 *
 * <pre>mvn -pl library test -Dtest=StartBenchmark -Dgroups=benchmark -DexcludedGroups=none</pre>
 */
@Tag("benchmark")
final class StartBenchmark {
    private static final int ROUNDS = Integer.getInteger("benchmark.rounds", 10);

    @TempDir
    Path directory;

    @Test
    void startOfOneNodeAgainstABareOne() throws Exception {
        List<Double> ours = new ArrayList<>();
        List<Double> bare = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            ours.add(run(OneQueue.class, directory.resolve("ours" + round)));
            bare.add(run(BareNode.class, directory.resolve("bare" + round)));
        }
        System.out.printf(
                Locale.ROOT,
                "process start to end: queue, first message taken %.2f s (%.2f to %.2f); bare engine, first entry committed"
                        + " %.2f s (%.2f to %.2f); ratio of medians %.2f%n",
                median(ours),
                ours.stream().mapToDouble(d -> d).min().orElseThrow(),
                ours.stream().mapToDouble(d -> d).max().orElseThrow(),
                median(bare),
                bare.stream().mapToDouble(d -> d).min().orElseThrow(),
                bare.stream().mapToDouble(d -> d).max().orElseThrow(),
                median(ours) / median(bare));
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    /** Seconds until the process says "done". */
    private static double run(Class<?> main, Path data) throws Exception {
        Files.createDirectories(data);
        long began = System.nanoTime();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName(),
                        data.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var lines = process.inputReader()) {
            assertThat(lines.lines().anyMatch("done"::equals)).isTrue();
            return (System.nanoTime() - began) / 1e9;
        } finally {
            process.destroy();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** One node of ours: a send, a take. */
    static final class OneQueue {
        public static void main(String[] args) throws InterruptedException {
            try (RaftQueue<String> queue = RaftQueue.builder(PayloadCodec.string())
                    .directory(Path.of(args[0]))
                    .standalone()
                    .start()) {
                queue.send("first");
                if (queue.take().equals("first")) {
                    System.out.println("done");
                }
            }
        }
    }

    /** One node of the bare engine: one entry. */
    static final class BareNode {
        public static void main(String[] args) throws Exception {
            try (StockEngine engine = new StockEngine(Path.of(args[0]), 1)) {
                RaftHandle leader = engine.awaitLeader(Duration.ofSeconds(20));
                StockEngine.append(leader, new byte[100]).join();
                System.out.println("done");
            }
        }
    }
}
