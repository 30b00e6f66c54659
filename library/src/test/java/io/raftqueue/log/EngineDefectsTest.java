package io.raftqueue.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.raftqueue.consensus.Entry;
import io.raftqueue.log.disk.DiskFile;
import io.raftqueue.log.disk.NioDirectory;
import io.raftqueue.log.disk.SimulatedDisk;
import io.raftqueue.log.disk.SimulatedDisk.Fault;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jgroups.protocols.raft.LogEntries;
import org.jgroups.protocols.raft.LogEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The eleven ways in which jgroups-raft's FileBasedLog loses data, and its heavy snapshots: no ways of ours. */
class EngineDefectsTest {
    private static LogFixture open(SimulatedDisk disk) {
        return LogFixture.open(disk, LogFixture.SMALL, QueueStory.BODIES);
    }

    private static LogEntries commands(int count) {
        LogEntries entries = new LogEntries();
        for (int i = 0; i < count; i++) {
            entries.add(new LogEntry(1, ("command " + i).getBytes(StandardCharsets.US_ASCII)));
        }
        return entries;
    }

    @Test
    void d1TheEngineCannotTurnFsyncOff() {
        SimulatedDisk disk = new SimulatedDisk(true);
        LogFixture f = LogFixture.open(disk);
        EngineLog log = new EngineLog(f.log);
        log.useFsync(false);
        assertThat(log.useFsync()).isTrue();
        log.currentTerm(1);
        log.append(1, commands(3));
        assertThat(disk.trace())
                .filteredOn(op -> !op.contains(DurableMark.NAME))
                .last()
                .isEqualTo("force log-000000000001.seg");
        LogFixture after = LogFixture.open(disk.crash(n -> false));
        EngineLog again = new EngineLog(after.log);
        assertThat(again.lastAppended()).isEqualTo(3);
        assertThat(again.get(2).command()).asString(StandardCharsets.US_ASCII).isEqualTo("command 1");
    }

    @Test
    void d2AnErrorStopsTheLogAndAShortWriteIsContinued() {
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = LogFixture.open(disk);
        f.log.saveTermAndVote(1, null);
        disk.faultIn(1, Fault.SHORT_WRITE);
        f.log.append(LogFixture.entries(1, 3, 1, 100));
        f.log.sync();
        disk.faultIn(1, Fault.IO_ERROR);
        assertThatThrownBy(() -> f.log.append(LogFixture.entries(4, 4, 1, 100))).isInstanceOf(LogFailedException.class);
        assertThat(f.log.failure()).isNotNull();
        assertThat(f.log.lastIndex()).isEqualTo(3);
        assertThat(LogFixture.open(disk.crash(n -> false)).log.lastIndex()).isEqualTo(3);
    }

    @Test
    void d3ASnapshotIsOnDiskBeforeAnythingItReplacesGoes() {
        SimulatedDisk disk = new SimulatedDisk(true);
        LogFixture f = open(disk);
        QueueStory story = new QueueStory(f.log);
        for (int i = 0; i < 50; i++) {
            story.send(1, 1, 200);
        }
        story.take(1, 50);
        int before = disk.trace().size();
        story.snapshot();
        for (int i = 0; i < 3; i++) {
            f.log.reclaim();
        }
        List<String> trace = disk.trace().subList(before, disk.trace().size());
        String name = SnapshotFile.fileName(51);
        int forced = trace.indexOf("force " + name + ".tmp");
        int renamed = trace.indexOf("rename " + name + ".tmp " + name);
        int synced = renamed + trace.subList(renamed, trace.size()).indexOf("sync directory");
        int deleted = trace.indexOf("delete log-000000000001.seg");
        assertThat(List.of(0, forced, renamed, synced, deleted)).isSorted();
        assertThat(trace.indexOf("force log-000000000001.seg"))
                .as("the log was forced before")
                .isLessThan(forced);
    }

