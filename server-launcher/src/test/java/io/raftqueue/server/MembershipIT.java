package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftqueue.server.NodeClient.Answer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who comes in, who is refused, and that a refusal changes nothing. */
class MembershipIT {
    @RegisterExtension
    final Processes processes = new Processes();

    private static String joinBody(String id, String address) {
        return "{\"id\":\"%s\",\"address\":\"%s\"}".formatted(id, address);
    }

    /** A node with flags of its own; returns its raft address through {@code raft}. */
    private NodeProcess start(String flags, int raft) {
        return processes.start(flags + " -raddr=localhost:" + raft + " -haddr=localhost:" + processes.freePort());
    }

    @Test
    void aNodeWithoutFlagsWaitsAndIsBroughtInThroughAFollower() throws Exception {
        var cluster = new SeedCluster(processes).startAll();
        int raft = processes.freePort();
        NodeProcess fourth = start("-id=node04 -dir=./tmp/node04", raft);
        fourth.awaitLine("node04 waits to be joined: curl -X POST .*");
        assertThat(fourth.get("/stats").status()).isEqualTo(200);
        cluster.send(0, "before");

        Answer joined = cluster.node(2).post("/join", joinBody("node04", "localhost:" + raft));
        assertThat(joined.status()).as(joined.body()).isIn(201, 202);
        fourth.awaitLine("node04 is follower in cluster \\S+ \\(leader node01, 4 members\\)");

        assertThat(cluster.node(1)
                        .post("/join", joinBody("node04", "localhost:" + raft))
                        .status())
                .as("joining again is no error")
                .isEqualTo(201);
        assertThat(fourth.get("/recieve").body()).contains("\"before\"");
    }

    @Test
    void whereNothingAnswersNothingChanges() throws Exception {
        NodeProcess alone = start("-leader -id=node01 -dir=./tmp/node01", processes.freePort());
        alone.awaitLine("node01 is leader of cluster .*");

        Answer refused = alone.post("/join", joinBody("node09", "localhost:" + processes.freePort()));

        assertThat(refused.status()).as(refused.body()).isEqualTo(502);
        assertThat(SeedCluster.voters(alone)).isEqualTo(1);
        assertThat(alone.post("/send", SeedCluster.comment("x")).status()).isEqualTo(201);
    }

    @Test
    void aNodeOfAnotherClusterIsRefused() throws Exception {
        int raft = processes.freePort();
        NodeProcess one = start("-leader -id=node01 -dir=./tmp/node01", processes.freePort());
        NodeProcess other = start("-leader -id=node02 -dir=./tmp/node02", raft);
        one.awaitLine("node01 is leader of cluster .*");
        other.awaitLine("node02 is leader of cluster .*");
        other.post("/send", SeedCluster.comment("of the other"));

        Answer refused = one.post("/join", joinBody("node02", "localhost:" + raft));

        assertThat(refused.status()).as(refused.body()).isEqualTo(409);
        assertThat(SeedCluster.voters(one)).isEqualTo(1);
        assertThat(SeedCluster.voters(other)).isEqualTo(1);
        assertThat(other.get("/recieve").body()).contains("of the other");
    }

    @Test
    void aSecondBearerOfAnIdIsRefusedWhileTheFirstLives() throws Exception {
        var cluster = new SeedCluster(processes).startAll();

        NodeProcess second =
                start("-id=node02 -dir=./tmp/impostor -paddr=" + cluster.httpAddress(0), processes.freePort());

        assertThat(second.awaitExit(Duration.ofSeconds(20))).isEqualTo(1);
        assertThat(second.err()).hasSize(1);
        assertThat(second.err().get(0)).contains("node02 cannot join through");
        assertThat(cluster.send(1, "the first goes on").status()).isEqualTo(201);
    }

    @Test
    void aJoinerWaitsForTheClusterToComeUp() throws Exception {
        var cluster = new SeedCluster(processes);
        cluster.start(1).awaitLine("node02 waits to join through localhost:\\d+ for \\d+ s: connection refused");

        cluster.start(0);

        cluster.node(1).awaitLine("node02 is follower in cluster \\S+ \\(leader node01, 2 members\\)");
    }

    /** Its own asking to be brought in must not undo what somebody decided after it was in. */
    @Test
    void whoIsRemovedRightAfterItCameInStaysOut() throws Exception {
        var cluster = new SeedCluster(processes).startAll();
        start("-id=node04 -dir=./tmp/node04 -paddr=" + cluster.httpAddress(0), processes.freePort());
        await("four voters")
                .atMost(NodeProcess.SOON)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> SeedCluster.voters(cluster.node(0)) == 4);

        assertThat(cluster.node(0).delete("/members/node04").status()).isEqualTo(204);

        await("three voters, and no more")
                .during(Duration.ofSeconds(4))
                .atMost(NodeProcess.SOON)
                .until(() -> SeedCluster.voters(cluster.node(0)) == 3);
        assertThat(cluster.send(0, "without it").status()).isEqualTo(201);
    }

    @Test
    void theLeaderCanBeRemovedAndTheOthersGoOn() throws Exception {
        var cluster = new SeedCluster(processes).startAll();
        int leader = cluster.leader();
        int other = (leader + 1) % 3;

        assertThat(cluster.node(other)
                        .delete("/members/" + SeedCluster.id(leader))
                        .status())
                .isBetween(200, 299);

        await().atMost(NodeProcess.SOON).until(() -> SeedCluster.voters(cluster.node(other)) == 2);
        assertThat(cluster.send(other, "without it").status()).isEqualTo(201);
    }
}
