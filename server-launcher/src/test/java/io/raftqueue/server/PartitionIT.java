package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.raftqueue.server.faults.NetworkLab;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The leader is cut off: how long the others need to go on, and after the healing, how long it needs to follow and to hold
 * everything. One round here, of a short partition; {@code -Dqueue.drill.rounds=10} for the long form, in which some
 * partitions last longer, and {@code -Dqueue.strict=true} for the bounds of an idle machine. Needs root.
 */
class PartitionIT {
    private static final int ROUNDS = Integer.getInteger("queue.drill.rounds", 1);
    private static final boolean STRICT = Boolean.getBoolean("queue.strict");
    /** Seconds that the partitions last after the others went on, in turn. */
    private static final int[] LASTING = {3, 15, 7, 1, 20, 2, 10, 5, 1, 60};

    @RegisterExtension
    final Processes processes = new Processes();

    @Test
    void theOthersGoOnAndTheHealedOneHoldsEverything() throws Exception {
        try (var lab = NetworkLab.open(3)) {
            assumeThat(lab.canCut()).as(lab.describe()).isTrue();
            var cluster = new SeedCluster(processes, lab).startAll();
            var goingOn = new Timings();
            var healing = new Timings();
            List<String> sent = new ArrayList<>();

            for (int round = 0; round < ROUNDS; round++) {
                int leader = cluster.leader();
                lab.isolate(leader);
                long cut = System.nanoTime();
                sent.add("cut " + round);
                sendUntilAcknowledged(cluster, (leader + 1 + round % 2) % 3, "cut " + round);
                goingOn.addSince(cut);
                new CountDownLatch(1).await(LASTING[round % LASTING.length], TimeUnit.SECONDS);

                sent.add("still cut " + round);
                sendUntilAcknowledged(cluster, (leader + 1) % 3, "still cut " + round);
                lab.heal();
                long healed = System.nanoTime();
                awaitEverythingAt(cluster, leader);
                healing.addSince(healed);
                System.out.printf("partition of the leader, round %d: %s; healed: %s%n", round, goingOn, healing);
            }

            assertThat(cluster.drain(cluster.leader())).isEqualTo(sent);
            assertThat(goingOn.max()).as("going on").isLessThanOrEqualTo(STRICT ? 3_000 : 10_000);
            assertThat(healing.max()).as("healed").isLessThanOrEqualTo(STRICT ? 5_000 : 10_000);
        }
    }

    private static void sendUntilAcknowledged(SeedCluster cluster, int node, String content) throws Exception {
        assertThat(cluster.send(node, content).status()).as(content).isEqualTo(201);
    }

    /** It follows the leader of the others, and has applied what was committed there. */
    private static void awaitEverythingAt(SeedCluster cluster, int healed) throws Exception {
        int other = (healed + 1) % 3;
        long committed = Long.parseLong(cluster.node(other).stat("commit_index"));
        await("the healed node follows and holds everything")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> cluster.node(healed).stat("state").equals("Follower")
                        && cluster.node(healed)
                                .stat("leader")
                                .equals(cluster.node(other).stat("leader"))
                        && Long.parseLong("0" + cluster.node(healed).stat("applied_index")) >= committed);
    }
}