    @Test
    void d4NothingIsAppliedTwiceAfterACrashBehindASnapshot() {
        SimulatedDisk disk = new SimulatedDisk();
        QueueStory story = new QueueStory(open(disk).log);
        for (int i = 0; i < 20; i++) {
            story.send(1, 1, 50);
        }
        story.snapshot();
        QueueStory again = new QueueStory(open(disk.crash(n -> false)).log);
        assertThat(again.applied).isEqualTo(20);
        assertThat(again.queues.get(1L)).containsExactly(1, 21);
        assertThat(again.log.entry(20)).as("the entries may still be there").isNotNull();
    }

    @Test
    void d5AFlippedBitIsNeverServed() {
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = LogFixture.open(disk);
        f.log.append(LogFixture.entries(1, 10, 1, 100));
        f.close();
        for (int at : new int[] {SegmentHeader.BYTES + 8, SegmentHeader.BYTES + 60}) {
            SimulatedDisk damaged = disk.killed();
            damaged.flip(SegmentHeader.fileName(1), at, 16);
            assertThatThrownBy(() -> LogFixture.open(damaged)).isInstanceOf(DamagedLogException.class);
        }
    }

    @Test
    void d6DroppingThePrefixCopiesNothing() {
        SimulatedDisk disk = new SimulatedDisk(true);
        LogFixture f = open(disk);
        QueueStory story = new QueueStory(f.log);
        for (int i = 0; i < 200; i++) {
            story.send(1, 1, 200);
        }
        story.take(1, 200);
        story.snapshot();
        f.log.reclaim();
        f.log.reclaim();
        int before = disk.trace().size();
        f.log.reclaim();
        assertThat(disk.trace().subList(before, disk.trace().size()))
                .isNotEmpty()
                .allMatch(op -> op.startsWith("delete ") || op.equals("sync directory"));
    }

