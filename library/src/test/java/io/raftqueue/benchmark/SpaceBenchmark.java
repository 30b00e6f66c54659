package io.raftqueue.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftqueue.node.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a node's directory takes, everything in it counted, default settings, three nodes: with a million messages of 100
 * bytes waiting, each sent by itself; once they are taken; and with one message of another queue left waiting while a
 * million others came and went.
 *
 * <pre>mvn -pl library test -Dtest=SpaceBenchmark -Dgroups=benchmark -DexcludedGroups=none</pre>
 */
@Tag("benchmark")
final class SpaceBenchmark {
    private static final long MESSAGES = Long.getLong("backlog.messages", 1_000_000);
    private static final long MIB = 1 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    void waitingTakenAndOneLeftBehind() throws Exception {
        try (ClusterProcess cluster = ClusterProcess.cluster(directory, FreePorts.of(3))) {
            cluster.answer();
            say("new", directories());
            cluster.load("send 1 1 100 old");
            cluster.load("take 1 1 old");

            cluster.load("send " + MESSAGES + " 256 100");
            List<Long> waiting = directories();
            say(MESSAGES + " waiting", waiting);
            assertThat(waiting)
                    .allSatisfy(bytes -> assertThat((double) bytes / MESSAGES).isLessThanOrEqualTo(200));

            System.out.printf("drained: %s%n", cluster.load("take " + MESSAGES + " 256"));
            await().atMost(PATIENCE).until(() -> largest() <= 128 * MIB);
            say("all taken", directories());

            cluster.load("send 1 1 100 old");
            for (long done = 0; done < MESSAGES; done += MESSAGES / 10) {
                cluster.load("send " + MESSAGES / 10 + " 256 100");
                cluster.load("take " + MESSAGES / 10 + " 256");
            }
            await().atMost(PATIENCE).until(() -> largest() <= 128 * MIB);
            say("all but one old one taken", directories());
            assertThat(cluster.load("take 1 1 old").calls()).isEqualTo(1);
            cluster.stop();
        }
    }

    private static void say(String when, List<Long> bytes) {
        System.out.printf(
                "%s: %s MB a node%n",
                when, bytes.stream().map(b -> b / 1_000_000).toList());
    }

    private long largest() {
        return directories().stream().mapToLong(b -> b).max().orElseThrow();
    }

    private List<Long> directories() {
        return LongStream.range(0, 3)
                .map(node -> sizeOf(directory.resolve("node" + node)))
                .boxed()
                .toList();
    }

    /** Bytes of all files. */
    static long sizeOf(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(SpaceBenchmark::length)
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long length(Path file) {
        try {
            return Files.size(file);
        } catch (NoSuchFileException goneMeanwhile) {
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
