package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The same command line always works again, and so does one without -leader and -paddr. */
class RestartIT {
    @RegisterExtension
    final Processes processes = new Processes();

    private SeedCluster cluster;
    private List<String> sent;

    @BeforeEach
    void aClusterWithMessages() throws Exception {
        cluster = new SeedCluster(processes).startAll();
        sent = IntStream.range(0, 20).mapToObj(i -> "comment " + i).toList();
        for (int i = 0; i < sent.size(); i++) {
            assertThat(cluster.send(i % 3, sent.get(i)).status()).isEqualTo(201);
        }
    }

    private void killAll() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            cluster.node(i).kill();
        }
    }

    @Test
    void sameLinesInAnotherOrderAfterKill() throws Exception {
        killAll();

        cluster.start(2);
        cluster.start(0);
        cluster.start(1);

        assertThat(cluster.awaitComplete().drain(1)).isEqualTo(sent);
    }

    @Test
    void linesWithoutLeaderAndPaddr() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(cluster.node(i).terminate()).as("SIGTERM, node %d", i).isZero();
        }

        for (int i : new int[] {1, 2, 0}) {
            cluster.start(i, cluster.lineWithout(i));
        }

        assertThat(cluster.awaitComplete().drain(0)).isEqualTo(sent);
    }

    @Test
    void aDeadPaddrIsNoErrorForAMember() throws Exception {
        killAll();

        cluster.start(1);
        cluster.start(2);
        cluster.node(1).awaitLine("node02 is (leader of|follower in) cluster .*");
        cluster.node(2).awaitLine("node03 is (leader of|follower in) cluster .*");

        assertThat(cluster.drain(2)).isEqualTo(sent);
        assertThat(cluster.node(1).isAlive() && cluster.node(2).isAlive()).isTrue();
    }

    @Test
    void theFirstLeadersLineBringsItBackAsAFollower() throws Exception {
        cluster.node(0).kill();
        cluster.leader();

        cluster.start(0).awaitLine("node01 is follower in cluster .* 3 members\\)");

        assertThat(cluster.drain(0)).isEqualTo(sent);
    }
}
