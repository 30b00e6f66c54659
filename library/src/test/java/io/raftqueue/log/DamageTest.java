package io.raftqueue.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.raftqueue.consensus.Entry;
import io.raftqueue.log.disk.SimulatedDisk;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A stopped node's files are damaged: what was acknowledged is found as it was, or the node says why it does not start. */
class DamageTest {
    private static final UUID CANDIDATE = new UUID(77, 88);
    private static final long LAST = 120;

    private static SimulatedDisk stoppedNode(boolean cleanly) {
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = LogFixture.open(disk);
        f.log.saveTermAndVote(3, CANDIDATE);
        for (long i = 1; i <= LAST; i += 4) {
            f.log.append(LogFixture.entries(i, i + 3, 3, 150));
            f.log.sync();
        }
        if (cleanly) {
            f.close();
        }
        return disk.killed();
    }

    /** Either all is there and true, or the refusal is of the kind that explains itself. */
    private static boolean starts(SimulatedDisk damaged, String story) {
        try (LogFixture f = LogFixture.open(damaged)) {
            List<Entry> all = f.all();
            assertThat(all).as(story).hasSize((int) LAST);
            for (Entry entry : all) {
                assertThat(LogFixture.same(entry, LogFixture.entry(entry.index(), 3, 150)))
                        .as(story)
                        .isTrue();
            }
            assertThat(f.log.term()).as(story).isEqualTo(3);
            assertThat(f.log.votedFor()).as(story).isEqualTo(CANDIDATE);
            return true;
        } catch (DamagedLogException e) {
            assertThat(e).as(story).hasMessageContaining("/simulated/").hasMessageContaining("Nothing was changed");
        } catch (WrongDirectoryException e) {
            assertThat(e).as(story).hasMessageContaining("/simulated");
        }
        return false;
    }

    private static String anyFile(SimulatedDisk disk, Random random) {
        List<String> names = disk.list();
        return names.get(random.nextInt(names.size()));
    }

    @Test
    void flippedBitsAreNeverServed() {
        SimulatedDisk stopped = stoppedNode(true);
        Random random = new Random(1);
        int refused = 0;
        for (int i = 0; i < 3000; i++) {
            SimulatedDisk damaged = stopped.killed();
            String name = anyFile(damaged, random);
            byte[] bytes = damaged.bytes(name);
            int at = random.nextInt(bytes.length);
            bytes[at] ^= (byte) (1 << random.nextInt(8));
            damaged.put(name, bytes);
            refused += starts(damaged, "flip at " + at + " of " + name) ? 0 : 1;
        }
        assertThat(refused).isGreaterThan(1000);
    }

    @Test
    void zeroedShortenedAndOverwrittenPiecesAreNeverServed() {
        SimulatedDisk stopped = stoppedNode(false);
        Random random = new Random(2);
        int refused = 0;
        for (int i = 0; i < 2000; i++) {
            SimulatedDisk damaged = stopped.killed();
            String name = anyFile(damaged, random);
            byte[] bytes = damaged.bytes(name);
            int from = random.nextInt(bytes.length);
            int to = from + 1 + random.nextInt(bytes.length - from);
            switch (i % 4) {
                case 0 -> Arrays.fill(bytes, from, to, (byte) 0);
                case 1 -> bytes = Arrays.copyOf(bytes, from);
                case 2 -> bytes = Arrays.copyOf(bytes, bytes.length + from);
                default -> {
                    byte[] noise = new byte[to - from];
                    random.nextBytes(noise);
                    System.arraycopy(noise, 0, bytes, from, noise.length);
                }
            }
            damaged.put(name, bytes);
            refused += starts(damaged, "kind " + i % 4 + " in " + name + " from " + from + " to " + to) ? 0 : 1;
        }
        assertThat(refused).isGreaterThan(1000);
    }

    @Test
    void swappedAndMissingFilesAreNeverServed() {
        SimulatedDisk stopped = stoppedNode(true);
        List<String> names = stopped.list();
        for (String one : names) {
            SimulatedDisk missing = stopped.killed();
            missing.remove(one);
            starts(missing, "without " + one);
            for (String other : names) {
                SimulatedDisk damaged = stopped.killed();
                damaged.put(one, stopped.bytes(other));
                damaged.put(other, stopped.bytes(one));
                starts(damaged, one + " and " + other + " swapped");
            }
        }
    }

    @Test
    void filesOfAnotherNodeAreRefused() {
        SimulatedDisk stopped = stoppedNode(true);
        SimulatedDisk other = new SimulatedDisk();
        DataDirectory directory = DataDirectory.open(other, "node01", () -> new UUID(5, 5));
        SegmentedLog log = directory.openLog(LogFixture.SMALL, LogFixture.BODIES, Runnable::run);
        log.saveTermAndVote(3, null);
        log.append(LogFixture.entries(1, LAST, 3, 149));
        log.close();
        directory.close();
        for (String name : stopped.list()) {
            SimulatedDisk damaged = stopped.killed();
            if (other.list().contains(name) && !name.equals(DataDirectory.FORMAT_FILE)) {
                damaged.put(name, other.bytes(name));
                boolean started = starts(damaged, name + " of another node");
                assertThat(started).as(name).isEqualTo(name.equals(DurableMark.NAME));
            }
        }
    }

