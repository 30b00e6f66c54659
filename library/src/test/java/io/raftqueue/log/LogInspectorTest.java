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
