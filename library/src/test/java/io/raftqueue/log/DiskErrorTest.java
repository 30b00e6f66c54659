package io.raftqueue.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.raftqueue.log.disk.SimulatedDisk;
import io.raftqueue.log.disk.SimulatedDisk.Fault;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The disk answers with errors: at every operation of a run, and in the places that matter most. */
class DiskErrorTest {
    private static final int STEPS = 60;

    private static void atEveryOperation(long seed, Fault fault) {
        SimulatedDisk whole = new SimulatedDisk();
        new RecordedRun(seed, STEPS).run(whole);
        int failed = 0;
        for (long n = 1; n <= whole.operations(); n++) {
            SimulatedDisk disk = new SimulatedDisk();
            RecordedRun run = new RecordedRun(seed, STEPS);
            String story = "seed " + seed + ", " + fault + " at operation " + n;
            disk.faultIn(n, fault);
            try {
                run.run(disk);
            } catch (LogException e) {
                failed++;
                assertThat(e).as(story).isInstanceOfAny(LogFailedException.class, NoSpaceException.class);
            }
            disk.faultIn(0, fault);
            run.check(disk.crash(i -> false), story);
        }
        assertThat(failed).isGreaterThan(100);
    }

    @Test
    void anErrorAtAnyOperationNeverCostsWhatWasDurable() {
        atEveryOperation(21, Fault.IO_ERROR);
        atEveryOperation(22, Fault.IO_ERROR);
    }

    @Test
    void noRoomAtAnyOperationNeverCostsWhatWasDurable() {
        atEveryOperation(23, Fault.NO_SPACE);
    }

    @Test
    void shortWritesAreContinued() {
        SimulatedDisk whole = new SimulatedDisk();
        new RecordedRun(24, STEPS).run(whole);
        for (long n = 1; n <= whole.operations(); n++) {
            SimulatedDisk disk = new SimulatedDisk().faultIn(n, Fault.SHORT_WRITE);
            RecordedRun run = new RecordedRun(24, STEPS);
            run.run(disk);
            run.check(disk.killed(), "short write at " + n);
        }
    }

    @Test
    void afterAnErrorEveryCallThrowsAndTheListenerKnowsOnce() {
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = LogFixture.open(disk);
        List<Throwable> told = new ArrayList<>();
        f.log.onFailure(told::add);
        f.log.append(LogFixture.entries(1, 3, 1, 10));
        disk.faultIn(1, Fault.IO_ERROR);
        assertThatThrownBy(f.log::sync)
                .isInstanceOf(LogFailedException.class)
                .hasMessageContaining("forcing entries 1 to 3")
                .hasMessageContaining("Input/output error");
        assertThat(f.log.failure()).isNotNull();
        assertThat(f.log.durableIndex()).isZero();
        assertThatThrownBy(f.log::sync).hasMessageContaining("has failed before");
        assertThatThrownBy(() -> f.log.append(LogFixture.entries(4, 4, 1, 10))).hasMessageContaining("failed before");
        assertThatThrownBy(() -> f.log.saveTermAndVote(9, null)).hasMessageContaining("failed before");
        assertThatThrownBy(() -> f.log.truncateFrom(2)).hasMessageContaining("failed before");
        assertThat(told).hasSize(1);
        f.close();
    }

    @Test
    void noRoomForTheNextSegmentIsARefusalThatHealsByItself() {
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = LogFixture.open(disk);
        f.log.append(LogFixture.entries(1, 2, 1, 100));
        disk.capacity(disk.totalBytes() - disk.usableBytes());
        long refusedAt = 0;
        for (long i = 3; refusedAt == 0; i++) {
            try {
                f.log.append(LogFixture.entries(i, i, 1, 500));
            } catch (NoSpaceException e) {
                assertThat(e).hasMessageContaining("entry " + i + " was not written");
                refusedAt = i;
            }
        }
        assertThat(f.log.lastIndex()).isEqualTo(refusedAt - 1);
        assertThat(f.log.failure()).isNull();
        f.log.saveTermAndVote(5, null);
        f.log.sync();
        assertThat(f.log.durableIndex()).isEqualTo(refusedAt - 1);
        long refused = refusedAt;
        assertThatThrownBy(() -> f.log.append(LogFixture.entries(refused, refused + 30, 5, 500)))
                .isInstanceOf(NoSpaceException.class);
        disk.capacity(1 << 30);
        f.log.append(LogFixture.entries(refused, refused + 30, 5, 500));
        f.log.sync();
        f.close();
        try (LogFixture again = LogFixture.open(disk.crash(n -> false))) {
            assertThat(again.log.lastIndex()).isEqualTo(refused + 30);
        }
    }
}
