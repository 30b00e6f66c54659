package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * How long sends stand still when a node goes: from kill -9 of the leader to the first acknowledged send and with the leader
 * frozen. Three failovers here; {@code -Dqueue.failovers=10} for the long form.
 */
class FailoverIT {
    private static final int FAILOVERS = Integer.getInteger("queue.failovers", 3);

    /** The bounds are those of an idle machine with this, else they allow for a busy one. */
    private static final boolean STRICT = Boolean.getBoolean("queue.strict");

    @RegisterExtension
    final Processes processes = new Processes();

    /** Sends through this node until one is acknowledged, each attempt bounded. @return milliseconds */
    private static long millisToAck(SeedCluster cluster, int node, String content) throws Exception {
        long began = System.nanoTime();
        int status;
        do {
            status = cluster.node(node)
                    .post("/send?timeout=5s", SeedCluster.comment(content))
                    .status();
        } while (status != 201 && System.nanoTime() - began < 20_000_000_000L);
        assertThat(status).isEqualTo(201);
        return (System.nanoTime() - began) / 1_000_000;
    }

    @Test
    void killedLeader() throws Exception {
        var cluster = new SeedCluster(processes).startAll();
        List<Long> millis = new ArrayList<>();

        for (int i = 0; i < FAILOVERS; i++) {
            int leader = cluster.leader();
            int other = (leader + 1) % 3;
            cluster.node(leader).kill();
            millis.add(millisToAck(cluster, other, "after failover " + i));
            int lines = cluster.node(other).out().size();
            assertThat(lines)
                    .as("start and failovers, lines: %s", cluster.node(other))
                    .isLessThanOrEqualTo(12 + 4 * i);
            cluster.start(leader);
            cluster.awaitComplete();
        }

        millis.sort(null);
        System.out.println("kill -9 of the leader to the first acknowledged send: " + millis + " ms");
        assertThat(millis.get(millis.size() / 2))
                .as("median of %s", millis)
                .isLessThanOrEqualTo(STRICT ? 1_000 : 3_000);
        assertThat(millis.get(millis.size() - 1))
                .as("longest of %s", millis)
                .isLessThanOrEqualTo(STRICT ? 3_000 : 10_000);
    }

    @Test
    void frozenLeader() throws Exception {
        var cluster = new SeedCluster(processes).startAll();
        int leader = cluster.leader();
        cluster.node(leader).freeze();

        long millis = millisToAck(cluster, (leader + 1) % 3, "while it is frozen");
        cluster.node(leader).thaw();

        assertThat(millis).isLessThanOrEqualTo(STRICT ? 5_000 : 10_000);
        cluster.node(leader).awaitLine(SeedCluster.id(leader) + " is follower in cluster .*");
        assertThat(cluster.drain(leader)).containsExactly("while it is frozen");
    }
}
