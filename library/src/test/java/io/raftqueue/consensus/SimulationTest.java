package io.raftqueue.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Seeded lives of whole clusters, every one checked against Raft's invariants and as a first-in-first-out queue.
 * {@code -Dsimulation.schedules=1000000} runs the long campaign, {@code -Dsimulation.seed=} begins it elsewhere.
 */
class SimulationTest {
    private static final int SCHEDULES = Integer.getInteger("simulation.schedules", 4000);
    private static final long FIRST_SEED = Long.getLong("simulation.seed", 1);

    @Test
    void threeVotersKeepTheirPromise() {
        keepTheirPromise(3, SCHEDULES);
    }

    @Test
    void fiveVotersKeepTheirPromise() {
        keepTheirPromise(5, Math.max(1, SCHEDULES / 4));
    }

    private static void keepTheirPromise(int voters, int schedules) {
        Campaign c = Campaign.run(
                FIRST_SEED, schedules, o -> !o.verdicts().isEmpty(), seed -> new Schedule(seed, voters, new Rules()));
        System.out.println(voters + " voters: " + c.summary());
        c.failures.forEach(o -> System.out.println(Campaign.replay(new Schedule(o.seed(), voters, new Rules()))));
        assertThat(c.failures).isEmpty();
        assertThat(c.tails).as("leader changes with an uncommitted tail").isGreaterThan(schedules / 5);
        assertThat(c.membershipChanges).as("membership changes").isGreaterThan(schedules / 10);
        assertThat(c.installs).as("snapshot installs").isGreaterThan(schedules / 10);
    }

    @Test
    void theSameSeedIsTheSameHistory() {
        for (long seed = 1; seed <= 50; seed++) {
            assertThat(new Schedule(seed, 3, new Rules()).run()).isEqualTo(new Schedule(seed, 3, new Rules()).run());
        }
    }
}
