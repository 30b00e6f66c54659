package io.raftqueue.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.log.disk.SimulatedDisk;
import io.raftqueue.log.disk.SimulatedDisk.Fault;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * A killed process leaves names and bytes that the next one reads from memory, though they are not on disk yet. What the
 * next one does before it has forced them must not rest on them: a power cut may still take them back.
 */
class RestartRestsOnDiskTest {
    private static LogFixture open(SimulatedDisk disk) {
        return LogFixture.open(disk, LogFixture.SMALL, QueueStory.BODIES);
    }

    /** Sends, takes, snapshots, reclaims: killed anywhere, started, cut off a few operations later. */
    @Test
    void aPowerCutDuringTheStartAfterAKillLosesNothing() {
        for (long seed = 1; seed <= 3; seed++) {
            SimulatedDisk whole = new SimulatedDisk();
            traffic(whole, seed);
            for (long n = 5; n <= whole.operations(); n += 3) {
                for (long m = 1; m <= 7; m += 2) {
                    killedThenCut(seed, n, m);
                }
            }
        }
    }

    private static void traffic(SimulatedDisk disk, long seed) {
        QueueStory story = new QueueStory(open(disk).log);
        Random random = new Random(seed);
        for (int step = 0; step < 60; step++) {
            if (step % 10 == 9) {
                story.snapshot();
                story.log.reclaim();
            } else {
                story.step(random);
            }
        }
    }

    private static void killedThenCut(long seed, long n, long m) {
        SimulatedDisk disk = new SimulatedDisk().faultIn(n, Fault.POWER_CUT);
        try {
            traffic(disk, seed);
        } catch (SimulatedDisk.PowerCut killed) {
            assertThat(killed).hasMessageContaining("operation " + n);
        }
        disk.restarted().faultIn(m, Fault.POWER_CUT);
        long rested = 0;
        try {
            LogFixture next = open(disk);
            rested = next.log.durableIndex();
            next.log.saveTermAndVote(next.log.term() + 1, null);
        } catch (SimulatedDisk.PowerCut cut) {
            assertThat(cut).hasMessageContaining("operation");
        }
        for (int pattern = 0; pattern < 6; pattern++) {
            Random random = new Random(n * 31 + m);
            int kept = pattern;
            String story = "seed " + seed + " killed at " + n + ", cut " + m + " later, pattern " + pattern;
            SimulatedDisk left = disk.crash(
                    i -> kept == 0 ? false : kept == 1 ? i > 0 : kept == 2 ? i > 1 : random.nextInt(6) < kept);
            QueueStory found = new QueueStory(open(left).log);
            assertThat(found.log.lastIndex()).as(story).isGreaterThanOrEqualTo(rested);
            found.checkBodies(story);
        }
    }

    /** Both copies of a record that spans sectors must not be under way at the same time. */
    @Test
    void aRecordOfSeveralSectorsIsNeverTornInBothCopies() {
        String name = "n".repeat(1000);
        for (long n = 1; n <= 12; n++) {
            for (long m = 1; m <= 6; m++) {
                for (int pattern = 0; pattern < 20; pattern++) {
                    tornTwice(name, n, m, pattern);
                }
            }
        }
    }

    private static void tornTwice(String name, long n, long m, int pattern) {
        SimulatedDisk disk = new SimulatedDisk();
        DataDirectory.open(disk, name, () -> LogFixture.INCARNATION).close();
        start(disk, name, n);
        start(disk.restarted(), name, m);
        Random random = new Random(pattern);
        SimulatedDisk left = disk.crash(i -> random.nextBoolean());
        try (DataDirectory found = DataDirectory.open(left, name, UUID::randomUUID)) {
            assertThat(found.identity().name())
                    .as("killed at %s, cut at %s, pattern %s", n, m, pattern)
                    .isEqualTo(name);
        }
    }

    private static void start(SimulatedDisk disk, String name, long until) {
        disk.faultIn(until, Fault.POWER_CUT);
        try (DataDirectory directory = DataDirectory.open(disk, name, UUID::randomUUID)) {
            directory.adoptCluster(new UUID(7, 7));
        } catch (SimulatedDisk.PowerCut stopped) {
            assertThat(stopped).hasMessageContaining("operation");
        }
    }

    @Test
    void temporaryFilesOfStrangersStay() {
        SimulatedDisk disk = new SimulatedDisk();
        disk.put("thesis.tmp", new byte[] {1});
        disk.put("log-of-my-life.tmp", new byte[] {1});
        disk.put("snapshot-000000000007.snap.tmp", new byte[] {1});
        LogFixture.open(disk).close();
        LogFixture.open(disk).close();
        assertThat(disk.list()).contains("thesis.tmp", "log-of-my-life.tmp");
        assertThat(disk.list()).doesNotContain("snapshot-000000000007.snap.tmp");
    }

    /** Twelve digits are enough for a while; what comes after them is newer, though its name sorts before. */
    @Test
    void theNewestSnapshotIsTheOneOfTheHighestIndex() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        for (long index : new long[] {999_999_999_999L, 1_000_000_000_000L}) {
            SnapshotFile file = new SnapshotFile(
                    new StoredSnapshot(index, 1, 1, new byte[0], new byte[0]),
                    index,
                    0,
                    index + 1,
                    java.util.List.of(),
                    new byte[1]);
            disk.put(SnapshotFile.fileName(index), file.encode(Seals.OURS));
        }
        disk.put("snapshot-by-hand.snap", new byte[] {1});
        assertThat(SnapshotStore.find(disk, Seals.OURS).snapshot().index()).isEqualTo(1_000_000_000_000L);
    }
}
