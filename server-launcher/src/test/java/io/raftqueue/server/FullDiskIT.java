package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.raftqueue.log.LogInspector;
import io.raftqueue.server.NodeClient.Answer;
import io.raftqueue.server.faults.LoopDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The disks of live nodes fill up under load and are freed again: just below the watermark, or to the last block. No send
 * is acknowledged that a majority has not on disk, takes go on, no process ends, and sends go on when there is room. Some
 * of the cases here, {@code -Dqueue.disks=all} for every one. Needs root, loop devices and python3.
 */
class FullDiskIT {
    private static final String SELECTION = "queue.disks";
    private static final int MEGABYTES = 300;
    private static final List<Integer> ALL = List.of(0, 1, 2);
    private static final String BULK = "x".repeat(500_000);

    @RegisterExtension
    final Processes processes = new Processes();

    private final List<LoopDisk> disks = new ArrayList<>();
    private SeedCluster cluster;
    private CheckedClients clients;

    enum Level {
        BELOW_WATERMARK,
        LAST_BLOCK
    }

    static List<Level> levels() {
        return "all".equals(System.getProperty(SELECTION)) ? List.of(Level.values()) : List.of(Level.LAST_BLOCK);
    }

    private void startCluster() throws Exception {
        assumeTrue(LoopDisk.isAvailable(), "small disks need root, loop devices and python3");
        cluster = new SeedCluster(processes);
        for (int node = 0; node < 3; node++) {
            Path image = processes.directory().resolve(SeedCluster.id(node) + ".img");
            disks.add(processes.own(LoopDisk.mount(image, cluster.directory(node), MEGABYTES)));
        }
        cluster.startAll();
        clients = processes.own(CheckedClients.start(cluster, 2, 20));
        awaitSends();
    }

    private List<Integer> followers() {
        int leader = cluster.leader();
        return List.of((leader + 1) % 3, (leader + 2) % 3);
    }

    private void fill(List<Integer> nodes, Level level) throws IOException {
        for (int node : nodes) {
            LoopDisk disk = disks.get(node);
            long watermark = disk.totalBytes() / 20;
            disk.fillUpTo(level == Level.LAST_BLOCK ? 0 : watermark - (1 << 20));
            assertThat(disk.usableBytes())
                    .as("free on %s", SeedCluster.id(node))
                    .isLessThan(watermark);
        }
    }

    private void awaitSends() {
        long before = clients.acknowledged();
        await("sends work").atMost(NodeProcess.SOON).until(() -> clients.acknowledged() > before + 100);
    }

