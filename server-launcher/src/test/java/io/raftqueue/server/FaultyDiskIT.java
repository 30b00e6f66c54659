package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.raftqueue.server.faults.FaultyDisk;
import io.raftqueue.server.faults.FaultyDisk.Count;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The disk of one live node answers with errors, or with halves of writes, while clients of all three go on. One error for
 * each role here, {@code -Dqueue.disks=all} for every one. Needs Linux and cc.
 */
class FaultyDiskIT {
    private static final boolean ALL = "all".equals(System.getProperty("queue.disks"));

    @RegisterExtension
    final Processes processes = new Processes();

    private final List<FaultyDisk> disks = new ArrayList<>();
    private SeedCluster cluster;
    private CheckedClients clients;

    enum Error {
        WRITE(FaultyDisk::failWrites, Count.FAILED_WRITES),
        FSYNC(FaultyDisk::failFsync, Count.FAILED_FSYNCS);

        private final Consumer<FaultyDisk> begin;
        private final Count count;

        Error(Consumer<FaultyDisk> begin, Count count) {
            this.begin = begin;
            this.count = count;
        }
    }

    private void startCluster() throws Exception {
        assumeTrue(FaultyDisk.isAvailable(), "a C compiler (cc) and Linux are needed to make a disk misbehave");
        cluster = new SeedCluster(processes);
        for (int node = 0; node < 3; node++) {
            FaultyDisk disk = FaultyDisk.below(cluster.directory(node), processes.directory());
            cluster.environment(node, disk.environment());
            disks.add(disk);
        }
        cluster.startAll();
        assertThat(disks).allSatisfy(disk -> assertThat(disk.processes()).isPositive());
        clients = processes.own(CheckedClients.start(cluster, 2, 20));
        awaitSends(100);
    }

    private void awaitSends(int more) {
        long before = clients.acknowledged();
        await("sends work").atMost(NodeProcess.SOON).until(() -> clients.acknowledged() > before + more);
    }

    private void endsAloneAndClearly(ToIntFunction<SeedCluster> whose, Error error) throws Exception {
        startCluster();
        int node = whose.applyAsInt(cluster);
        NodeProcess failing = cluster.node(node);
        error.begin.accept(disks.get(node));

        await("it says that it failed").atMost(NodeProcess.SOON).untilAsserted(() -> {
            assertThat(failing.get("/readyz").status()).isEqualTo(503);
            assertThat(failing.get("/readyz").body()).contains("failed: ").contains("Input/output error");
        });
        long failedAt = System.nanoTime();
        awaitSends(100);
        assertThat(failing.awaitExit(Duration.ofSeconds(25))).isEqualTo(1);
        assertThat(Duration.ofNanos(System.nanoTime() - failedAt)).isLessThan(Duration.ofSeconds(20));
        assertThat(failing.err()).anyMatch(line -> line.contains(SeedCluster.id(node) + " stopped: "));
        assertThat(disks.get(node).count(error.count)).isPositive();

        disks.get(node).heal();
        cluster.start(node);
        cluster.awaitComplete();
        awaitSends(100);
        assertThat(clients.verdictsAfterDraining(node))
                .as("%s, %s", clients, disks.get(node))
                .isEmpty();
        System.out.println(error + " on " + SeedCluster.id(node) + ": " + clients);
    }

    static List<Error> errorsOfAFollower() {
        return ALL ? List.of(Error.values()) : List.of(Error.WRITE);
    }

    static List<Error> errorsOfALeader() {
        return ALL ? List.of(Error.values()) : List.of(Error.FSYNC);
    }

    @ParameterizedTest
    @MethodSource("errorsOfAFollower")
    void aFollowerWithErrorsEndsAloneAndClearly(Error error) throws Exception {
        endsAloneAndClearly(cluster -> (cluster.leader() + 1) % 3, error);
    }

    @ParameterizedTest
    @MethodSource("errorsOfALeader")
    void aLeaderWithErrorsEndsAloneAndClearly(Error error) throws Exception {
        endsAloneAndClearly(SeedCluster::leader, error);
    }

    @Test
    void shortWritesAreContinued() throws Exception {
        startCluster();
        disks.forEach(FaultyDisk::shortWrites);
        awaitSends(300);
        for (int node = 0; node < 3; node++) {
            // Long enough that new segments are made of short writes too.
            for (int i = 0; i < 15; i++) {
                assertThat(cluster.node(node)
                                .post("/queues/bulk/messages", "x".repeat(300_000))
                                .status())
                        .isEqualTo(201);
            }
            assertThat(cluster.node(node).post("/snapshot", "").status()).isEqualTo(204);
        }
        for (int node = 0; node < 3; node++) {
            cluster.node(node).kill();
        }
        for (int node = 0; node < 3; node++) {
            cluster.start(node);
        }
        cluster.awaitComplete();
        awaitSends(100);
        assertThat(clients.verdictsAfterDraining(1)).as("%s", clients).isEmpty();
        System.out.println("short writes, killed, started again: " + clients);
        assertThat(disks)
                .allSatisfy(disk -> assertThat(disk.count(Count.SHORTENED_WRITES))
                        .as("%s", disk)
                        .isGreaterThan(100));
    }
}
