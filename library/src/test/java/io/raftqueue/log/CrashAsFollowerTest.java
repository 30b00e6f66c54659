package io.raftqueue.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.log.disk.SimulatedDisk;
import io.raftqueue.log.disk.SimulatedDisk.Fault;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Votes, cut tails, snapshots, installs and copies together, interrupted at every file operation. */
class CrashAsFollowerTest {
    private static final int STEPS = 45;
    private static final Runnable NOTHING = () -> {};

    private static SimulatedDisk left(SimulatedDisk disk, int pattern, long seed) {
        Random random = new Random(seed);
        return disk.crash(i -> switch (pattern) {
            case 0 -> false;
            case 1 -> true;
            case 2 -> random.nextBoolean();
            default -> i > 0;
        });
    }

    @Test
    void powerCuts() {
        int cuts = 0;
        int installs = 0;
        int places = 0;
        for (long seed = 1; seed <= 3; seed++) {
            SimulatedDisk whole = new SimulatedDisk();
            FollowerRun untroubled = new FollowerRun(seed);
            untroubled.run(whole, STEPS, NOTHING);
            cuts += untroubled.cuts;
            installs += untroubled.installs;
            for (long n = 1; n <= whole.operations(); n++) {
                SimulatedDisk disk = new SimulatedDisk().faultIn(n, Fault.POWER_CUT);
                FollowerRun run = new FollowerRun(seed);
                try {
                    run.run(disk, STEPS, NOTHING);
                } catch (SimulatedDisk.PowerCut stopped) {
                    assertThat(stopped).hasMessageContaining("operation " + n);
                }
                for (int pattern = 0; pattern < 4; pattern++) {
                    run.check(left(disk, pattern, n), "seed " + seed + " operation " + n + " pattern " + pattern);
                    places++;
                }
            }
        }
        assertThat(cuts).as("tails cut off in the runs").isGreaterThan(5);
        assertThat(installs).as("snapshots installed in the runs").isGreaterThan(3);
        assertThat(places).as("recoveries").isGreaterThan(2_000);
    }

    /** The device is full at one operation, the node goes on if it can, and some operations later the power is cut. */
    @Test
    void powerCutsAfterAFullDisk() {
        int refusals = 0;
        int cutLater = 0;
        for (long seed = 11; seed <= 12; seed++) {
            SimulatedDisk whole = new SimulatedDisk();
            new FollowerRun(seed).run(whole, STEPS, NOTHING);
            for (long n = 1; n <= whole.operations(); n++) {
                long full = n;
                SimulatedDisk disk = new SimulatedDisk().faultIn(full, Fault.NO_SPACE);
                boolean[] armed = new boolean[1];
                FollowerRun run = new FollowerRun(seed);
                try {
                    run.run(disk, STEPS, () -> {
                        if (!armed[0] && disk.operations() >= full) {
                            armed[0] = true;
                            disk.faultIn(1 + full % 29, Fault.POWER_CUT);
                        }
                    });
                } catch (LogException stopped) {
                    assertThat(stopped).isNotInstanceOf(DamagedLogException.class);
                } catch (SimulatedDisk.PowerCut stopped) {
                    cutLater++;
                }
                refusals += run.refusals;
                run.check(left(disk, (int) (n % 4), n), "seed " + seed + " full at " + n);
            }
        }
        assertThat(refusals).as("refused for want of room").isGreaterThan(50);
        assertThat(cutLater).as("cut after a full disk").isGreaterThan(100);
    }
}
