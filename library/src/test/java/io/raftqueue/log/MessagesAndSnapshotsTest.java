package io.raftqueue.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.log.disk.SimulatedDisk;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Bodies live in the log until they are taken; a snapshot holds counters only; space comes back. */
class MessagesAndSnapshotsTest {
    private static LogFixture open(SimulatedDisk disk) {
        return LogFixture.open(disk, LogFixture.SMALL, QueueStory.BODIES);
    }

    private static long segments(SimulatedDisk disk) {
        return disk.list().stream()
                .filter(name -> SegmentHeader.sequenceOf(name) >= 0)
                .count();
    }

    @Test
    void aBodyIsFoundByQueueAndId() {
        try (LogFixture f = open(new SimulatedDisk())) {
            QueueStory story = new QueueStory(f.log);
            story.send(7, 3, 20);
            story.send(8, 1, 30);
            story.send(7, 2, 40);
            story.checkBodies("fresh");
            assertThat(f.log.body(7, 6)).isNull();
            assertThat(f.log.body(9, 1)).isNull();
            assertThat(f.log.body(7, 5)).isEqualTo(QueueStory.body(7, 5, 40));
        }
    }

    @Test
    void aTakenMessageStaysReadableForItsTaker() {
        try (LogFixture f = open(new SimulatedDisk())) {
            QueueStory story = new QueueStory(f.log);
            story.send(1, 2, 20);
            story.take(1, 1);
            story.snapshot();
            f.log.reclaim();
            assertThat(f.log.body(1, 1)).isEqualTo(QueueStory.body(1, 1, 20));
            f.log.reclaim();
            assertThat(f.log.body(1, 1)).isNull();
            assertThat(f.log.body(1, 2)).isNotNull();
        }
    }

    @Test
    void afterARestartNothingBeforeTheSnapshotIsApplied() {
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = open(disk);
        QueueStory story = new QueueStory(f.log);
        for (int i = 0; i < 100; i++) {
            story.send(1 + i % 2, 3, 100);
        }
        story.take(1, 10);
        story.snapshot();
        story.send(1, 1, 50);
        story.take(2, 4);
        f.log.sync();

        LogFixture after = open(disk.crash(n -> false));
        assertThat(after.log.snapshotIndex()).isEqualTo(101);
        assertThat(after.log.lastIndex()).isEqualTo(103);
        QueueStory again = new QueueStory(after.log);
        assertThat(again.queues.get(1L)).containsExactly(11, 152);
        assertThat(again.queues.get(2L)).containsExactly(5, 151);
        again.checkBodies("after the restart");
    }

    @Test
    void aDrainedQueueGivesItsSpaceBack() {
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = open(disk);
        QueueStory story = new QueueStory(f.log);
        for (int i = 0; i < 300; i++) {
            story.send(1, 2, 150);
        }
        assertThat(segments(disk)).isGreaterThan(25);
        story.snapshot();
        f.log.reclaim();
        f.log.reclaim();
        f.log.reclaim();
        assertThat(segments(disk)).as("nothing was taken yet").isGreaterThan(25);
        assertThat(f.log.snapshotWouldFreeSpace()).isFalse();
        while (story.waiting() > 0) {
            story.take(1, 7);
        }
        assertThat(f.log.snapshotWouldFreeSpace()).isTrue();
        story.snapshot();
        assertThat(f.log.snapshotWouldFreeSpace()).isFalse();
        for (int i = 0; i < 3; i++) {
            f.log.reclaim();
        }
        assertThat(segments(disk)).isLessThanOrEqualTo(2);
        assertThat(f.log.firstIndex()).isGreaterThan(300);
        assertThat(disk.list()).filteredOn(name -> name.endsWith(".idx")).isEmpty();
        f.close();
        try (LogFixture after = open(disk.crash(n -> false))) {
            assertThat(new QueueStory(after.log).waiting()).isZero();
        }
    }