    /** From every node; and from then on nothing is acknowledged. */
    private void awaitRefusals() throws InterruptedException {
        await("507 on every node").atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            for (int node = 0; node < 3; node++) {
                Answer answer = cluster.node(node).post("/queues/probe/messages?timeout=2s", "probe");
                assertThat(answer.status()).as("%s", answer).isEqualTo(507);
                assertThat(answer.body()).contains("urn:raftqueue:not-applied:storage-full");
            }
        });
        pass(2_000); // sends that waited since before are answered
        long acknowledged = clients.acknowledged();
        pass(2_000);
        assertThat(clients.acknowledged()).as("nothing is acknowledged").isEqualTo(acknowledged);
    }

    private static void pass(long millis) throws InterruptedException {
        new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    }

    /** All nodes are still those that were started, agree, and hold what was acknowledged; then their logs are whole. */
    private void finish() throws Exception {
        awaitSends();
        assertThat(clients.verdictsAfterDraining(2)).as("%s", clients).isEmpty();
        System.out.println(clients);
        await("all have applied the same")
                .atMost(NodeProcess.SOON)
                .until(() -> applied().size() == 1);
        for (int node = 0; node < 3; node++) {
            Answer ready = cluster.node(node).get("/readyz");
            assertThat(ready.status()).as("%s", ready).isEqualTo(200);
        }
        for (int node = 0; node < 3; node++) {
            assertThat(cluster.node(node).terminate()).isZero();
            LogInspector.Report report =
                    LogInspector.of(cluster.directory(node)).verify();
            assertThat(report.whole()).as("%s", report.lines()).isTrue();
        }
    }

    private Set<String> applied() throws InterruptedException {
        var indexes = new TreeSet<String>();
        for (int node = 0; node < 3; node++) {
            indexes.add(cluster.node(node).stat("applied_index"));
        }
        return indexes;
    }

    /** Half a megabyte in each message; returns the statuses that were answered. */
    private Set<Integer> sendBulk(int megabytes, List<Integer> nodes) throws IOException, InterruptedException {
        var statuses = new TreeSet<Integer>();
        for (int i = 0; i < 2 * megabytes; i++) {
            statuses.add(cluster.node(nodes.get(i % nodes.size()))
                    .post("/queues/bulk/messages?timeout=5s", BULK)
                    .status());
        }
        return statuses;
    }

    @ParameterizedTest
    @MethodSource("levels")
    @EnabledIfSystemProperty(named = SELECTION, matches = "all")
    void oneFollowerIsFull(Level level) throws Exception {
        startCluster();
        int full = followers().get(0);
        fill(List.of(full), level);

        List<Integer> others = List.of((full + 1) % 3, (full + 2) % 3);
        assertThat(sendBulk(80, others)).as("the others are a majority").containsExactly(201);
        awaitSends();
        NodeProcess fullNode = cluster.node(full);
        for (String path : List.of("/queues/bulk/messages", "/queues/bulk/receive")) {
            await("refused on the full one, and known to be not applied").untilAsserted(() -> {
                Answer answer = fullNode.post(path + "?timeout=1s", "x");
                assertThat(answer.status()).as("%s", answer).isEqualTo(507);
                assertThat(answer.body()).contains("urn:raftqueue:not-applied:storage-full");
            });
        }
        assertThat(fullNode.get("/readyz").status()).isEqualTo(503);
        disks.get(full).free();
        await("it catches up")
                .atMost(NodeProcess.SOON)
                .untilAsserted(
                        () -> assertThat(fullNode.get("/readyz").status()).isEqualTo(200));
        finish();
    }

    /** Another one, which has room, leads; sends go on from every node. */
    @ParameterizedTest
    @MethodSource("levels")
    @EnabledIfSystemProperty(named = SELECTION, matches = "all")
    void theLeaderIsFull(Level level) throws Exception {
        startCluster();
        int full = cluster.leader();
        fill(List.of(full), level);

        // Some seconds it keeps the role and hopes for room.
        await("another one leads").atMost(Duration.ofSeconds(20)).until(() -> cluster.leader() != full);
        assertThat(sendBulk(1, ALL)).containsExactly(201);
        awaitSends();
        disks.get(full).free();
        finish();
    }

    @ParameterizedTest
    @MethodSource("levels")
    @EnabledIfSystemProperty(named = SELECTION, matches = "all")
    void bothFollowersAreFull(Level level) throws Exception {
        startCluster();
        List<Integer> full = followers();
        fill(full, level);

        awaitRefusals();
        assertThat(sendBulk(1, ALL)).containsExactly(507);
        for (int node : full) {
            disks.get(node).free();
        }
        finish();
    }

    @ParameterizedTest
    @MethodSource("levels")
    void allThreeAreFull(Level level) throws Exception {
        startCluster();
        fill(ALL, level);

        awaitRefusals();
        clients.drain(1);
        for (LoopDisk disk : disks) {
            disk.free();
        }
        finish();
    }

    /** Nobody frees anything: what was taken out gives its own room back. */
    @Test
    @EnabledIfSystemProperty(named = SELECTION, matches = "all")
    void allThreeAreFullOfMessagesAndDrained() throws Exception {
        startCluster();
        assertThat(sendBulk(120, ALL)).containsExactly(201);
        fill(ALL, Level.LAST_BLOCK);

        awaitRefusals();
        int taken = 0;
        while (cluster.node(taken % 3).post("/queues/bulk/receive", "").status() == 200) {
            taken++;
        }
        assertThat(taken).isEqualTo(240);
        finish();
    }

    /** The leader and its disk are gone: what was acknowledged is on the two full ones. */
    @Test
    void whatWasAcknowledgedIsOnTheFullFollowers() throws Exception {
        startCluster();
        int leader = cluster.leader();
        fill(followers(), Level.LAST_BLOCK);
        sendBulk(40, ALL);
        clients.stop();

        cluster.node(leader).kill();
        int other = (leader + 1) % 3;
        await("another one leads")
                .atMost(NodeProcess.SOON)
                .until(() -> List.of(SeedCluster.id(other), SeedCluster.id((leader + 2) % 3))
                        .contains(cluster.node(other).stat("leader")));
        assertThat(clients.verdictsAfterDraining(other)).as("%s", clients).isEmpty();
    }
}
