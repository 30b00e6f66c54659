package io.raftqueue.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.node.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A long backlog in a JVM of 512 MB, killed, and from the start of the next JVM to the first send answered and the oldest
 * message taken, the page cache dropped where this user may (root on Linux).
 *
 * <pre>mvn -pl library test -Dtest=RestartBenchmark -Dgroups=benchmark -DexcludedGroups=none \
 *     -Dbacklog.messages=10000000 -Dbacklog.bytes=1024 -Dbacklog.nodes=1</pre>
 */
@Tag("benchmark")
final class RestartBenchmark {
    private static final long MESSAGES = Long.getLong("backlog.messages", 1_000_000);
    private static final int BYTES = Integer.getInteger("backlog.bytes", 1024);
    private static final int BATCH = Integer.getInteger("backlog.batch", 50);
    private static final int NODES = Integer.getInteger("backlog.nodes", 1);
    private static final int ROUNDS = Integer.getInteger("benchmark.rounds", 3);

    @TempDir
    Path directory;

    @Test
    void fromTheStartToTheFirstSendAndTake() throws Exception {
        List<Integer> ports = FreePorts.of(NODES);
        ClusterProcess cluster = ClusterProcess.cluster(directory, ports);
        try {
            cluster.answer();
            Load.Figures filled = cluster.load("fill " + MESSAGES + " " + BATCH + " " + BYTES);
            System.out.printf(
                    Locale.ROOT,
                    "%,d x %d bytes waiting on %d nodes: filled at %,.0f messages/s (batches: %s), heap in use %s MB,"
                            + " %,d MB a node on disk%n",
                    MESSAGES,
                    BYTES,
                    NODES,
                    filled.perSecond() * BATCH,
                    filled,
                    cluster.ask("heap"),
                    SpaceBenchmark.sizeOf(directory.resolve("node0")) / 1_000_000);
            for (int round = 0; round < ROUNDS; round++) {
                cluster.kill();
                boolean cold = dropPageCache();
                long began = System.nanoTime();
                cluster = ClusterProcess.cluster(directory, ports);
                cluster.answer();
                double ready = secondsSince(began);
                assertThat(cluster.ask("first " + BYTES)).isEqualTo(Integer.toString(BYTES));
                System.out.printf(
                        Locale.ROOT,
                        "killed, page cache %s: ready after %.2f s, first send and take after %.2f s%n",
                        cold ? "dropped" : "kept",
                        ready,
                        secondsSince(began));
            }
            System.out.printf("the oldest, from disk: take %s%n", cluster.load("take 100000 64"));
            cluster.stop();
        } finally {
            cluster.close();
        }
    }

    private static double secondsSince(long began) {
        return (System.nanoTime() - began) / 1e9;
    }

    private static boolean dropPageCache() throws IOException, InterruptedException {
        Path control = Path.of("/proc/sys/vm/drop_caches");
        if (!Files.isWritable(control) || !System.getProperty("user.name").equals("root")) {
            return false;
        }
        new ProcessBuilder("sync").start().waitFor();
        Files.writeString(control, "3\n");
        return true;
    }
}
