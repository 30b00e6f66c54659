package io.raftqueue.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.log.disk.SimulatedDisk;
import io.raftqueue.log.disk.SimulatedDisk.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Sends, takes, snapshots, deletions and copies, interrupted at every file operation: every waiting message keeps its body. */
class CrashWithMessagesTest {
    private static final int STEPS = 70;

    /** What the run knew when it stopped. */
    private static final class Run {
        final List<byte[]> stateAfter = new ArrayList<>(List.of(new byte[0]));
        long durable;
        boolean failed;

        void go(SimulatedDisk disk, long seed) {
            LogFixture f = LogFixture.open(disk, LogFixture.SMALL, QueueStory.BODIES);
            QueueStory story = new QueueStory(f.log);
            Random random = new Random(seed);
            for (int step = 0; step < STEPS; step++) {
                try {
                    if (step % 23 == 22) {
                        story.dropThird();
                    } else {
                        story.step(random);
                    }
                } catch (NoSpaceException refused) {
                    failed = true;
                    return;
                } finally {
                    // An entry that was being written when the machine stopped may survive: what it does is known.
                    noteStates(story);
                    durable = f.log.durableIndex();
                }
            }
            f.close();
            durable = f.log.lastIndex();
        }

        private void noteStates(QueueStory story) {
            while (stateAfter.size() <= story.applied) {
                stateAfter.add(QueueStory.encode(story.queues));
            }
        }
    }

    private static void check(SimulatedDisk left, Run run, String what) {
        LogFixture f = LogFixture.open(left, LogFixture.SMALL, QueueStory.BODIES);
        QueueStory found = new QueueStory(f.log);
        assertThat(found.applied).as(what).isGreaterThanOrEqualTo(run.durable);
        if (found.applied < run.stateAfter.size()) {
            assertThat(QueueStory.encode(found.queues)).as(what).isEqualTo(run.stateAfter.get((int) found.applied));
        }
        found.checkBodies(what);
        found.send(1, 3, 40);
        found.take(2, 2);
        found.snapshot();
        f.log.reclaim();
        f.log.reclaim();
        f.log.reclaim();
        found.checkBodies(what + ", later");
        new QueueStory(LogFixture.open(left.crash(n -> false), LogFixture.SMALL, QueueStory.BODIES).log)
                .checkBodies(what + ", and again");
    }

    private static void everywhere(long seed, Fault fault) {
        SimulatedDisk whole = new SimulatedDisk();
        new Run().go(whole, seed);
        for (long n = 1; n <= whole.operations(); n++) {
            SimulatedDisk disk = new SimulatedDisk().faultIn(n, fault);
            Run run = new Run();
            try {
                run.go(disk, seed);
            } catch (SimulatedDisk.PowerCut | LogException stopped) {
                assertThat(stopped).isNotInstanceOf(DamagedLogException.class);
            }
            disk.faultIn(0, fault);
            for (int pattern = 0; pattern < 4; pattern++) {
                Random random = new Random(n);
                int kept = pattern;
                SimulatedDisk left =
                        disk.crash(i -> kept == 1 || kept == 2 && random.nextBoolean() || kept == 3 && i > 0);
                check(left, run, fault + " seed " + seed + " operation " + n + " pattern " + pattern);
            }
        }
    }

    @Test
    void powerCuts() {
        for (long seed = 1; seed <= 6; seed++) {
            everywhere(seed, Fault.POWER_CUT);
        }
    }

    @Test
    void errors() {
        everywhere(31, Fault.IO_ERROR);
        everywhere(32, Fault.IO_ERROR);
    }

    @Test
    void noSpace() {
        everywhere(41, Fault.NO_SPACE);
        everywhere(42, Fault.NO_SPACE);
    }

    @Test
    void shortWrites() {
        everywhere(51, Fault.SHORT_WRITE);
    }
}
