package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A replaced disk must never vote with no memory of what it acknowledged. */
class LostDirectoryIT {
    private static final int MESSAGES = 1_000;

    @RegisterExtension
    final Processes processes = new Processes();

    private void wipe(int node) throws IOException {
        Processes.delete(processes.directory().resolve("tmp").resolve(SeedCluster.id(node)));
    }

    private static List<String> sendMany(SeedCluster cluster) throws Exception {
        var sent = new ArrayList<String>();
        for (int i = 0; i < MESSAGES; i++) {
            assertThat(cluster.send(i % 3, "comment " + i).status()).isEqualTo(201);
            sent.add("comment " + i);
        }
        return sent;
    }

    @Test
    void aFollowersLostDirectoryCostsNothingEvenIfTheLeaderDiesDuringItsCatchUp() throws Exception {
        var cluster = new SeedCluster(processes).startAll();
        List<String> sent = sendMany(cluster);
        cluster.node(1).kill();
        wipe(1);

        cluster.start(1);
        cluster.node(1).awaitLine("node02 data .*");
        cluster.node(0).kill();
        cluster.start(0);

        assertThat(cluster.awaitComplete().drain(1)).isEqualTo(sent);
    }

    @Test
    void theFirstLeadersLostDirectoryEndsItsLineWithAdvice() throws Exception {
        var cluster = new SeedCluster(processes).startAll();
        String clusterId = cluster.node(0).stat("cluster");
        cluster.send(0, "kept");
        cluster.node(0).kill();
        wipe(0);

        NodeProcess again = cluster.start(0);

        assertThat(again.awaitExit(Duration.ofSeconds(Boolean.getBoolean("queue.strict") ? 5 : 15)))
                .isEqualTo(1);
        assertThat(again.err()).hasSize(1);
        assertThat(again.err().get(0))
                .matches(
                        "node01 belongs to cluster \\S+ \\(leader node0[23], localhost:\\d+\\) but \\./tmp/node01 is empty:"
                                + " start it without -leader, with -paddr=localhost:\\d+");
        Set<String> ids = new HashSet<>();
        ids.add(clusterId);
        ids.add(cluster.node(1).stat("cluster"));
        ids.add(cluster.node(2).stat("cluster"));
        assertThat(ids).hasSize(1);
        assertThat(cluster.receive(1)).isEqualTo("kept");
    }

    @Test
    void theAdviceWorks() throws Exception {
        var cluster = new SeedCluster(processes).startAll();
        cluster.send(0, "kept");
        cluster.node(0).kill();
        wipe(0);

        cluster.start(0, cluster.lineWithout(0) + " -paddr=" + cluster.httpAddress(2));

        cluster.node(0).awaitLine("node01 is follower in cluster \\S+ \\(leader node0[23], 3 members\\)");
        assertThat(cluster.receive(0)).isEqualTo("kept");
    }
}
