package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.simulation.FifoChecker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Rounds of kill -9 while three clients on three nodes send: nothing acknowledged is lost, doubled or out of order. Three
 * rounds here; {@code -Dqueue.rounds=20} for the long form.
 */
class KillRoundsIT {
    private static final int ROUNDS = Integer.getInteger("queue.rounds", 3);
    private static final long SEED = Long.getLong("queue.seed", 1);

    /** Of each of the three clients: together 200 messages a second. */
    private static final long PERIOD_MILLIS = 15;

    @RegisterExtension
    final Processes processes = new Processes();

    private final FifoChecker history = new FifoChecker();
    private final AtomicLong acknowledged = new AtomicLong();
    private final CountDownLatch stop = new CountDownLatch(1);

    @Test
    void nothingAcknowledgedIsLostDoubledOrReordered() throws Exception {
        var cluster = new SeedCluster(processes).startAll();
        var random = new Random(SEED);
        List<Thread> clients = startClients(cluster);

        for (int round = 0; round < ROUNDS; round++) {
            long before = acknowledged.get();
            List<Integer> victims = victims(round, cluster, random);
            for (int victim : victims) {
                cluster.node(victim).kill();
            }
            stop.await(random.nextInt(1_000), TimeUnit.MILLISECONDS);
            for (int victim : victims) {
                cluster.start(victim);
            }
            cluster.awaitComplete();
            stop.await(500, TimeUnit.MILLISECONDS);
            assertThat(acknowledged.get())
                    .as("sends go on after round %d (killed %s, seed %d)", round, victims, SEED)
                    .isGreaterThan(before);
        }
        stop.countDown();
        for (Thread client : clients) {
            client.join();
        }

        drain(cluster.awaitComplete(), random.nextInt(3));
        assertThat(history.verdicts()).as("seed %d", SEED).isEmpty();
    }

    /** One follower, the leader, all three, and again. */
    private static List<Integer> victims(int round, SeedCluster cluster, Random random) {
        int leader = cluster.leader();
        return switch (round % 3) {
            case 0 -> List.of((leader + 1 + random.nextInt(2)) % 3);
            case 1 -> List.of(leader);
            default -> List.of(0, 1, 2);
        };
    }

    private List<Thread> startClients(SeedCluster cluster) {
        var clients = new ArrayList<Thread>();
        for (int node = 0; node < 3; node++) {
            int mine = node;
            var client = new Thread(() -> sendUntilStopped(cluster, mine), "client" + node);
            client.start();
            clients.add(client);
        }
        return clients;
    }

    private void sendUntilStopped(SeedCluster cluster, int node) {
        try {
            for (int i = 0; !stop.await(PERIOD_MILLIS, TimeUnit.MILLISECONDS); i++) {
                send(cluster, node, 3L * i + node);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(SeedCluster cluster, int node, long number) throws InterruptedException {
        long called = System.nanoTime();
        boolean stored = false;
        try {
            stored = cluster.send(node, Long.toString(number)).status() == 201;
        } catch (IOException e) {
            stored = false; // no retry: the node was killed, and may or may not have sent it before
        }
        synchronized (history) {
            if (stored) {
                acknowledged.incrementAndGet();
                history.sent(number, called, System.nanoTime());
            } else {
                history.maybeSent(number, called);
            }
        }
    }

    private void drain(SeedCluster cluster, int node) throws IOException, InterruptedException {
        while (true) {
            long called = System.nanoTime();
            String content = cluster.receive(node);
            if (content == null) {
                history.foundEmpty(called, System.nanoTime());
                return;
            }
            history.taken(Long.parseLong(content), called, System.nanoTime());
        }
    }
}
