package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A follower was down while the others wrote a long piece of log. It is started again while sends go on, soon holds
 * everything, and from then on is as good as the other, which may die. 3,000 entries here; {@code
 * -Dqueue.drill.entries=100000} for the long form.
 */
class LaggingFollowerIT {
    private static final int ENTRIES = Integer.getInteger("queue.drill.entries", 3_000);

    @RegisterExtension
    final Processes processes = new Processes();

    @ParameterizedTest(name = "{0} sends a second, snapshot {1}")
    @CsvSource({"20, false", "20, true", "500, false", "500, true"})
    void aFollowerThatWasDownCatchesUpUnderLoad(int perSecond, boolean snapshot) throws Exception {
        var cluster = new SeedCluster(processes).startAll();
        int leader = cluster.leader();
        int down = (leader + 1) % 3;
        int other = (leader + 2) % 3;
        cluster.node(down).kill();
        long had = index(cluster.node(leader), "last_log_index");
        long filling = System.nanoTime();
        Load fill = Load.on(cluster, List.of(leader, other), 16, 0);
        await("written while it was down")
                .atMost(Duration.ofMinutes(10))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> index(cluster.node(leader), "last_log_index") >= had + ENTRIES);
        fill.close();
        long filled = (System.nanoTime() - filling) / 1_000_000;
        if (snapshot) {
            for (int node : List.of(leader, other)) {
                assertThat(cluster.node(node).post("/snapshot", "").status()).isEqualTo(204);
            }
        }

        try (Load load = fill.andThen(cluster, List.of(leader, other), perSecond <= 20 ? 2 : 8, perSecond)) {
            new CountDownLatch(1).await(1, TimeUnit.SECONDS);
            long began = System.nanoTime();
            cluster.start(down);
            await("it holds what was committed a moment ago")
                    .atMost(Duration.ofSeconds(120))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> {
                        long committed = index(cluster.node(leader), "commit_index");
                        return index(cluster.node(down), "applied_index") >= committed;
                    });
            long caughtUp = System.nanoTime();
            cluster.node(other).kill();
            new CountDownLatch(1).await(2, TimeUnit.SECONDS);
            long gap = load.longestGapMillis(caughtUp, System.nanoTime());
            double rate = load.perSecond(began, caughtUp);
            System.out.printf(
                    "a follower %d entries behind (%d messages, written in %d ms), snapshot %s: caught up under %d "
                            + "sends/s (%.0f/s meanwhile) in %d ms after its start; the other killed: longest gap %d ms%n",
                    ENTRIES, fill.count(), filled, snapshot, perSecond, rate, (caughtUp - began) / 1_000_000, gap);
            assertThat((caughtUp - began) / 1_000_000).as("caught up").isLessThanOrEqualTo(30_000);
            assertThat(gap).as("sends go on at the leader").isLessThanOrEqualTo(2_000);
        }
        assertThat(fill.verdictsAfterDraining(cluster, List.of(leader, down), 8))
                .isEmpty();
    }

    private static long index(NodeProcess node, String key) throws InterruptedException {
        return Long.parseLong("0" + node.stat(key));
    }
}
