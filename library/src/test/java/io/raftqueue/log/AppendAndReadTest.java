package io.raftqueue.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.raftqueue.consensus.Entry;
import io.raftqueue.log.disk.NioDirectory;
import io.raftqueue.log.disk.SimulatedDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes in comes out: now, after a clean end, after a kill; across segments, cuts and large records. */
class AppendAndReadTest {
    @Test
    void aNewLogIsEmpty() {
        try (LogFixture f = LogFixture.open(new SimulatedDisk())) {
            assertThat(f.log.firstIndex()).isEqualTo(1);
            assertThat(f.log.lastIndex()).isZero();
            assertThat(f.log.durableIndex()).isZero();
            assertThat(f.log.term()).isZero();
            assertThat(f.log.votedFor()).isNull();
            assertThat(f.log.termAt(0)).isZero();
            assertThat(f.log.termAt(1)).isEqualTo(-1);
        }
    }

    @Test
    void entriesAreDurableOnlyAfterSync() {
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = LogFixture.open(disk);
        f.log.append(LogFixture.entries(1, 3, 1, 10));
        assertThat(f.log.lastIndex()).isEqualTo(3);
        assertThat(f.log.durableIndex()).isZero();
        f.log.sync();
        assertThat(f.log.durableIndex()).isEqualTo(3);
        f.log.append(LogFixture.entries(4, 5, 1, 10));

        try (LogFixture after = LogFixture.open(disk.crash(n -> false))) {
            assertThat(after.all())
                    .usingElementComparator(LogFixtureOrder.SAME)
                    .containsExactlyElementsOf(LogFixture.entries(1, 3, 1, 10));
            assertThat(after.log.durableIndex()).isEqualTo(3);
        }
    }

    @Test
    void manySegmentsReadBackTheSameWithAndWithoutMemory() {
        SimulatedDisk disk = new SimulatedDisk();
        List<Entry> written = LogFixture.entries(1, 500, 2, 100);
        try (LogFixture f = LogFixture.open(disk)) {
            for (int i = 0; i < 500; i += 7) {
                f.log.append(written.subList(i, Math.min(500, i + 7)));
                f.log.sync();
            }
            assertThat(f.all()).usingElementComparator(LogFixtureOrder.SAME).containsExactlyElementsOf(written);
        }
        LogOptions forgetful = LogFixture.SMALL.withTailCacheBytes(0);
        try (LogFixture f = LogFixture.open(disk.killed(), forgetful)) {
            assertThat(f.all()).usingElementComparator(LogFixtureOrder.SAME).containsExactlyElementsOf(written);
            assertThat(f.log.entries(1, 500, Integer.MAX_VALUE))
                    .usingElementComparator(LogFixtureOrder.SAME)
                    .containsExactlyElementsOf(written);
            assertThat(f.log.entries(100, 500, 1000)).hasSize(10);
            assertThat(f.log.entries(100, 500, 1)).hasSize(1);
            assertThat(f.log.entries(499, 500, 1000)).hasSize(2);
        }
    }

    @Test
    void aRecordLargerThanASegmentGetsOneOfItsOwn() {
        SimulatedDisk disk = new SimulatedDisk();
        try (LogFixture f = LogFixture.open(disk)) {
            f.log.append(List.of(LogFixture.entry(1, 1, 20_000)));
            f.log.append(LogFixture.entries(2, 3, 1, 10));
            f.log.append(List.of(LogFixture.entry(4, 1, 3_000_000), LogFixture.entry(5, 1, 9)));
            f.log.sync();
        }
        try (LogFixture f = LogFixture.open(disk.killed())) {
            assertThat(f.log.lastIndex()).isEqualTo(5);
            assertThat(LogFixture.same(f.log.entry(1), LogFixture.entry(1, 1, 20_000)))
                    .isTrue();
            assertThat(LogFixture.same(f.log.entry(4), LogFixture.entry(4, 1, 3_000_000)))
                    .isTrue();
            assertThat(LogFixture.same(f.log.entry(5), LogFixture.entry(5, 1, 9)))
                    .isTrue();
        }
    }

    @Test
    void theSizeOfSegmentsMayChangeBetweenStarts() {
        SimulatedDisk disk = new SimulatedDisk();
        try (LogFixture f = LogFixture.open(disk)) {
            f.log.append(LogFixture.entries(1, 5, 1, 100));
        }
        try (LogFixture f = LogFixture.open(disk, LogFixture.SMALL.withSegmentBytes(1 << 20))) {
            f.log.append(LogFixture.entries(6, 10, 1, 100_000));
            f.log.append(LogFixture.entries(11, 60, 1, 100_000));
        }
        try (LogFixture f = LogFixture.open(disk)) {
            f.log.append(LogFixture.entries(61, 70, 1, 3000));
            f.log.append(List.of(LogFixture.entry(71, 1, 50_000), LogFixture.entry(72, 1, 3000)));
            assertThat(f.all()).hasSize(72);
        }
        try (LogFixture f = LogFixture.open(disk.killed())) {
            assertThat(f.log.lastIndex()).isEqualTo(72);
            assertThat(LogFixture.same(f.log.entry(71), LogFixture.entry(71, 1, 50_000)))
                    .isTrue();
        }
    }

