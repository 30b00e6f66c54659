package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.raftqueue.server.faults.LoopDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The power of whole nodes is cut under load: their file systems are shut down without a flush, the processes killed, the
 * file systems mounted again, and the nodes started with the same line. Every one starts, and nothing acknowledged is
 * lost, doubled or out of order. Two cuts here, one of a single node and one of all three; {@code
 * -Dqueue.powercuts=30} for the long form. Needs root, loop devices and python3.
 */
class PowerCutIT {
    private static final int CUTS = Integer.getInteger("queue.powercuts", 2);
    private static final long SEED = Long.getLong("queue.seed", 1);
    private static final int MEGABYTES = 400;

    /** Acknowledged sends a second, right before each cut. */
    private static final int RATE = 100;

    @RegisterExtension
    final Processes processes = new Processes();

    private final List<LoopDisk> disks = new ArrayList<>();
    private final Random random = new Random(SEED);

    @Test
    void everyNodeStartsAndNothingAcknowledgedIsLost() throws Exception {
        assumeTrue(LoopDisk.isAvailable(), "power cuts need root, loop devices and python3");
        var cluster = new SeedCluster(processes);
        for (int node = 0; node < 3; node++) {
            Path image = processes.directory().resolve(SeedCluster.id(node) + ".img");
            disks.add(processes.own(LoopDisk.mount(image, cluster.directory(node), MEGABYTES)));
        }
        cluster.startAll();
        var clients = CheckedClients.start(cluster, 3, 5);
        try {
            for (int cut = 0; cut < CUTS; cut++) {
                List<Integer> victims = victims(cut, cluster);
                long afterSnapshot = cut % 3 == 1 ? snapshots(cluster) : 0;
                int rate = awaitRate(clients);
                long before = clients.acknowledged();
                cut(cluster, victims);
                startAgain(cluster, victims);
                await("sends go on after cut %d of %s (seed %d)".formatted(cut + 1, victims, SEED))
                        .atMost(NodeProcess.SOON)
                        .until(() -> clients.acknowledged() > before + RATE);
                System.out.printf(
                        "cut %d of nodes %s at %d acks/s%s; %s%n",
                        cut + 1,
                        victims,
                        rate,
                        afterSnapshot == 0 ? "" : ", " + afterSnapshot + " ms after a snapshot",
                        clients);
            }
        } finally {
            clients.stop();
        }
        assertThat(clients.verdictsAfterDraining(random.nextInt(3)))
                .as("%s, seed %d", clients, SEED)
                .isEmpty();
        System.out.println("after draining: " + clients + "; " + clients.account());
    }

    /** One follower, all three, the leader, and again. */
    private List<Integer> victims(int cut, SeedCluster cluster) {
        int leader = cluster.leader();
        return switch (cut % 3) {
            case 0 -> List.of((leader + 1 + random.nextInt(2)) % 3);
            case 1 -> List.of(0, 1, 2);
            default -> List.of(leader);
        };
    }

    /** On every node; then 5 to 8 seconds pass, in which segments go. */
    private long snapshots(SeedCluster cluster) throws IOException, InterruptedException {
        for (int node = 0; node < 3; node++) {
            assertThat(cluster.node(node).post("/snapshot", "").status()).isEqualTo(204);
        }
        long millis = 5_000 + random.nextInt(3_000);
        pass(millis);
        return millis;
    }

    private static void pass(long millis) throws InterruptedException {
        new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    }

    private int awaitRate(CheckedClients clients) throws InterruptedException {
        pass(random.nextInt(1_000));
        return await("%d acknowledged sends a second (seed %d)".formatted(RATE, SEED))
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(clients::acknowledgedPerSecond, rate -> rate >= RATE);
    }

    /** The power goes at once; the processes may see it for a moment. */
    private void cut(SeedCluster cluster, List<Integer> victims) throws IOException, InterruptedException {
        LoopDisk.cut(victims.stream().map(disks::get).toList());
        pass(random.nextBoolean() ? 0 : random.nextInt(300));
        for (int victim : victims) {
            cluster.node(victim).kill();
        }
    }

    private void startAgain(SeedCluster cluster, List<Integer> victims) {
        for (int victim : victims) {
            try {
                disks.get(victim).unmount();
                disks.get(victim).mount();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            cluster.start(victim);
        }
        cluster.awaitComplete();
        for (int victim : victims) {
            assertThat(cluster.node(victim).isAlive())
                    .as("%s starts (seed %d): %s", SeedCluster.id(victim), SEED, cluster.node(victim))
                    .isTrue();
        }
    }
}
