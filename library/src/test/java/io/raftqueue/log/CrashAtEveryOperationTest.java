package io.raftqueue.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.log.disk.SimulatedDisk;
import io.raftqueue.log.disk.SimulatedDisk.Fault;
import java.util.Random;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

/** A power cut before each single file operation of recorded runs, with several ways to lose what was not forced. */
class CrashAtEveryOperationTest {
    private static final int STEPS = 60;

    /** Nothing unforced survives; all does; any seeded half, quarter, three quarters; only the newest; only the oldest. */
    private static IntPredicate losing(int pattern, long seed) {
        Random random = new Random(seed * 31 + pattern);
        return switch (pattern) {
            case 0 -> n -> false;
            case 1 -> n -> true;
            case 2 -> n -> random.nextBoolean();
            case 3 -> n -> random.nextInt(4) == 0;
            case 4 -> n -> random.nextInt(4) != 0;
            case 5 -> n -> n > 6;
            default -> n -> n < 3;
        };
    }

    @Test
    void recoveryIsAPrefixThatHoldsAllThatWasDurable() {
        int recoveries = 0;
        for (long seed = 1; seed <= 6; seed++) {
            SimulatedDisk whole = new SimulatedDisk();
            new RecordedRun(seed, STEPS).run(whole);
            for (long n = 1; n <= whole.operations(); n++) {
                SimulatedDisk disk = new SimulatedDisk().faultIn(n, Fault.POWER_CUT);
                RecordedRun run = new RecordedRun(seed, STEPS);
                try {
                    run.run(disk);
                } catch (SimulatedDisk.PowerCut stopped) {
                    assertThat(stopped).hasMessageContaining("operation " + n);
                }
                for (int pattern = 0; pattern < 7; pattern++) {
                    run.check(
                            disk.crash(losing(pattern, n)), "seed " + seed + " operation " + n + " pattern " + pattern);
                    recoveries++;
                }
            }
        }
        assertThat(recoveries).isGreaterThan(5_000);
    }

    /** What a killed process left in the page cache is read by the next one, which must not take it for safe unforced. */
    @Test
    void aPowerCutSoonAfterAKilledProcessLosesNothingTheNextOneRestedOn() {
        for (long seed = 13; seed <= 14; seed++) {
            SimulatedDisk whole = new SimulatedDisk();
            new RecordedRun(seed, STEPS).run(whole);
            for (long n = 20; n <= whole.operations(); n += 2) {
                for (long m = 1; m <= 4; m++) {
                    killedThenCut(seed, n, m);
                }
            }
        }
    }

    private static void killedThenCut(long seed, long n, long m) {
        SimulatedDisk disk = new SimulatedDisk().faultIn(n, Fault.POWER_CUT);
        try {
            new RecordedRun(seed, STEPS).run(disk);
        } catch (SimulatedDisk.PowerCut killed) {
            assertThat(killed).hasMessageContaining("operation " + n);
        }
        LogFixture next = LogFixture.open(disk.restarted());
        long last = next.log.durableIndex();
        long term = next.log.term();
        disk.faultIn(m, Fault.POWER_CUT);
        try {
            next.log.saveTermAndVote(term + 1, null);
        } catch (SimulatedDisk.PowerCut cut) {
            assertThat(cut).hasMessageContaining("operation");
        }
        for (int pattern = 0; pattern < 4; pattern++) {
            String story = "seed " + seed + " killed at " + n + ", cut " + m + " later, pattern " + pattern;
            try (LogFixture after = LogFixture.open(disk.crash(losing(pattern, n)))) {
                assertThat(after.log.lastIndex()).as(story).isEqualTo(last);
                assertThat(after.log.term()).as(story).isBetween(term, term + 1);
            }
        }
    }

    @Test
    void aSecondPowerCutDuringRecoveryLosesNothingEither() {
        for (long seed = 11; seed <= 12; seed++) {
            SimulatedDisk whole = new SimulatedDisk();
            new RecordedRun(seed, STEPS).run(whole);
            for (long n = 1; n <= whole.operations(); n += 3) {
                SimulatedDisk disk = new SimulatedDisk().faultIn(n, Fault.POWER_CUT);
                RecordedRun run = new RecordedRun(seed, STEPS);
                try {
                    run.run(disk);
                } catch (SimulatedDisk.PowerCut stopped) {
                    assertThat(stopped).hasMessageContaining("operation " + n);
                }
                for (long m = 1; ; m++) {
                    SimulatedDisk second = disk.crash(losing(2, n)).faultIn(m, Fault.POWER_CUT);
                    try {
                        LogFixture.open(second);
                        break;
                    } catch (SimulatedDisk.PowerCut stopped) {
                        run.check(second.crash(losing((int) (m % 7), m)), "seed " + seed + " cuts " + n + ", " + m);
                    }
                }
            }
        }
    }
}
