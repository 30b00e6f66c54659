package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Seeded lives of whole nodes in one thread: the product's consensus, log, state, sessions, forwarding, membership and
 * snapshot transfer on simulated disks, networks and clocks. {@code -Dsimulation.house.schedules=} runs more of them,
 * {@code -Dsimulation.seed=} begins elsewhere.
 */
class HouseSimulationTest {
    private static final int SCHEDULES = Integer.getInteger("simulation.house.schedules", 200);
    private static final long FIRST_SEED = Long.getLong("simulation.seed", 1);

    @Test
    void threeNodesKeepTheirPromise() {
        keepTheirPromise(3, SCHEDULES);
    }

    @Test
    void fiveNodesKeepTheirPromise() {
        keepTheirPromise(5, Math.max(1, SCHEDULES / 4));
    }

    private static void keepTheirPromise(int voters, int schedules) {
        HouseCampaign c = HouseCampaign.run(FIRST_SEED, schedules, voters);
        System.out.println(voters + " voters: " + c.summary());
        if (c.failure != null) {
            System.out.println(HouseCampaign.replay(c.failure.seed(), voters));
        }
        assertThat(c.failure).isNull();
        assertThat(c.tails).as("leader changes with an uncommitted tail").isGreaterThan(schedules / 5);
        assertThat(c.membershipChanges).as("membership changes").isGreaterThan(schedules / 10);
        assertThat(c.installs).as("snapshot installs").isGreaterThan(schedules / 10);
    }

    @Test
    void theSameSeedIsTheSameHistory() {
        for (long seed = 1; seed <= 5; seed++) {
            assertThat(new HouseSchedule(seed, 3).run()).isEqualTo(new HouseSchedule(seed, 3).run());
        }
    }

    @Test
    void aLogThatIsNotForcedIsNoticed() {
        HouseCampaign c = HouseCampaign.run(FIRST_SEED, 2000, seed -> {
            HouseSchedule s = new HouseSchedule(seed, 3);
            s.house.forces = false;
            return s;
        });
        System.out.println("without fsync: " + c.summary());
        assertThat(c.failure).isNotNull();
    }
}
