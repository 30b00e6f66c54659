package io.raftqueue.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.raftqueue.ClosedException;
import io.raftqueue.MembershipException;
import io.raftqueue.RaftNode;
import io.raftqueue.RaftQueue;
import io.raftqueue.RaftQueueException;
import io.raftqueue.RaftQueueException.Retry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What users of a cluster of three live through, on real nodes. */
@Timeout(120)
class ClusterStoriesTest {
    @TempDir
    Path directory;

    private static FutureTask<String> taking(RaftQueue<String> queue) {
        var task = new FutureTask<>(queue::take);
        var thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    @Test
    void whatOneNodeSendsAnotherTakesInOrder() throws Exception {
        try (var cluster = ClusterFixture.started(directory, 3)) {
            for (int i = 0; i < 30; i++) {
                cluster.queue(1 + i % 3).send("m" + i);
            }
            assertThat(cluster.queue(2).size()).isEqualTo(30);
            assertThat(cluster.queue(3).peek().payload()).isEqualTo("m0");
            for (int i = 0; i < 30; i++) {
                assertThat(cluster.queue(1 + (i + 1) % 3).poll()).isEqualTo("m" + i);
            }
            for (int node = 1; node <= 3; node++) {
                assertThat(cluster.queue(node).poll()).isNull();
            }
        }
    }

    @Test
    void takersOnEveryNodeWakeWithinMilliseconds() throws Exception {
        try (var cluster = ClusterFixture.started(directory, 3)) {
            cluster.queue(1).send("warm up");
            assertThat(cluster.queue(2).take()).isEqualTo("warm up");
            for (int node = 1; node <= 3; node++) {
                List<Long> millis = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    CompletableFuture<String> taker = cluster.queue(node).pollAsync(Duration.ofMinutes(1));
                    long start = System.nanoTime();
                    cluster.queue(1 + i % 3).send("m" + i);
                    assertThat(taker.join()).isEqualTo("m" + i);
                    millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
                }
                assertThat(millis.stream().sorted().toList().get(10))
                        .as("median in ms on node %s", node)
                        .isLessThan(100);
            }
        }
    }

