package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.raftqueue.JoinOutcome;
import io.raftqueue.MemberStatus;
import io.raftqueue.MembershipException;
import io.raftqueue.MembershipException.Reason;
import io.raftqueue.NoLeaderException;
import io.raftqueue.NodeListener;
import io.raftqueue.RaftNode;
import io.raftqueue.RaftQueue;
import io.raftqueue.node.ClusterFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who comes, who goes, who comes back: on real nodes over loopback. */
@Timeout(60)
class MembershipStoriesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private static long voters(RaftNode node) {
        return node.status().members().stream().filter(MemberStatus::voter).count();
    }

    private static void awaitVoters(RaftNode node, int count) {
        await().atMost(PATIENCE).until(() -> voters(node) == count);
    }

    private static void assertRefused(Reason reason, String text, ThrowingCallable request) {
        assertThatThrownBy(request).cause().isInstanceOfSatisfying(MembershipException.class, e -> {
            assertThat(e.reason()).isEqualTo(reason);
            assertThat(e).hasMessageContaining(text);
        });
    }

    /** A new leader has perhaps not yet heard everybody, and refuses until it has. */
    private static void remove(RaftNode asked, String id) {
        await().atMost(PATIENCE).until(() -> {
            try {
                asked.remove(id, false, PATIENCE).join();
                return true;
            } catch (CompletionException e) {
                if (String.valueOf(e.getMessage()).contains("bring members back first")) {
                    return false;
                }
                throw e;
            }
        });
    }

    private static String configurationIndex(RaftNode node) {
        return node.status().stats().get("latest_configuration_index");
    }

    private static RaftNode bootstrap(ClusterFixture cluster) throws InterruptedException {
        RaftNode first = cluster.startAt(1, builder -> builder.bootstrap());
        first.awaitReady(PATIENCE);
        return first;
    }

    @Test
    void aWaitingNodeIsBroughtInAndAskingAgainChangesNothing() throws Exception {
        try (var cluster = new ClusterFixture(directory, 2)) {
            RaftNode first = bootstrap(cluster);
            RaftNode second = cluster.startAt(2, builder -> builder.awaitJoin());
            assertThat(second.status().notReady()).containsExactly("in no cluster yet: waiting to be brought in");
            assertThat(first.join("node02", cluster.raftAddress(2), PATIENCE).join())
                    .isEqualTo(JoinOutcome.VOTER);
            assertThat(voters(first)).isEqualTo(2);
            second.awaitReady(PATIENCE);

            String before = configurationIndex(first);
            assertThat(first.join("node02", cluster.raftAddress(2), PATIENCE).join())
                    .isEqualTo(JoinOutcome.VOTER);
            assertThat(second.join("node01", cluster.raftAddress(1), PATIENCE).join())
                    .isEqualTo(JoinOutcome.VOTER);
            assertThat(configurationIndex(first)).isEqualTo(before);
        }
    }

    @Test
    void aRefusedJoinSaysWhyAndChangesNothing() throws Exception {
        try (var cluster = new ClusterFixture(directory, 5)) {
            RaftNode first = bootstrap(cluster);
            cluster.startAt(2, builder -> builder.join(cluster.raftAddress(1)));
            awaitVoters(first, 2);
            cluster.startAt(3, builder -> builder.awaitJoin());
            RaftNode foreign = cluster.startAt(4, builder -> builder.bootstrap());
            foreign.awaitReady(PATIENCE);
            RaftNode second = cluster.node(2);
            second.awaitReady(PATIENCE);

            for (RaftNode asked : List.of(first, second)) {
                String before = configurationIndex(asked);
                assertRefused(
                        Reason.UNREACHABLE,
                        "nothing answers as a RaftQueue node at " + cluster.raftAddress(5),
                        () -> asked.join("node05", cluster.raftAddress(5), Duration.ofMillis(900))
                                .join());
                assertRefused(
                        Reason.CONFLICT,
                        "the node at " + cluster.raftAddress(3) + " is node03, not node07",
                        () -> asked.join("node07", cluster.raftAddress(3), PATIENCE)
                                .join());
                assertRefused(
                        Reason.CONFLICT,
                        "the node at " + cluster.raftAddress(3) + " is node03, not node02",
                        () -> asked.join("node02", cluster.raftAddress(3), PATIENCE)
                                .join());
                assertRefused(
                        Reason.CONFLICT,
                        "belongs to cluster",
                        () -> asked.join("node04", cluster.raftAddress(4), PATIENCE)
                                .join());
                assertRefused(
                        Reason.CONFLICT,
                        "the node at " + cluster.raftAddress(2) + " is node02, not node09",
                        () -> asked.join("node09", cluster.raftAddress(2), PATIENCE)
                                .join());
                assertThat(configurationIndex(asked)).isEqualTo(before);
            }
            assertThat(foreign.status().members()).hasSize(1);
            first.join("node03", cluster.raftAddress(3), PATIENCE).join();
            assertThat(voters(first)).isEqualTo(3);
        }
    }

    @Test
    void aNodeIsJoinedByTheAddressItGivesItself() throws Exception {
        try (var cluster = new ClusterFixture(directory, 2)) {
            RaftNode first = bootstrap(cluster);
            cluster.startAt(2, builder -> builder.awaitJoin());
            String alias = cluster.raftAddress(2).replace("localhost", "127.0.0.1");
            assertRefused(
                    Reason.CONFLICT,
                    "node02 answers at " + alias + ", but is reached at " + cluster.raftAddress(2),
                    () -> first.join("node02", alias, PATIENCE).join());
            assertThat(voters(first)).isEqualTo(1);
        }
    }

    @Test
    void aSecondBearerOfAnIdIsRefused() throws Exception {
        try (var cluster = new ClusterFixture(directory, 3)) {
            RaftNode first = bootstrap(cluster);
            cluster.startAt(2, builder -> builder.join(cluster.raftAddress(1)));
            awaitVoters(first, 2);
            try (RaftNode bearer = RaftNode.builder()
                    .id("node02")
                    .raftAddress(cluster.raftAddress(3))
                    .directory(directory.resolve("another"))
                    .join(cluster.raftAddress(1))
                    .start()) {
                await().atMost(PATIENCE)
                        .until(() -> bearer.status()
                                .notReady()
                                .toString()
                                .contains("node02 is a member at " + cluster.raftAddress(2)));
                assertThat(voters(first)).isEqualTo(2);
                assertRefused(
                        Reason.CONFLICT,
                        "node02 is a member at " + cluster.raftAddress(2),
                        () -> first.join("node02", cluster.raftAddress(3), PATIENCE)
                                .join());
            }
        }
    }

    @Test
    void threeJoinAtOnceThroughTheNodeTheyKnow() throws Exception {
        try (var cluster = new ClusterFixture(directory, 4)) {
            RaftNode first = bootstrap(cluster);
            for (int i = 0; i < 20; i++) {
                cluster.queue(1).send("m" + i);
            }
            cluster.startAt(2, builder -> builder.join(cluster.raftAddress(1)));
            cluster.startAt(3, builder -> builder.join(cluster.raftAddress(2)));
            cluster.startAt(4, builder -> builder.join(cluster.raftAddress(3)));
            awaitVoters(first, 4);
            cluster.node(4).awaitReady(PATIENCE);
            for (int i = 0; i < 20; i++) {
                assertThat(cluster.queue(4).poll()).isEqualTo("m" + i);
            }
        }
    }

    @Test
    void membersAreRemovedTheLeaderTooAndSayThatTheyAre() throws Exception {
        try (var cluster = ClusterFixture.started(directory, 3)) {
            int leader = cluster.awaitLeader();
            RaftNode asked = cluster.node(cluster.follower());
            assertRefused(
                    Reason.UNKNOWN_MEMBER,
                    "no member is called node09",
                    () -> asked.remove("node09", false, PATIENCE).join());

            // Asked of the very node that has to go.
            RaftNode gone = cluster.node(leader);
            remove(gone, gone.id());
            await().atMost(PATIENCE)
                    .until(() -> gone.status().notReady().toString().contains("removed from cluster"));
            awaitVoters(asked, 2);
            assertThatThrownBy(() -> gone.queue("orders", String.class)
                            .withTimeout(Duration.ofSeconds(1))
                            .send("x"))
                    .isInstanceOf(NoLeaderException.class);
            cluster.stop(leader);

            int next = cluster.awaitLeader();
            int other = cluster.follower();
            remove(cluster.node(other), ClusterFixture.id(other));
            awaitVoters(cluster.node(next), 1);
            assertRefused(
                    Reason.CONFLICT,
                    "is the only voter",
                    () -> cluster.node(next)
                            .remove(ClusterFixture.id(next), false, PATIENCE)
                            .join());
            cluster.queue(next).send("goes on");
        }
    }

    @Test
    void aRemovalThatWouldCostTheMajorityIsRefused() throws Exception {
        try (var cluster = ClusterFixture.started(directory, 3)) {
            int leader = cluster.awaitLeader();
            int dead = cluster.follower();
            cluster.kill(dead);
            int alive = 6 - leader - dead;
            RaftNode node = cluster.node(leader);
            // A moment after its death it still counts as heard.
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(node.status().members()).anyMatch(m -> !m.reachable()));
            String before = configurationIndex(node);
            await().pollDelay(Duration.ofMillis(1200)).until(() -> true);
            assertRefused(
                    Reason.CONFLICT,
                    "bring members back first",
                    () -> node.remove(ClusterFixture.id(alive), false, PATIENCE).join());
            assertThat(configurationIndex(node)).isEqualTo(before);
            node.remove(ClusterFixture.id(dead), false, PATIENCE).join();
            awaitVoters(node, 2);
            cluster.queue(alive).send("goes on");

            // Long enough away that the leader does not try to tell it any more.
            await().pollDelay(Duration.ofMillis(2500)).until(() -> true);
            RaftNode back = cluster.start(dead);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(back.status().notReady().toString())
                            .contains(back.id() + " was removed from cluster"));
            assertThat(voters(node)).isEqualTo(2);
        }
    }

    @Test
    void changesGoOnUnderTheNextLeader() throws Exception {
        try (var cluster = new ClusterFixture(directory, 4)) {
            bootstrap(cluster);
            cluster.startAt(2, builder -> builder.join(cluster.raftAddress(1)));
            cluster.startAt(3, builder -> builder.join(cluster.raftAddress(1)));
            awaitVoters(cluster.node(1), 3);
            cluster.queue(1).send("kept");
            cluster.startAt(4, builder -> builder.awaitJoin());
            int leader = cluster.awaitLeader();
            int asked = leader == 1 ? 2 : 1;
            CompletableFuture<JoinOutcome> join = cluster.node(asked).join("node04", cluster.raftAddress(4), PATIENCE);
            cluster.kill(leader);
            assertThat(join.join()).isEqualTo(JoinOutcome.VOTER);
            awaitVoters(cluster.node(asked), 4);
            int next = cluster.awaitLeader();
            CompletableFuture<Void> removal = cluster.node(4).remove(ClusterFixture.id(leader), false, PATIENCE);
            cluster.stop(next);
            cluster.startAt(next, builder -> builder);
            removal.join();
            awaitVoters(cluster.node(4), 3);
            assertThat(cluster.queue(4).poll()).isEqualTo("kept");
        }
    }

    @Test
    void aRemovedMemberThatIsBroughtInAgainServesAsBefore() throws Exception {
        try (var cluster = ClusterFixture.started(directory, 3)) {
            int leader = cluster.awaitLeader();
            int away = cluster.follower();
            cluster.queue(away).send("a");
            cluster.queue(away).send("b");
            cluster.node(leader)
                    .remove(ClusterFixture.id(away), false, PATIENCE)
                    .join();
            awaitVoters(cluster.node(leader), 2);
            cluster.node(leader)
                    .join(ClusterFixture.id(away), cluster.raftAddress(away), PATIENCE)
                    .join();
            cluster.node(away).awaitReady(PATIENCE);
            // Its session ended with the removal; a caller must not see that.
            cluster.queue(away).send("c");
            for (String expected : List.of("a", "b", "c")) {
                assertThat(cluster.queue(away).poll()).isEqualTo(expected);
            }
        }
    }

    @Test
    void aMemberComesBackAtAnotherAddress() throws Exception {
        try (var cluster = new ClusterFixture(directory, 4)) {
            bootstrap(cluster);
            cluster.startAt(2, builder -> builder.join(cluster.raftAddress(1)));
            cluster.startAt(3, builder -> builder.join(cluster.raftAddress(1)));
            awaitVoters(cluster.node(1), 3);
            cluster.stop(2);
            cluster.start(2, builder -> builder.raftAddress(cluster.raftAddress(4)));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(cluster.node(3).status().members())
                            .anyMatch(m ->
                                    m.id().equals("node02") && m.raftAddress().equals(cluster.raftAddress(4))));
            cluster.node(2).awaitReady(PATIENCE);
            cluster.queue(2).send("from the new address");
            assertThat(cluster.queue(3).poll()).isEqualTo("from the new address");
        }
    }

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

    @Test
    void anEmptyBootstrapNodeThatItsClusterKnowsStopsAndItsDirectoryCanBeUsed() throws Exception {
        try (var cluster = new ClusterFixture(directory, 3)) {
            RaftNode first = cluster.startAt(1, builder -> builder.bootstrap());
            first.awaitReady(PATIENCE);
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

            cluster.startAt(1, builder -> builder.awaitJoin());
            cluster.node(leader)
                    .join("node01", cluster.raftAddress(1), PATIENCE)
                    .join();
            awaitVoters(cluster.node(1), 3);
            cluster.node(1).awaitReady(PATIENCE);
            assertThat(cluster.queue(1).poll()).isEqualTo("kept");
        }
    }

    private static void wipe(Path directory) throws Exception {
        AbandonedData.delete(directory);
        assertThat(Files.exists(directory)).isFalse();
    }
}
