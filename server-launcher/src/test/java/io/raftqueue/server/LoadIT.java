package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What happens to the others while one member freezes or another comes in. The bounds allow for a busy machine; {@code
 * -Dqueue.strict=true} asks for those of an idle one.
 */
class LoadIT {
    private static final boolean STRICT = Boolean.getBoolean("queue.strict");
    private static final int WAITING = STRICT ? 10_000 : 2_000;

    @RegisterExtension
    final Processes processes = new Processes();

    private static long pass(Duration duration) throws InterruptedException {
        long from = System.nanoTime();
        new CountDownLatch(1).await(duration.toMillis(), TimeUnit.MILLISECONDS);
        return from;
    }

    @Test
    void aFrozenFollowerSlowsNobody() throws Exception {
        var cluster = new SeedCluster(processes).startAll();
        int leader = cluster.leader();
        int frozen = (leader + 1) % 3;
        int other = (leader + 2) % 3;

        try (Load load = Load.on(cluster, List.of(leader, other), 8, 0)) {
            pass(Duration.ofSeconds(5)); // warm up
            long before = pass(Duration.ofSeconds(5));
            long freeze = System.nanoTime();
            cluster.node(frozen).freeze();
            pass(Duration.ofSeconds(6));
            long thaw = System.nanoTime();
            cluster.node(frozen).thaw();

            double usual = load.perSecond(before, freeze);
            double meanwhile = load.perSecond(freeze, thaw);
            long gap = load.longestGapMillis(freeze, thaw);
            System.out.printf("a follower frozen: %.0f/s, before %.0f/s, longest gap %d ms%n", meanwhile, usual, gap);
            assertThat(gap).as("longest time without an acknowledgement").isLessThan(STRICT ? 200 : 3_000);
            assertThat(meanwhile).as("sends a second, before: %s", usual).isGreaterThan(usual * (STRICT ? 0.8 : 0.3));
            assertThat(load.failed()).isZero();
        }
        await("the frozen one has caught up")
                .atMost(NodeProcess.SOON)
                .until(() -> cluster.node(frozen)
                        .stat("applied_index")
                        .equals(cluster.node(leader).stat("applied_index")));
    }

    @Test
    void aJoinerCatchesUpUnderLoadAndFailsNoSend() throws Exception {
        var cluster = new SeedCluster(processes).startAll();
        try (Load filling = Load.on(cluster, List.of(0, 1, 2), 12, 0)) {
            await().atMost(Duration.ofSeconds(60)).until(() -> filling.count() >= WAITING);
        }
        int raft = processes.freePort();
        NodeProcess joiner = processes.start("-id=node04 -dir=./tmp/node04 -raddr=localhost:%d -haddr=localhost:%d"
                .formatted(raft, processes.freePort()));
        joiner.awaitLine("node04 waits .*");

        try (Load load = Load.on(cluster, List.of(0, 1, 2), 6, 500)) {
            long began = pass(Duration.ofSeconds(1));
            cluster.node(1).post("/join", "{\"id\":\"node04\",\"address\":\"localhost:" + raft + "\"}");
            await("node04 is a voter with little lag")
                    .atMost(Duration.ofSeconds(STRICT ? 15 : 30))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> isVoterWithLittleLag(cluster.node(cluster.leader()), "node04"));
            System.out.printf("a joiner was a voter after %d ms%n", (System.nanoTime() - began) / 1_000_000);

            pass(Duration.ofSeconds(2));
            assertThat(load.failed()).isZero();
        }
    }

    private static boolean isVoterWithLittleLag(NodeProcess leader, String id) throws Exception {
        for (JsonNode member : leader.get("/members").json().path("members")) {
            if (member.path("id").asText().equals(id)) {
                return member.path("voter").asBoolean() && member.path("lag").asLong(Long.MAX_VALUE) < 100;
            }
        }
        return false;
    }
}