    @Test
    void aCutForgetsForGood() {
        SimulatedDisk disk = new SimulatedDisk();
        try (LogFixture f = LogFixture.open(disk)) {
            f.log.append(LogFixture.entries(1, 200, 1, 100));
            f.log.sync();
            f.log.truncateFrom(50);
            assertThat(f.log.lastIndex()).isEqualTo(49);
            assertThat(f.log.durableIndex()).isEqualTo(49);
            assertThat(f.log.termAt(50)).isEqualTo(-1);
            assertThat(f.log.lastTime()).isEqualTo(1049);
            f.log.append(LogFixture.entries(50, 60, 3, 80));
            f.log.sync();
        }
        try (LogFixture f = LogFixture.open(disk.killed())) {
            assertThat(f.log.lastIndex()).isEqualTo(60);
            assertThat(f.log.termAt(49)).isEqualTo(1);
            assertThat(f.log.termAt(50)).isEqualTo(3);
            assertThat(LogFixture.same(f.log.entry(50), LogFixture.entry(50, 3, 80)))
                    .isTrue();
            f.log.truncateFrom(1);
            assertThat(f.log.lastIndex()).isZero();
            f.log.append(LogFixture.entries(1, 2, 4, 5));
        }
        try (LogFixture f = LogFixture.open(disk.killed().killed())) {
            assertThat(f.log.lastIndex()).isIn(2L, 60L);
        }
    }

    @Test
    void termAndVoteSurviveAndTheTermNeverGoesBack() {
        SimulatedDisk disk = new SimulatedDisk();
        UUID candidate = new UUID(7, 8);
        LogFixture f = LogFixture.open(disk);
        f.log.saveTermAndVote(7, candidate);
        LogFixture after = LogFixture.open(disk.crash(n -> false));
        assertThat(after.log.term()).isEqualTo(7);
        assertThat(after.log.votedFor()).isEqualTo(candidate);
        assertThatThrownBy(() -> after.log.saveTermAndVote(6, null))
                .hasMessageContaining("older than the promised term 7");
        assertThatThrownBy(() -> after.log.saveTermAndVote(7, new UUID(9, 9))).hasMessageContaining("already voted");
        after.log.append(List.of(LogFixture.entry(1, 3, 10)));
        after.close();
        assertThat(after.log.term()).isEqualTo(7);
    }

    @Test
    void wrongCallsAreRefusedAndChangeNothing() {
        try (LogFixture f = LogFixture.open(new SimulatedDisk())) {
            f.log.append(LogFixture.entries(1, 5, 2, 10));
            assertThatThrownBy(() -> f.log.append(LogFixture.entries(7, 8, 2, 10)))
                    .hasMessageContaining("cannot follow");
            assertThatThrownBy(() -> f.log.append(LogFixture.entries(6, 6, 1, 10)))
                    .hasMessageContaining("cannot follow");
            assertThatThrownBy(() -> f.log.entries(0, 2, 10)).hasMessageContaining("the log holds 1 to 5");
            assertThat(f.log.failure()).isNull();
            assertThat(f.log.lastIndex()).isEqualTo(5);
        }
    }

    @Test
    void realFilesAreTheOwnersOnlyAndTheDirectoryIsTakenOnce(@TempDir Path temporary) throws Exception {
        Path path = temporary.resolve("a/b/data");
        List<Entry> written = LogFixture.entries(1, 300, 1, 200);
        try (LogFixture f = LogFixture.open(NioDirectory.open(path))) {
            f.log.append(written);
            f.log.sync();
            assertThatThrownBy(() -> LogFixture.open(NioDirectory.open(path)))
                    .isInstanceOf(DirectoryInUseException.class)
                    .hasMessageContaining("in use by node node01, process "
                            + ProcessHandle.current().pid());
            try (var files = Files.list(path)) {
                assertThat(files)
                        .allSatisfy(
                                file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                                        .isEqualTo("rw-------"));
            }
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(temporary.resolve("a"))))
                    .isEqualTo("rwx------");
        }
        try (LogFixture f = LogFixture.open(NioDirectory.open(path), LogFixture.SMALL.withTailCacheBytes(0))) {
            assertThat(f.all()).usingElementComparator(LogFixtureOrder.SAME).containsExactlyElementsOf(written);
            assertThat(f.directory.identity().epoch()).isEqualTo(2);
        }
    }

    @Test
    void anInterruptedReaderTakesNothingAway(@TempDir Path path) {
        try (LogFixture f = LogFixture.open(NioDirectory.open(path), LogFixture.SMALL.withTailCacheBytes(0))) {
            f.log.append(LogFixture.entries(1, 100, 1, 200));
            f.log.sync();
            Thread.currentThread().interrupt();
            assertThat(f.log.entry(3)).isNotNull();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(f.log.entry(90)).isNotNull();
            f.log.append(LogFixture.entries(101, 102, 1, 200));
            f.log.sync();
            assertThat(f.log.durableIndex()).isEqualTo(102);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** It would be read back as no record at all. */
    @Test
    void aPayloadThatRecoveryWouldNotBelieveIsRefused() {
        SimulatedDisk disk = new SimulatedDisk();
        try (LogFixture f = LogFixture.open(disk)) {
            f.log.append(LogFixture.entries(1, 1, 1, 10));
            long operations = disk.operations();
            Entry tooLong = new Entry(2, 1, false, 1, new byte[RecordFormat.MAX_PAYLOAD_BYTES + 1]);
            assertThatThrownBy(() -> f.log.append(List.of(tooLong)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("entry 2 has a payload of 268435457 bytes, at most 268435456 are possible");
            assertThat(disk.operations()).isEqualTo(operations);
            assertThat(f.log.lastIndex()).isEqualTo(1);
        }
    }
}
