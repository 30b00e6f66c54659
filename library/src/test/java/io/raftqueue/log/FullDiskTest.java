package io.raftqueue.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.raftqueue.consensus.Entry;
import io.raftqueue.log.disk.SimulatedDisk;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Below the watermark the node refuses sends; then the device fills up altogether, by others too, and takes go on. */
class FullDiskTest {
    private static final LogOptions OPTIONS =
            LogFixture.SMALL.withSegmentBytes(64 << 10).withWatermark(512 << 10, 0.9);

    @Test
    void takesDrainAFullDeviceAndSpaceComesBack() {
        SimulatedDisk disk = new SimulatedDisk().capacity(2 << 20);
        LogFixture f = LogFixture.open(disk, OPTIONS, QueueStory.BODIES);
        QueueStory story = new QueueStory(f.log);
        f.log.reclaim();
        assertThat(disk.list()).contains(Preallocation.RESERVE);
        while (!f.log.disk().belowWatermark()) {
            story.send(1, 4, 500);
        }
        assertThat(story.waiting()).isGreaterThan(1000);
        // Somebody else takes the rest of the device.
        disk.put("foreign", new byte[(int) disk.usableBytes()]);
        assertThat(disk.usableBytes()).isZero();

        while (story.waiting() > 0) {
            story.take(1, 1);
            story.log.sync();
        }
        assertThat(disk.list()).as("given up for the takes").doesNotContain(Preallocation.RESERVE);
        // Even the snapshot that lets the space go has a place: what the reserve left.
        story.snapshot();
        for (int i = 0; i < 3; i++) {
            f.log.reclaim();
        }
        assertThat(f.log.failure()).isNull();
        assertThat(f.log.disk().belowWatermark()).isFalse();
        assertThat(f.log.roomFor(100_000)).isTrue();
        story.send(1, 4, 500);
        f.log.sync();
        f.close();
        LogFixture again = LogFixture.open(disk.crash(n -> false), OPTIONS, QueueStory.BODIES);
        new QueueStory(again.log).checkBodies("after it");
    }

    @Test
    void theReserveThatWasGivenUpIsNoRoomForSends() {
        SimulatedDisk disk = new SimulatedDisk().capacity(2 << 20);
        // What the reserve leaves when a segment was made of it is more than this watermark.
        LogFixture f = LogFixture.open(disk, OPTIONS.withWatermark(32 << 10, 0.9), QueueStory.BODIES);
        QueueStory story = new QueueStory(f.log);
        f.log.reclaim();
        while (story.waiting() < 1_500) {
            story.send(1, 4, 500);
        }
        disk.put("foreign", new byte[(int) disk.usableBytes()]);
        while (disk.list().contains(Preallocation.RESERVE)) {
            story.take(1, 1);
            story.log.sync();
        }
        assertThat(disk.usableBytes()).as("%s", f.log.disk()).isGreaterThan(32 << 10);
        assertThat(f.log.disk().belowWatermark())
                .as("%s, reserve given up", f.log.disk())
                .isTrue();
        while (story.waiting() > 0) {
            story.take(1, 10);
            story.log.sync();
        }
        story.snapshot();
        for (int i = 0; i < 3; i++) {
            f.log.reclaim();
        }
        assertThat(f.log.disk().belowWatermark())
                .as("%s, drained", f.log.disk())
                .isFalse();
        f.close();
    }

    @Test
    void withoutRoomForAnythingTheNodeRefusesAndStartsAgainFromThere() {
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = LogFixture.open(disk, OPTIONS, QueueStory.BODIES);
        QueueStory story = new QueueStory(f.log);
        story.send(1, 10, 500);
        disk.capacity(disk.totalBytes() - disk.usableBytes());
        assertThatThrownBy(() -> {
                    while (true) {
                        story.send(1, 10, 500);
                    }
                })
                .isInstanceOf(NoSpaceException.class)
                .hasMessageContaining("goes on when there is room");
        assertThat(f.log.roomFor(100_000)).isFalse();
        assertThat(f.log.failure()).isNull();
        f.log.saveTermAndVote(9, null);
        long last = f.log.lastIndex();
        f.close();
        SimulatedDisk full = disk.killed();
        LogFixture again = LogFixture.open(full, OPTIONS, QueueStory.BODIES);
        assertThat(again.log.lastIndex()).as("a start needs no room").isEqualTo(last);
        assertThat(again.directory.identity().epoch()).isEqualTo(2);
        assertThat(again.log.term()).isEqualTo(9);
    }

    /** A device may be fuller than full: then what the reserve frees is not there for us. */
    @Test
    void roomThatIsGoneAtTheAppendIsNoFailure() {
        SimulatedDisk disk = new SimulatedDisk().capacity(2 << 20);
        LogFixture f = LogFixture.open(disk, OPTIONS);
        f.log.reclaim();
        long used = disk.totalBytes() - disk.usableBytes();
        disk.capacity(used - 10_000);
        List<Entry> large = LogFixture.entries(1, 4, 1, 50_000);
        assertThat(f.log.roomFor(200_000)).as("there is still the reserve").isTrue();

        assertThat(f.log.tryAppend(large)).isFalse();

        assertThat(f.log.failure()).isNull();
        assertThat(f.log.lastIndex()).isZero();
        disk.capacity(4 << 20);
        assertThat(f.log.tryAppend(large)).as("once there is room").isTrue();
        assertThat(f.log.lastIndex()).isEqualTo(4);
        f.close();
    }
}
