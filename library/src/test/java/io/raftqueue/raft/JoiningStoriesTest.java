package io.raftqueue.raft;

import static io.raftqueue.node.ClusterFixture.awaitVoters;
import static io.raftqueue.node.ClusterFixture.voters;
import static io.raftqueue.raft.MembershipAssertions.assertRefused;
import static io.raftqueue.raft.MembershipAssertions.configurationIndex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.raftqueue.JoinOutcome;
import io.raftqueue.MembershipException.Reason;
import io.raftqueue.RaftNode;
import io.raftqueue.node.ClusterFixture;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who comes in, and who does not: on real nodes over loopback. */
@Timeout(60)
class JoiningStoriesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    @Test
    void aWaitingNodeIsBroughtInAndAskingAgainChangesNothing() throws Exception {
        try (var cluster = new ClusterFixture(directory, 2)) {
            RaftNode first = cluster.bootstrap();
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
            RaftNode first = cluster.bootstrap();
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

    /** It would be passed on to the leader, and to whoever answers there, and fit into no message. */
    @Test
    void anAddressWithoutEndIsRefusedAndHarmsNobody() throws Exception {
        try (var cluster = ClusterFixture.started(directory, 3)) {
            int leader = cluster.awaitLeader();
            String address = "x".repeat(70_000) + ":3001";
            for (int asked : List.of(leader, cluster.follower())) {
                assertThatThrownBy(() -> cluster.node(asked)
                                .join("node09", address, PATIENCE)
                                .join())
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("not an address");
                cluster.queue(asked).send("goes on");
                assertThat(cluster.node(asked).status().failed()).isFalse();
            }
        }
    }

    @Test
    void aNodeIsJoinedByTheAddressItGivesItself() throws Exception {
        try (var cluster = new ClusterFixture(directory, 2)) {
            RaftNode first = cluster.bootstrap();
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
            RaftNode first = cluster.bootstrap();
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
            RaftNode first = cluster.bootstrap();
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
}
