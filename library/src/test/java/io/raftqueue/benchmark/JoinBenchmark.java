package io.raftqueue.benchmark;

import io.raftqueue.node.FreePorts;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A fourth node joins three that hold a backlog, by default a million messages of 1 KiB, while sends go on at full speed:
 * their rate before, until the newcomer is a voter, and after. A send that fails fails the run. The three are in one JVM
 * of 512 MB, the newcomer is in another.
 *
 * <pre>mvn -pl library test -Dtest=JoinBenchmark -Dgroups=benchmark -DexcludedGroups=none</pre>
 */
@Tag("benchmark")
final class JoinBenchmark {
    private static final long MESSAGES = Long.getLong("backlog.messages", 1_000_000);
    private static final int BYTES = Integer.getInteger("backlog.bytes", 1024);
    private static final int WINDOW = Integer.getInteger("benchmark.window", 64);

    @TempDir
    Path directory;

    @Test
    void sendsGoOnWhileABacklogIsCopied() throws Exception {
        List<Integer> ports = FreePorts.of(3);
        try (ClusterProcess cluster = ClusterProcess.cluster(directory.resolve("three"), ports)) {
            cluster.answer();
            cluster.load("send 100000 " + WINDOW + " 100");
            System.out.printf("filled: %s%n", cluster.load("fill " + MESSAGES + " 50 " + BYTES));
            String send = "send 200000 " + WINDOW + " 100";
            Load.Figures before = cluster.load(send);
            System.out.printf("before:  %s%n", before);
            cluster.tell("joining " + WINDOW + " 100");
            try (ClusterProcess joiner =
                    new ClusterProcess(directory.resolve("fourth"), "join", "localhost:" + ports.get(0))) {
                String[] answer = cluster.answer().split(" ", 2);
                Load.Figures during = Load.Figures.parse(answer[1]);
                System.out.printf("joining: %s; a voter after %s s%n", during, answer[0]);
                Load.Figures after = cluster.load(send);
                System.out.printf(
                        Locale.ROOT,
                        "after:   %s%nwhile joining %.2f x of before; the newcomer's directory has %,d MB%n",
                        after,
                        during.perSecond() / before.perSecond(),
                        SpaceBenchmark.sizeOf(directory.resolve("fourth")) / 1_000_000);
                joiner.answer();
                joiner.stop();
            }
            cluster.stop();
        }
    }
}