    @Test
    void oneMessageGoesToOneOfManyTakers() throws Exception {
        try (var cluster = ClusterFixture.started(directory, 3)) {
            List<CompletableFuture<String>> takers = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                takers.add(cluster.queue(1 + i % 3).pollAsync(Duration.ofMinutes(1)));
            }
            List<String> sent = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                sent.add("m" + i);
                cluster.queue(1 + i % 2).send("m" + i);
            }
            Set<String> taken = new TreeSet<>();
            takers.forEach(taker -> taken.add(taker.join()));
            assertThat(taken).containsExactlyInAnyOrderElementsOf(sent);
        }
    }

    @Test
    void takersSurviveTheLossOfTheLeader() throws Exception {
        try (var cluster = ClusterFixture.started(directory, 3)) {
            int leader = cluster.awaitLeader();
            List<FutureTask<String>> takers = new ArrayList<>();
            for (int node = 1; node <= 3; node++) {
                if (node != leader) {
                    takers.add(taking(cluster.queue(node)));
                }
            }
            cluster.kill(leader);
            int next = cluster.awaitLeader();
            cluster.queue(next).send("a");
            cluster.queue(next).send("b");
            Set<String> taken = new TreeSet<>();
            for (FutureTask<String> taker : takers) {
                taken.add(taker.get(10, TimeUnit.SECONDS));
            }
            assertThat(taken).containsExactly("a", "b");
        }
    }

    @Test
    void nothingAcknowledgedIsLostWithTheLeader() throws Exception {
        try (var cluster = ClusterFixture.started(directory, 3)) {
            Set<String> acknowledged = new TreeSet<>();
            for (int round = 0; round < 3; round++) {
                int leader = cluster.awaitLeader();
                int other = cluster.follower();
                for (int i = 0; i < 20; i++) {
                    String message = "m" + round + "-" + i;
                    cluster.queue(i % 2 == 0 ? leader : other).send(message);
                    acknowledged.add(message);
                }
                cluster.kill(leader);
                cluster.awaitLeader();
                cluster.start(leader);
            }
            RaftQueue<String> queue = cluster.queue(cluster.follower());
            Set<String> taken = new TreeSet<>();
            for (String message = queue.poll(); message != null; message = queue.poll()) {
                assertThat(taken.add(message)).as(message).isTrue();
            }
            assertThat(taken).isEqualTo(acknowledged);
        }
    }

    @Test
    void aStoppedLeaderHandsOverAndCallsGoOn() throws Exception {
        try (var cluster = ClusterFixture.started(directory, 3)) {
            int leader = cluster.awaitLeader();
            int other = cluster.follower();
            cluster.queue(other).send("before");
            cluster.stop(leader);
            long start = System.nanoTime();
            cluster.queue(other).send("after");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
            assertThat(cluster.queue(other).browse(10)).hasSize(2);
        }
    }

    @Test
    void withoutAMajorityCallsFailAtTheirDeadlineAndSayWhatBecameOfThem() throws Exception {
        try (var cluster = ClusterFixture.started(directory, 3)) {
            int leader = cluster.awaitLeader();
            cluster.queue(leader).send("before");
            for (int node = 1; node <= 3; node++) {
                if (node != leader) {
                    cluster.kill(node);
                }
            }
            RaftQueue<String> hasty = cluster.queue(leader).withTimeout(Duration.ofMillis(700));
            long start = System.nanoTime();
            assertThatThrownBy(() -> hasty.send("lost?")).isInstanceOf(RaftQueueException.class);
            assertThatThrownBy(hasty::size)
                    .isInstanceOfSatisfying(
                            RaftQueueException.class, e -> assertThat(e.retry()).isEqualTo(Retry.NOT_APPLIED));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> !cluster.node(leader).status().ready());
        }
    }

    @Test
    void allNodesRestartInAnyOrder() throws Exception {
        try (var cluster = ClusterFixture.started(directory, 3)) {
            for (int i = 0; i < 50; i++) {
                cluster.queue(1).send("m" + i);
            }
            for (int node = 1; node <= 3; node++) {
                cluster.kill(node);
            }
            for (int node : List.of(3, 1, 2)) {
                cluster.start(node, builder -> builder); // its directory says it all
            }
            for (int i = 0; i < 50; i++) {
                assertThat(cluster.queue(2).poll()).isEqualTo("m" + i);
            }
        }
    }

    @Test
    void nodesJoinThroughAnyMemberAndLeaveEvenAsLeader() throws Exception {
        try (var cluster = new ClusterFixture(directory, 4)) {
            cluster.bootstrap();
            cluster.queue(1).send("a");
            cluster.startAt(2, builder -> builder.join(cluster.raftAddress(1)));
            cluster.node(2).awaitReady(Duration.ofSeconds(20));
            ClusterFixture.awaitVoters(cluster.node(2), 2);
            cluster.startAt(3, builder -> builder.join(cluster.raftAddress(2)));
            ClusterFixture.awaitVoters(cluster.node(1), 3);
            cluster.node(3).awaitReady(Duration.ofSeconds(20));
            assertThatThrownBy(() -> cluster.node(3)
                            .join("node04", cluster.raftAddress(4), Duration.ofSeconds(2))
                            .join())
                    .hasCauseInstanceOf(MembershipException.class);
            cluster.startAt(4, builder -> builder.awaitJoin());
            cluster.node(2)
                    .join("node04", cluster.raftAddress(4), Duration.ofSeconds(20))
                    .join();
            int leader = cluster.awaitLeader();
            cluster.node(cluster.follower())
                    .remove(ClusterFixture.id(leader), false, Duration.ofSeconds(20))
                    .join();
            cluster.stop(leader);
            int next = cluster.awaitLeader();
            ClusterFixture.awaitVoters(cluster.node(next), 3);
            assertThat(cluster.queue(cluster.follower()).poll()).isEqualTo("a");
        }
    }

    @Test
    void aClosedNodeEndsItsCallers() throws Exception {
        try (var cluster = ClusterFixture.started(directory, 1)) {
            RaftQueue<String> queue = cluster.queue(1);
            FutureTask<String> taker = taking(queue);
            CompletableFuture<String> waiter = queue.pollAsync(Duration.ofMinutes(1));
            await().until(() -> !waiter.isDone());
            cluster.stop(1);
            assertThatThrownBy(waiter::join).hasCauseInstanceOf(ClosedException.class);
            assertThatThrownBy(() -> taker.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(ClosedException.class);
            assertThatThrownBy(() -> queue.send("a")).isInstanceOf(ClosedException.class);
        }
    }

    @Test
    void aDirectoryIsOfOneLiveNode() throws Exception {
        try (var cluster = ClusterFixture.started(directory, 1)) {
            assertThatThrownBy(() -> RaftNode.builder()
                            .directory(cluster.directory(1))
                            .standalone()
                            .start())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(cluster.directory(1).toString());
            cluster.stop(1);
            assertThatThrownBy(() -> RaftNode.builder()
                            .id("other")
                            .directory(cluster.directory(1))
                            .standalone()
                            .start())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("belongs to node node01");
            try (RaftNode again =
                    RaftNode.builder().directory(cluster.directory(1)).start()) {
                assertThat(again.id()).isEqualTo("node01");
                again.awaitReady(Duration.ofSeconds(20));
            }
        }
    }

    /** A launcher that did not know would ask for its own admission, and undo a removal that comes at the same time. */
    @Test
    void aMemberThatHasJustStartedAgainKnowsThatItIsOne() throws Exception {
        try (var cluster = ClusterFixture.started(directory, 1)) {
            cluster.stop(1);
            try (RaftNode again =
                    RaftNode.builder().directory(cluster.directory(1)).start()) {
                assertThat(again.status().clusterId()).isNotNull();
                assertThat(ClusterFixture.voters(again)).isEqualTo(1);
            }
        }
    }

    @Test
    void statsAreTheSeedsAndSorted() throws Exception {
        try (var cluster = ClusterFixture.started(directory, 1)) {
            cluster.queue(1).send("a");
            assertThat(new ArrayList<>(cluster.node(1).status().stats().keySet()))
                    .isSorted()
                    .contains(
                            "applied_index",
                            "commit_index",
                            "fsm_pending",
                            "last_contact",
                            "last_log_index",
                            "last_log_term",
                            "last_snapshot_index",
                            "last_snapshot_term",
                            "latest_configuration",
                            "latest_configuration_index",
                            "num_peers",
                            "protocol_version",
                            "protocol_version_max",
                            "protocol_version_min",
                            "snapshot_version_max",
                            "snapshot_version_min",
                            "state",
                            "term");
            assertThat(cluster.node(1).status().stats().get("latest_configuration"))
                    .isEqualTo("[{Suffrage:Voter ID:node01 Address:" + cluster.raftAddress(1) + "}]");
        }
    }
}