    /** Another thread reclaims: whoever has just looked where the log begins reads from there. */
    @Test
    void whatWasTheLogsBeginningAMomentAgoIsStillRead() {
        try (LogFixture f = open(new SimulatedDisk())) {
            QueueStory story = new QueueStory(f.log);
            for (int i = 0; i < 300; i++) {
                story.send(1, 2, 150);
            }
            story.take(1, 10_000);
            story.snapshot();
            long first = f.log.firstIndex();
            for (int i = 0; i < 5 && f.log.firstIndex() == first; i++) {
                f.log.reclaim();
            }
            assertThat(f.log.firstIndex()).isGreaterThan(first);
            assertThat(f.log.entries(first, f.log.lastIndex(), Integer.MAX_VALUE))
                    .hasSize((int) (f.log.lastIndex() - first + 1));
        }
    }

    @Test
    void oneOldMessageDoesNotPinTheManyAroundIt() {
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = open(disk);
        QueueStory story = new QueueStory(f.log);
        for (int i = 0; i < 200; i++) {
            if (i % 50 == 3) {
                story.send(2, 1, 33);
            }
            story.send(1, 2, 150);
        }
        story.take(1, 10_000);
        story.snapshot();
        for (int i = 0; i < 4; i++) {
            f.log.reclaim();
        }
        assertThat(segments(disk)).isLessThanOrEqualTo(2);
        assertThat(disk.list()).filteredOn(name -> name.startsWith("carried-")).hasSize(1);
        assertThat(story.waiting()).isEqualTo(4);
        story.checkBodies("carried");
        f.log.sync();

        LogFixture after = open(disk.crash(n -> false));
        QueueStory again = new QueueStory(after.log);
        again.checkBodies("carried, after a restart");
        again.take(2, 4);
        again.snapshot();
        for (int i = 0; i < 3; i++) {
            after.log.reclaim();
        }
        assertThat(((SimulatedDisk) after.disk).list()).noneMatch(name -> name.startsWith("carried-"));
    }

    @Test
    void aDroppedQueueLeavesNothingBehind() {
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = open(disk);
        QueueStory story = new QueueStory(f.log);
        for (int i = 0; i < 100; i++) {
            story.send(5, 2, 150);
        }
        story.drop(5);
        story.snapshot();
        for (int i = 0; i < 3; i++) {
            f.log.reclaim();
        }
        assertThat(segments(disk)).isLessThanOrEqualTo(2);
        assertThat(f.log.body(5, 1)).isNull();
        story.send(5, 1, 10);
    }

    @Test
    void theFirstIndexMovesBeforeAnythingIsDeleted() {
        LogOptions forgetful = LogFixture.SMALL.withTailCacheBytes(0);
        try (LogFixture f = LogFixture.open(new SimulatedDisk(), forgetful, QueueStory.BODIES)) {
            QueueStory story = new QueueStory(f.log);
            for (int i = 0; i < 60; i++) {
                story.send(1, 1, 300);
            }
            story.take(1, 60);
            story.snapshot();
            f.log.reclaim();
            long before = f.log.firstIndex();
            f.log.reclaim();
            assertThat(f.log.firstIndex()).isGreaterThan(before);
            assertThat(f.log.entry(before))
                    .as("still there for who reads it just now")
                    .isNotNull();
            long segments = segments((SimulatedDisk) f.disk);
            f.log.reclaim();
            assertThat(segments((SimulatedDisk) f.disk)).isLessThan(segments);
            assertThat(f.log.termAt(f.log.firstIndex() - 1)).isEqualTo(-1);
        }
    }

    @Test
    void randomTrafficKeepsEveryBodyThroughRestarts() {
        for (long seed = 1; seed <= 30; seed++) {
            Random random = new Random(seed);
            SimulatedDisk disk = new SimulatedDisk();
            LogFixture f = open(disk);
            QueueStory story = new QueueStory(f.log);
            for (int step = 0; step < 400; step++) {
                story.step(random);
                if (step % 67 == 66) {
                    story.checkBodies("seed " + seed + " step " + step);
                    byte[] before = QueueStory.encode(story.queues);
                    f.close();
                    f = open(disk.killed());
                    disk = (SimulatedDisk) f.disk;
                    story = new QueueStory(f.log);
                    assertThat(Arrays.equals(before, QueueStory.encode(story.queues)))
                            .isTrue();
                    story.checkBodies("seed " + seed + " restart " + step);
                }
            }
            f.close();
        }
    }
}
