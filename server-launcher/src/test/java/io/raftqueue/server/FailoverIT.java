package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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

    private static final int FREEZES = FAILOVERS > 3 ? FAILOVERS : 1;

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
        var timings = new Timings();

        for (int i = 0; i < FAILOVERS; i++) {
            int leader = cluster.leader();
            int other = (leader + 1) % 3;
            cluster.node(leader).kill();
            timings.add(millisToAck(cluster, other, "after failover " + i));
            int lines = cluster.node(other).out().size();
            assertThat(lines)
                    .as("start and failovers, lines: %s", cluster.node(other))
                    .isLessThanOrEqualTo(12 + 4 * i);
            cluster.start(leader);
            cluster.awaitComplete();
        }

        System.out.println("kill -9 of the leader to the first acknowledged send: " + timings);
        assertThat(timings.median()).as("%s", timings).isLessThanOrEqualTo(STRICT ? 500 : 3_000);
        assertThat(timings.max()).as("%s", timings).isLessThanOrEqualTo(STRICT ? 3_000 : 10_000);
    }

    @Test
    void frozenLeader() throws Exception {
        var cluster = new SeedCluster(processes).startAll();
        var timings = new Timings();
        List<String> sent = new ArrayList<>();

        for (int i = 0; i < FREEZES; i++) {
            int leader = cluster.leader();
            sent.add("while it is frozen, " + i);
            cluster.node(leader).freeze();
            timings.add(millisToAck(cluster, (leader + 1 + i % 2) % 3, sent.get(i)));
            cluster.node(leader).thaw();
            await("it follows")
                    .atMost(NodeProcess.SOON)
                    .until(() -> cluster.node(leader).stat("state").equals("Follower"));
        }

        System.out.println("SIGSTOP of the leader to the first acknowledged send: " + timings);
        assertThat(timings.max()).as("%s", timings).isLessThanOrEqualTo(STRICT ? 3_000 : 10_000);
        assertThat(cluster.drain(cluster.leader())).isEqualTo(sent);
    }
}
