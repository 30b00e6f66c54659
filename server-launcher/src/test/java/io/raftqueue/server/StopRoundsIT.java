package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Rounds of SIGTERM while clients of every node send, take, and wait for messages; the node is started again. A stop in
 * good order loses nothing, and lies to nobody: a take under way is answered with its message, with "empty" if that is
 * true, or with 503, and then it took nothing. What is sent while a node goes is stored and acknowledged, or it is not in
 * the queue. Four rounds here; {@code -Dqueue.rounds=20} for the long form.
 */
class StopRoundsIT {
    private static final int ROUNDS = Integer.getInteger("queue.rounds", 4);
    private static final long SEED = Long.getLong("queue.seed", 1);

    /** A request that was begun so long ago has been read, however busy the machine is; its connection is not cut. */
    private static final long READ_NANOS = TimeUnit.SECONDS.toNanos(1);

    @RegisterExtension
    final Processes processes = new Processes();

    @Test
    void aStopLosesNothingAndAnswersEverybody() throws Exception {
        var cluster = new SeedCluster(processes).startAll();
        cluster.send(0, "0"); // makes the queue
        assertThat(cluster.receive(0)).isEqualTo("0");
        var random = new Random(SEED);
        WaitingClients clients = processes.own(WaitingClients.start(cluster, SEED));

        for (int round = 0; round < ROUNDS; round++) {
            int victim = victim(round, cluster, random);
            String story = "round %d, %s, seed %d".formatted(round, SeedCluster.id(victim), SEED);
            boolean quiet = round % 2 == 1;
            awaitServed(clients, victim, 20 + random.nextInt(200), story);
            clients.quiet(quiet);
            awaitWaiting(clients, victim, quiet ? READ_NANOS : 0, story);

            long stopped = System.nanoTime();
            assertThat(cluster.node(victim).terminate())
                    .as("exit code, %s", story)
                    .isZero();
            assertThat(cluster.node(victim).err()).as(story).isEmpty();
            clients.gone(victim);
            long gone = System.nanoTime();
            clients.quiet(false);
            assertThat(clients.cutOff().stream()
                            .filter(cut -> cut.call().node() != victim
                                    || cut.call().called() < stopped - READ_NANOS
                                    || cut.call().called() > gone)
                            .map(cut -> cut.seenFrom(stopped)))
                    .as("cut off, though read before the SIGTERM, %s", story)
                    .isEmpty();

            cluster.start(victim);
            cluster.awaitComplete();
        }
        for (int node = 0; node < 3; node++) {
            awaitServed(clients, node, 20, "after all rounds, seed " + SEED);
        }

        assertThat(clients.verdictsAfterDraining(random.nextInt(3)))
                .as("seed %d", SEED)
                .isEmpty();
    }

    /** The leader, a follower, the leader, and again. */
    private static int victim(int round, SeedCluster cluster, Random random) {
        int leader = cluster.leader();
        return round % 4 == 0 || round % 4 == 3 ? leader : (leader + 1 + random.nextInt(2)) % 3;
    }

    private static void awaitServed(WaitingClients clients, int node, int calls, String story) {
        int before = clients.served(node);
        await(calls + " calls served, " + story)
                .atMost(NodeProcess.SOON)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> clients.served(node) >= before + calls);
    }

    /** Until the node works at several takes that were begun so long ago. */
    private static void awaitWaiting(WaitingClients clients, int node, long ageNanos, String story) {
        await("takes under way, " + story)
                .atMost(NodeProcess.SOON)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> clients.takesUnderWay(node, ageNanos) >= 3);
    }
}
