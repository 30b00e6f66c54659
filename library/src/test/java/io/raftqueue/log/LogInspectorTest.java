package io.raftqueue.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.raftqueue.log.disk.NioDirectory;
import io.raftqueue.log.disk.SimulatedDisk;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code log verify} and {@code log dump} tell, and that they change nothing. */
class LogInspectorTest {
    private static SimulatedDisk stoppedNode() {
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = LogFixture.open(disk, LogFixture.SMALL, QueueStory.BODIES);
        QueueStory story = new QueueStory(f.log);
        for (int i = 0; i < 60; i++) {
            story.send(1 + i % 2, 2, 100);
        }
        story.take(1, 55);
        story.snapshot();
        for (int i = 0; i < 3; i++) {
            f.log.reclaim();
        }
        story.send(2, 1, 10);
        f.close();
        return disk;
    }

    @Test
    void aWholeDirectoryIsCalledWholeAndLeftAlone() {
        SimulatedDisk disk = stoppedNode();
        long operations = disk.operations();
        LogInspector.Report report = LogInspector.of(disk).verify();
        assertThat(report.whole()).as(report.lines().toString()).isTrue();
        assertThat(report.lines())
                .anyMatch(line ->
                        line.startsWith("node node01, incarnation " + LogFixture.INCARNATION + ", started 1 times"))
                .anyMatch(line -> line.contains("snapshot of entry 61, term 1"))
                .anyMatch(line -> line.contains("65 messages waiting in 2 queues"))
                .anyMatch(line -> line.matches("entries \\d+ to 62"))
                .anyMatch(line -> line.matches("whole: \\d+ records read"));
        assertThat(disk.operations()).isEqualTo(operations);
    }

    @Test
    void damageIsNamedAlsoWhereAStartWouldNotLook() {
        SimulatedDisk disk = stoppedNode();
        String oldest = disk.list().stream()
                .filter(name -> SegmentHeader.sequenceOf(name) > 0)
                .findFirst()
                .orElseThrow();
        disk.flip(oldest, 300, 1);
        LogInspector.Report report = LogInspector.of(disk).verify();
        assertThat(report.whole()).isFalse();
        assertThat(report.lines()).last().asString().contains("DAMAGED: /simulated/" + oldest + " at offset");
    }

    /** Whatever the very first start had done when the machine stopped. */
    @Test
    void aDirectoryThatWasJustBegunIsNotDamaged() {
        SimulatedDisk whole = new SimulatedDisk();
        LogFixture.open(whole);
        for (long n = 1; n <= whole.operations(); n++) {
            SimulatedDisk disk = new SimulatedDisk().faultIn(n, SimulatedDisk.Fault.POWER_CUT);
            assertThatThrownBy(() -> LogFixture.open(disk)).isInstanceOf(SimulatedDisk.PowerCut.class);
            SimulatedDisk left = disk.crash(i -> true);
            long operations = left.operations();
            LogInspector.Report report = LogInspector.of(left).verify();
            if (left.list().contains(DataDirectory.FORMAT_FILE)) {
                assertThat(report.whole())
                        .as("operation %s: %s", n, report.lines())
                        .isTrue();
            } else {
                assertThat(report.lines()).last().asString().contains("is no data directory");
            }
            List<String> lines = new ArrayList<>();
            LogInspector.of(left).dump(lines::add);
            assertThat(lines.stream().anyMatch(line -> line.startsWith("DAMAGED")))
                    .as("operation %s: %s", n, lines)
                    .isEqualTo(!report.whole());
            assertThat(left.operations()).isEqualTo(operations);
        }
    }

    @Test
    void aTornEndIsToldOf() {
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = LogFixture.open(disk);
        f.log.append(LogFixture.entries(1, 3, 1, 100));
        f.log.sync();
        SimulatedDisk left = disk.killed();
        byte[] segment = left.bytes(SegmentHeader.fileName(1));
        segment[472] = RecordFormat.VERSION;
        left.put(SegmentHeader.fileName(1), segment);
        LogInspector.Report report = LogInspector.of(left).verify();
        assertThat(report.whole()).as(report.lines().toString()).isTrue();
        assertThat(report.lines())
                .contains("torn: log-000000000001.seg at offset 472, behind entry 3; it was never acknowledged, and a"
                        + " start cuts it off");
        LogFixture.open(left).close();
        assertThat(LogInspector.of(left).verify().lines()).noneMatch(line -> line.startsWith("torn"));
    }

    @Test
    void everyRecordIsALineOfTheDump() {
        List<String> lines = new ArrayList<>();
        LogInspector.of(stoppedNode()).dump(lines::add);
        assertThat(lines).anyMatch(line -> line.matches("  \\d+: entry 62, term 1, time 620, 27 bytes 01[0-9a-f]*"));
        assertThat(lines).anyMatch(line -> line.startsWith("log-"));
    }

    @Test
    void realDirectoriesAreInspectedAndMissingOnesNotMade(@TempDir Path directory) throws Exception {
        try (LogFixture f = LogFixture.open(NioDirectory.open(directory))) {
            f.log.append(LogFixture.entries(1, 5, 1, 10));
        }
        assertThat(LogInspector.of(directory).verify().whole()).isTrue();
        assertThatThrownBy(() -> LogInspector.of(directory.resolve("absent"))).isInstanceOf(NoSuchFileException.class);
        assertThat(directory.resolve("absent")).doesNotExist();
        Path other = java.nio.file.Files.createDirectory(directory.resolve("other"));
        assertThat(LogInspector.of(other).verify().lines()).last().asString().contains("is no data directory");
    }
}