    @Test
    void theLastRecordOfAKilledNodeIsGuardedToo() {
        SimulatedDisk damaged = stoppedNode(false);
        String name = SegmentHeader.fileName(damaged.list().stream()
                .mapToLong(SegmentHeader::sequenceOf)
                .filter(s -> s > 0 && damaged.bytes(SegmentHeader.fileName(s))[SegmentHeader.BYTES] != 0)
                .max()
                .orElseThrow());
        byte[] bytes = damaged.bytes(name);
        int last = bytes.length - 1;
        while (bytes[last] == 0) {
            last--;
        }
        bytes[last] ^= 1;
        damaged.put(name, bytes);
        assertThatThrownBy(() -> LogFixture.open(damaged))
                .isInstanceOf(DamagedLogException.class)
                .hasMessageContaining(name + " at offset ")
                .hasMessageContaining("entry " + LAST + " is broken")
                .hasMessageContaining("entries up to " + LAST + " were on disk")
                .hasMessageContaining("join the others again");
    }

    @Test
    void damageThatAppearsWhileTheNodeRunsFailsItInsteadOfBeingServed() {
        SimulatedDisk disk = stoppedNode(true);
        LogFixture f = LogFixture.open(disk, LogFixture.SMALL.withTailCacheBytes(0));
        disk.flip(SegmentHeader.fileName(1), 300, 4);
        SegmentedLog log = f.log;
        assertThatThrownBy(() -> {
                    for (long i = 1; i <= LAST; i++) {
                        log.entry(i);
                    }
                })
                .isInstanceOf(DamagedLogException.class);
        assertThat(log.failure()).isInstanceOf(DamagedLogException.class);
    }

    /** A node with full segments, a snapshot, summaries and a carried file. */
    private static SimulatedDisk stoppedNodeWithMessages() {
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = LogFixture.open(disk, LogFixture.SMALL, QueueStory.BODIES);
        QueueStory story = new QueueStory(f.log);
        for (int i = 0; i < 90; i++) {
            story.send(i % 10 == 0 ? 2 : 1, 1, 150);
        }
        story.take(1, 40);
        story.snapshot();
        for (int i = 0; i < 4; i++) {
            f.log.reclaim();
        }
        story.send(2, 3, 100);
        story.take(1, 1);
        f.close();
        assertThat(disk.list()).anyMatch(n -> n.startsWith("carried-")).anyMatch(n -> n.endsWith(".idx"));
        return disk.killed();
    }

    /** Bodies are checked when they are read, so damage shows at the start or with the first reader; never as a body. */
    private static boolean servesMessages(SimulatedDisk damaged, String story) {
        try {
            LogFixture f = LogFixture.open(damaged, LogFixture.SMALL, QueueStory.BODIES);
            QueueStory found = new QueueStory(f.log);
            assertThat(found.queues.get(1L)).as(story).containsExactly(42, 82);
            assertThat(found.queues.get(2L)).as(story).containsExactly(1, 13);
            found.checkBodies(story);
            return true;
        } catch (DamagedLogException | WrongDirectoryException e) {
            assertThat(e).as(story).hasMessageContaining("/simulated");
        }
        return false;
    }

    @Test
    void damagedSnapshotsSummariesAndCarriedFilesAreNeverServed() {
        SimulatedDisk stopped = stoppedNodeWithMessages();
        assertThat(servesMessages(stopped.killed(), "whole")).isTrue();
        Random random = new Random(3);
        int refused = 0;
        for (int i = 0; i < 3000; i++) {
            SimulatedDisk damaged = stopped.killed();
            String name = anyFile(damaged, random);
            byte[] bytes = damaged.bytes(name);
            int at = random.nextInt(bytes.length);
            switch (i % 5) {
                case 0 -> bytes = Arrays.copyOf(bytes, at);
                case 1 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 512), (byte) 0);
                default -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            }
            damaged.put(name, bytes);
            refused += servesMessages(damaged, "kind " + i % 5 + " at " + at + " of " + name) ? 0 : 1;
        }
        assertThat(refused).isGreaterThan(1000);
    }

    @Test
    void missingAndSwappedFilesOfMessagesAreNeverServed() {
        SimulatedDisk stopped = stoppedNodeWithMessages();
        for (String one : stopped.list()) {
            SimulatedDisk missing = stopped.killed();
            missing.remove(one);
            servesMessages(missing, "without " + one);
            for (String other : stopped.list()) {
                SimulatedDisk damaged = stopped.killed();
                damaged.put(one, stopped.bytes(other));
                damaged.put(other, stopped.bytes(one));
                servesMessages(damaged, one + " and " + other + " swapped");
            }
        }
    }

    @Test
    void aNewerFormatIsNamedAndRefused() {
        SimulatedDisk disk = stoppedNode(true);
        disk.put(DataDirectory.FORMAT_FILE, "raftqueue-data 9\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        assertThatThrownBy(() -> LogFixture.open(disk))
                .isInstanceOf(WrongDirectoryException.class)
                .hasMessageContaining("has format 9, this release reads up to 1");
    }

    @Test
    void leftOverTemporaryFilesAreRemoved() {
        SimulatedDisk disk = stoppedNode(true);
        disk.put("log-000000000099.seg.tmp", new byte[100]);
        disk.put("node.id.tmp", new byte[0]);
        assertThat(starts(disk, "left-overs")).isTrue();
        assertThat(disk.list()).noneMatch(name -> name.endsWith(".tmp"));
    }

    @Test
    void anotherNodesDirectoryIsRefused() {
        SimulatedDisk disk = stoppedNode(true);
        assertThatThrownBy(() -> DataDirectory.open(disk, "node02", UUID::randomUUID))
                .isInstanceOf(WrongDirectoryException.class)
                .hasMessageContaining("belongs to node node01, not to node02");
    }
}
