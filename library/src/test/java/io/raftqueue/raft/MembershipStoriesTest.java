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
import io.raftqueue.NoLeaderException;
import io.raftqueue.RaftNode;
import io.raftqueue.node.ClusterFixture;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who goes, who comes back, who moves: on real nodes over loopback. */
@Timeout(60)
class MembershipStoriesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private static void awaitSilent(RaftNode node, String id, Duration silence) {
        await().atMost(PATIENCE)
                .until(() -> node.status().members().stream()
                        .anyMatch(m -> m.id().equals(id)
                                && m.lastContact() != null
                                && m.lastContact().compareTo(silence) > 0));
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
            gone.remove(gone.id(), false, PATIENCE).join();
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
            cluster.node(other)
                    .remove(ClusterFixture.id(other), false, PATIENCE)
                    .join();
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
            String before = configurationIndex(node);
            // A moment after its death it still counts as heard; a broken connection is shown as three seconds of
            // silence.
            awaitSilent(node, ClusterFixture.id(dead), Duration.ofMillis(4_200));
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
            cluster.bootstrap();
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
            cluster.bootstrap();
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
}