    @Test
    void d7ASecondProcessIsRefusedAtOnce(@TempDir Path directory) throws Exception {
        Process holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        DirectoryHolder.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(holder.getInputStream(), StandardCharsets.US_ASCII))) {
            assertThat(out.readLine()).isEqualTo("held");
            assertThatThrownBy(() -> LogFixture.open(NioDirectory.open(directory)))
                    .isInstanceOf(DirectoryInUseException.class)
                    .hasMessageContaining("in use by node node01, process " + holder.pid());
        } finally {
            holder.destroyForcibly().waitFor();
        }
        LogFixture.open(NioDirectory.open(directory)).close();
    }

    @Test
    void d7ARefusedSecondNodeOfTheSameProcessDoesNotGiveTheLockAway(@TempDir Path directory) throws Exception {
        try (LogFixture f = LogFixture.open(NioDirectory.open(directory))) {
            assertThatThrownBy(() -> LogFixture.open(NioDirectory.open(directory)))
                    .isInstanceOf(DirectoryInUseException.class);
            Process other = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            DirectoryHolder.class.getName(),
                            directory.toString())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(other.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(said).contains("DirectoryInUseException").doesNotContain("held");
            assertThat(other.waitFor()).isEqualTo(1);
            assertThat(f.log.failure()).isNull();
        }
    }

    /** Another process with the directory open, until it is killed. */
    static final class DirectoryHolder {
        private DirectoryHolder() {}

        public static void main(String[] args) throws Exception {
            LogFixture.open(NioDirectory.open(Path.of(args[0])));
            System.out.println("held");
            System.in.read();
        }
    }

    @Test
    void d8TheCacheIsBoundedInBytesAndNeverDisagreesWithTheLog() {
        LogOptions small = LogFixture.SMALL.withSegmentBytes(1 << 20).withTailCacheBytes(10_000);
        LogFixture f = LogFixture.open(new SimulatedDisk(), small, LogFixture.BODIES);
        TailCache cache = new TailCache(10_000);
        for (long i = 1; i <= 100; i++) {
            Entry entry = LogFixture.entry(i, 1, 1000);
            cache.add(entry);
            f.log.append(List.of(entry));
        }
        assertThat(cache.get(100)).isNotNull();
        assertThat(cache.get(90)).isNull();
        f.log.truncateFrom(95);
        f.log.append(LogFixture.entries(95, 97, 2, 500));
        List<Long> terms = new ArrayList<>();
        for (long i = 94; i <= 97; i++) {
            terms.add(f.log.entry(i).term());
            assertThat(f.log.termAt(i)).isEqualTo(f.log.entry(i).term());
        }
        assertThat(terms).containsExactly(1L, 2L, 2L, 2L);
        assertThat(f.log.entry(98)).isNull();
    }

    @Test
    void d9AnInstalledSnapshotSurvivesTheNextRestart() {
        QueueStory leader = new QueueStory(open(new SimulatedDisk()).log);
        leader.send(1, 5, 40);
        leader.snapshot();
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = open(disk);
        SnapshotReceiver receiver = f.log.receiveSnapshot();
        try (SnapshotSource source = leader.log.openSnapshotSource(snapshot -> List.of())) {
            receiver.write(0, source.read(0, 1 << 20));
        }
        receiver.install();
        QueueStory follower = new QueueStory(f.log);
        follower.send(1, 1, 10);
        f.log.sync();
        SimulatedDisk next = disk;
        for (int restart = 1; restart <= 3; restart++) {
            next = next.crash(n -> false);
            QueueStory again = new QueueStory(open(next).log);
            assertThat(again.log.lastIndex()).isEqualTo(2);
            assertThat(again.queues.get(1L)).containsExactly(1, 7);
            again.checkBodies("restart " + restart);
        }
    }

    @Test
    void d10LeftOversOfWhatWasNotPublishedAreIgnored() {
        SimulatedDisk disk = new SimulatedDisk();
        QueueStory story = new QueueStory(open(disk).log);
        story.send(1, 3, 40);
        story.snapshot();
        story.send(1, 3, 40);
        story.log.sync();
        SimulatedDisk left = disk.crash(n -> false);
        left.put(SnapshotFile.fileName(2) + ".tmp", new byte[10]);
        left.put("log-000000000001.idx.tmp", new byte[0]);
        left.put("carried-000000000001.seg.tmp", new byte[100]);
        QueueStory again = new QueueStory(open(left).log);
        assertThat(again.queues.get(1L)).containsExactly(1, 7);
        again.checkBodies("with left-overs");
        assertThat(left.list()).noneMatch(name -> name.endsWith(".tmp"));
    }

    @Test
    void d11TheCommitIndexIsClampedToTheLog() {
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = LogFixture.open(disk);
        EngineLog log = new EngineLog(f.log);
        log.currentTerm(1);
        log.append(1, commands(5));
        log.commitIndex(1000);
        assertThat(log.commitIndex()).isEqualTo(5);
        log.commitIndex(3);
        log.setSnapshot(ByteBuffer.wrap(new byte[] {1, 2}));
        assertThat(f.log.snapshotIndex()).isEqualTo(3);
        EngineLog after = new EngineLog(LogFixture.open(disk.crash(n -> false)).log);
        assertThat(after.commitIndex()).isEqualTo(3);
        assertThat(after.getSnapshot()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2}));
        assertThat(after.lastAppended()).isEqualTo(5);
    }

    @Test
    void s5ASnapshotWeighsTheSameWhateverWaits() throws IOException {
        List<Long> sizes = new ArrayList<>();
        for (int waiting : new int[] {10, 1000}) {
            SimulatedDisk disk = new SimulatedDisk();
            QueueStory story = new QueueStory(open(disk).log);
            story.send(1, waiting, 200);
            story.snapshot();
            try (DiskFile snapshot = disk.open(SnapshotFile.fileName(1))) {
                sizes.add(snapshot.size());
            }
        }
        assertThat(sizes)
                .as("bytes of a snapshot, with 10 and 1,000 messages of 200 bytes waiting")
                .allMatch(bytes -> bytes < 200);
    }
}
