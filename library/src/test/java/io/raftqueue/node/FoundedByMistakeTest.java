package io.raftqueue.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftqueue.NodeListener;
import io.raftqueue.RaftNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The first member lost its directory and is started as it was the first time: it founds a second cluster. */
@Timeout(60)
class FoundedByMistakeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    /** Repeated: the disk work of a node that just began must be caught in the middle, whatever it is at. */
    @RepeatedTest(5)
    void isPutAsideWholeWhileItsDiskWorkEnds() throws Exception {
        try (var cluster = new ClusterFixture(directory, 3)) {
            found(cluster);
            cluster.kill(1);
            delete(cluster.directory(1));

            RaftNode mistaken = cluster.startAt(1, builder -> builder.bootstrap());
            var failure = new CompletableFuture<Throwable>();
            mistaken.addListener(new NodeListener() {
                @Override
                public void failed(Throwable cause) {
                    failure.complete(cause);
                }
            });
            await().atMost(PATIENCE)
                    .until(() -> failure.isDone() || mistaken.status().failed());
            cluster.stop(1);

            assertThat(cluster.directory(1)).isDirectoryContaining("glob:**/abandoned-*");
            assertThat(names(cluster.directory(1)))
                    .allMatch(name -> name.startsWith("abandoned-") || name.equals("LOCK"));
            assertThat(namesBelow(cluster.directory(1))).noneMatch(name -> name.endsWith(".tmp"));
        }
    }

    private static void found(ClusterFixture cluster) throws InterruptedException {
        cluster.startAt(1, builder -> builder.bootstrap()).awaitReady(PATIENCE);
        for (int i = 2; i <= 3; i++) {
            cluster.startAt(i, builder -> builder.join(cluster.raftAddress(1))).awaitReady(PATIENCE);
        }
        await().atMost(PATIENCE)
                .until(() -> cluster.node(1).status().members().stream()
                                .filter(member -> member.voter())
                                .count()
                        == 3);
    }

    private static void delete(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static List<String> names(Path root) throws IOException {
        try (Stream<Path> all = Files.list(root)) {
            return all.map(path -> String.valueOf(path.getFileName())).toList();
        }
    }

    private static List<String> namesBelow(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.map(path -> String.valueOf(path.getFileName())).toList();
        }
    }
}
