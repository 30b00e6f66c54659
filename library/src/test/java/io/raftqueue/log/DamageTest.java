package io.raftqueue.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.raftqueue.log.disk.SimulatedDisk;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A stopped node's files are damaged: what was acknowledged is found as it was, or the node says why it does not start. */
class DamageTest {
    private static String anyFile(SimulatedDisk disk, Random random) {
        List<String> names = disk.list();
        return names.get(random.nextInt(names.size()));
    }

    @Test
    void flippedBitsAreNeverServed() {
        SimulatedDisk stopped = StoppedNode.withEntries(true);
        Random random = new Random(1);
        int refused = 0;
        for (int i = 0; i < 3000; i++) {
            SimulatedDisk damaged = stopped.killed();
            String name = anyFile(damaged, random);
            byte[] bytes = damaged.bytes(name);
            int at = random.nextInt(bytes.length);
            bytes[at] ^= (byte) (1 << random.nextInt(8));
            damaged.put(name, bytes);
            refused += StoppedNode.starts(damaged, "flip at " + at + " of " + name) ? 0 : 1;
        }
        assertThat(refused).isGreaterThan(1000);
    }

    @Test
    void zeroedShortenedAndOverwrittenPiecesAreNeverServed() {
        SimulatedDisk stopped = StoppedNode.withEntries(false);
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
            refused += StoppedNode.starts(damaged, "kind " + i % 4 + " in " + name + " from " + from + " to " + to)
                    ? 0
                    : 1;
        }
        assertThat(refused).isGreaterThan(1000);
    }

    @Test
    void swappedAndMissingFilesAreNeverServed() {
        SimulatedDisk stopped = StoppedNode.withEntries(true);
        List<String> names = stopped.list();
        for (String one : names) {
            SimulatedDisk missing = stopped.killed();
            missing.remove(one);
            StoppedNode.starts(missing, "without " + one);
            for (String other : names) {
                SimulatedDisk damaged = stopped.killed();
                damaged.put(one, stopped.bytes(other));
                damaged.put(other, stopped.bytes(one));
                StoppedNode.starts(damaged, one + " and " + other + " swapped");
            }
        }
    }

    @Test
    void filesOfAnotherNodeAreRefused() {
        SimulatedDisk stopped = StoppedNode.withEntries(true);
        SimulatedDisk other = new SimulatedDisk();
        DataDirectory directory = DataDirectory.open(other, "node01", () -> new UUID(5, 5));
        SegmentedLog log = directory.openLog(LogFixture.SMALL, LogFixture.BODIES, Runnable::run);
        log.saveTermAndVote(3, null);
        log.append(LogFixture.entries(1, StoppedNode.LAST, 3, 149));
        log.close();
        directory.close();
        for (String name : stopped.list()) {
            SimulatedDisk damaged = stopped.killed();
            if (other.list().contains(name) && !name.equals(DataDirectory.FORMAT_FILE)) {
                damaged.put(name, other.bytes(name));
                boolean started = StoppedNode.starts(damaged, name + " of another node");
                assertThat(started).as(name).isEqualTo(name.equals(DurableMark.NAME));
            }
        }
    }

    @Test
    void theLastRecordOfAKilledNodeIsGuardedToo() {
        SimulatedDisk damaged = StoppedNode.withEntries(false);
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
                .hasMessageContaining("entry " + StoppedNode.LAST + " is broken")
                .hasMessageContaining("entries up to " + StoppedNode.LAST + " were on disk")
                .hasMessageContaining("join the others again");
    }

    @Test
    void damageThatAppearsWhileTheNodeRunsFailsItInsteadOfBeingServed() {
        SimulatedDisk disk = StoppedNode.withEntries(true);
        LogFixture f = LogFixture.open(disk, LogFixture.SMALL.withTailCacheBytes(0));
        disk.flip(SegmentHeader.fileName(1), 300, 4);
        SegmentedLog log = f.log;
        assertThatThrownBy(() -> {
                    for (long i = 1; i <= StoppedNode.LAST; i++) {
                        log.entry(i);
                    }
                })
                .isInstanceOf(DamagedLogException.class);
        assertThat(log.failure()).isInstanceOf(DamagedLogException.class);
    }

    @Test
    void damagedSnapshotsSummariesAndCarriedFilesAreNeverServed() {
        SimulatedDisk stopped = StoppedNode.withMessages();
        assertThat(StoppedNode.servesMessages(stopped.killed(), "whole")).isTrue();
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
            refused += StoppedNode.servesMessages(damaged, "kind " + i % 5 + " at " + at + " of " + name) ? 0 : 1;
        }
        assertThat(refused).isGreaterThan(1000);
    }

    @Test
    void missingAndSwappedFilesOfMessagesAreNeverServed() {
        SimulatedDisk stopped = StoppedNode.withMessages();
        for (String one : stopped.list()) {
            SimulatedDisk missing = stopped.killed();
            missing.remove(one);
            StoppedNode.servesMessages(missing, "without " + one);
            for (String other : stopped.list()) {
                SimulatedDisk damaged = stopped.killed();
                damaged.put(one, stopped.bytes(other));
                damaged.put(other, stopped.bytes(one));
                StoppedNode.servesMessages(damaged, one + " and " + other + " swapped");
            }
        }
    }

    /** It would vote a second time in terms it has voted in. */
    @Test
    void aMemberOfAClusterWithoutItsPromisesIsRefused() {
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = LogFixture.open(disk);
        f.directory.adoptCluster(new UUID(5, 6));
        f.close();
        SimulatedDisk left = disk.killed();
        for (String name : disk.list()) {
            if (!name.equals(DataDirectory.FORMAT_FILE) && !name.equals(IdentityFile.NAME)) {
                left.remove(name);
            }
        }
        assertThat(LogInspector.of(left).verify().whole()).isFalse();
        assertThatThrownBy(() -> LogFixture.open(left))
                .isInstanceOf(DamagedLogException.class)
                .hasMessageContaining("raft-state is damaged: it is missing, though this node is in cluster");
    }

    /** Copied forward, but not yet deleted where they came from: no replacement for others that are gone. */
    @Test
    void aLostCarriedFileIsMissedThoughOtherMessagesLieTwice() {
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = LogFixture.open(disk, LogFixture.SMALL, QueueStory.BODIES);
        QueueStory story = new QueueStory(f.log);
        for (int sends = 60; sends <= 120; sends += 60) {
            for (int i = 0; i < sends; i++) {
                story.send(i % 10 == 0 ? 2 : 1, 1, 150);
            }
            story.take(1, sends);
            story.snapshot();
            int reclaims = sends == 60 ? 4 : 2;
            for (int i = 0; i < reclaims; i++) {
                f.log.reclaim();
            }
        }
        SimulatedDisk killed = disk.killed();
        assertThat(killed.list()).filteredOn(n -> n.startsWith("carried-")).hasSize(2);
        LogFixture whole = LogFixture.open(killed.killed(), LogFixture.SMALL, QueueStory.BODIES);
        new QueueStory(whole.log).checkBodies("with both");
        killed.remove(SegmentHeader.fileName(SegmentHeader.Kind.CARRIED, 1));
        assertThatThrownBy(() -> LogFixture.open(killed, LogFixture.SMALL, QueueStory.BODIES))
                .isInstanceOf(DamagedLogException.class)
                .hasMessageContaining("messages of queue 2 wait by it, but are in no segment");
    }

    @Test
    void aNewerFormatIsNamedAndRefused() {
        SimulatedDisk disk = StoppedNode.withEntries(true);
        disk.put(DataDirectory.FORMAT_FILE, "raftqueue-data 9\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        assertThatThrownBy(() -> LogFixture.open(disk))
                .isInstanceOf(WrongDirectoryException.class)
                .hasMessageContaining("has format 9, this release reads up to 1");
    }

    @Test
    void leftOverTemporaryFilesAreRemoved() {
        SimulatedDisk disk = StoppedNode.withEntries(true);
        disk.put("log-000000000099.seg.tmp", new byte[100]);
        disk.put("node.id.tmp", new byte[0]);
        assertThat(StoppedNode.starts(disk, "left-overs")).isTrue();
        assertThat(disk.list()).noneMatch(name -> name.endsWith(".tmp"));
    }

    @Test
    void anotherNodesDirectoryIsRefused() {
        SimulatedDisk disk = StoppedNode.withEntries(true);
        assertThatThrownBy(() -> DataDirectory.open(disk, "node02", UUID::randomUUID))
                .isInstanceOf(WrongDirectoryException.class)
                .hasMessageContaining("belongs to node node01, not to node02");
    }
}
