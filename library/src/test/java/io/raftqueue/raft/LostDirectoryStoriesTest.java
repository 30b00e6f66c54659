package io.raftqueue.raft;

import static io.raftqueue.node.ClusterFixture.awaitVoters;
import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.MembershipException;
import io.raftqueue.NodeListener;
import io.raftqueue.RaftNode;
import io.raftqueue.RaftQueue;
import io.raftqueue.node.ClusterFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A member whose disk was replaced: on real nodes over loopback. */
@Timeout(60)
class LostDirectoryStoriesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    @Test
    void aLostDirectoryIsReplacedAndNothingAcknowledgedIsLost() throws Exception {
        try (var cluster = ClusterFixture.started(directory, 3)) {
            cluster.awaitLeader();
            RaftQueue<String> sender = cluster.queue(3);
            for (int i = 0; i < 200; i++) {
                sender.send("m" + i);
            }
            cluster.kill(2);
            wipe(cluster.directory(2));
            cluster.start(2); // the same line again
            awaitVoters(cluster.node(2), 3);
            cluster.node(2).awaitReady(PATIENCE);
            // Now it holds everything, so another may go.
            cluster.kill(1);
            cluster.awaitLeader();
            for (int i = 0; i < 200; i++) {
                assertThat(cluster.queue(2).poll()).isEqualTo("m" + i);
            }
            assertThat(cluster.queue(2).poll()).isNull();
        }
    }

    @Test
    void whileALostDirectoryIsReplacedTheOthersMayStop() throws Exception {
        try (var cluster = ClusterFixture.started(directory, 3)) {
            for (int i = 0; i < 100; i++) {
                cluster.queue(1).send("m" + i);
            }
            cluster.kill(2);
            wipe(cluster.directory(2));
            cluster.start(2);
            cluster.kill(1);
            cluster.start(1);
            awaitVoters(cluster.node(2), 3);
            for (int i = 0; i < 100; i++) {
                assertThat(cluster.queue(2).poll()).isEqualTo("m" + i);
            }
        }
    }

    /** Repeated: whatever the disk work of a node that just began is at, it has ended when its data is put aside. */
    @RepeatedTest(4)
    void anEmptyBootstrapNodeThatItsClusterKnowsStopsAndItsDirectoryCanBeUsed() throws Exception {
        try (var cluster = new ClusterFixture(directory, 3)) {
            RaftNode first = cluster.bootstrap();
            cluster.startAt(2, builder -> builder.join(cluster.raftAddress(1)).httpAddress("localhost:3002"));
            cluster.startAt(3, builder -> builder.join(cluster.raftAddress(1)).httpAddress("localhost:3002"));
            awaitVoters(first, 3);
            cluster.queue(1).send("kept");
            cluster.kill(1);
            wipe(cluster.directory(1));
            int leader = cluster.awaitLeader();

            CompletableFuture<Throwable> told = new CompletableFuture<>();
            RaftNode mistaken = cluster.startAt(
                    1,
                    builder -> builder.bootstrap().listener(new NodeListener() {
                        @Override
                        public void failed(Throwable cause) {
                            told.complete(cause);
                        }
                    }));
            Throwable cause = told.get(5, TimeUnit.SECONDS);
            assertThat(cause)
                    .isInstanceOf(MembershipException.class)
                    .hasMessage("node01 belongs to cluster "
                            + cluster.node(2).status().clusterId().substring(0, 4)
                            + " (leader " + ClusterFixture.id(leader) + ", " + cluster.raftAddress(leader) + ") but "
                            + cluster.directory(1)
                            + " is empty: start it without -leader, with -paddr=localhost:3002");
            assertThat(mistaken.status().failed()).isTrue();
            cluster.stop(1);
            assertThat(names(cluster.directory(1), 1))
                    .hasSize(2)
                    .allMatch(name -> name.startsWith("abandoned-") || name.equals("LOCK"));
            assertThat(names(cluster.directory(1), 2)).noneMatch(name -> name.endsWith(".tmp"));

            cluster.startAt(1, builder -> builder.awaitJoin());
            cluster.node(leader)
                    .join("node01", cluster.raftAddress(1), PATIENCE)
                    .join();
            awaitVoters(cluster.node(1), 3);
            cluster.node(1).awaitReady(PATIENCE);
            assertThat(cluster.queue(1).poll()).isEqualTo("kept");
        }
    }

    private static List<String> names(Path root, int depth) throws IOException {
        try (Stream<Path> all = Files.walk(root, depth)) {
            return all.filter(path -> !path.equals(root))
                    .map(path -> String.valueOf(path.getFileName()))
                    .toList();
        }
    }

    private static void wipe(Path directory) throws Exception {
        AbandonedData.delete(directory);
        assertThat(Files.exists(directory)).isFalse();
    }
}
