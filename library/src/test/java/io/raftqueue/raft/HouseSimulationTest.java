package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Seeded lives of whole nodes in one thread: the product's consensus, log, state, sessions, forwarding, membership and
 * snapshot transfer on simulated disks, networks and clocks.
 *
 * <p>{@code -Dsimulation.house.schedules=} and {@code -Dsimulation.house.five=} say how many of three and of five voters,
 * {@code -Dsimulation.seed=} where to begin, {@code -Dsimulation.threads=} how many at a time;
 * {@code -Dsimulation.house.replay=} tells the story of one seed.
 */
class HouseSimulationTest {
    private static final int SCHEDULES = Integer.getInteger("simulation.house.schedules", 200);
    private static final int OF_FIVE = Integer.getInteger("simulation.house.five", Math.max(1, SCHEDULES / 4));
    private static final long FIRST_SEED = Long.getLong("simulation.seed", 1);
    private static final int THREADS = Integer.getInteger("simulation.threads", 1);
    /** Below that, shares mean little. */
    private static final int MANY = 50;

    @Test
    void threeNodesKeepTheirPromise() {
        keepTheirPromise(3, SCHEDULES);
    }

    @Test
    void fiveNodesKeepTheirPromise() {
        keepTheirPromise(5, OF_FIVE);
    }

    private static void keepTheirPromise(int voters, int schedules) {
        if (schedules == 0) {
            return;
        }
        HouseCampaign c = HouseCampaign.run(FIRST_SEED, schedules, voters, THREADS);
        System.out.println(voters + " voters: " + c.summary());
        if (c.failure != null) {
            System.out.println(HouseCampaign.explain(c.failure, seed -> new HouseSchedule(seed, voters)));
        }
        assertThat(c.failure).isNull();
        if (schedules >= MANY) {
            assertThat(c.reached(Happening.TAIL_AT_ELECTION)).isGreaterThanOrEqualTo(schedules / 5);
            assertThat(c.reached(Happening.MEMBERSHIP_CHANGE)).isGreaterThanOrEqualTo(schedules / 10);
            assertThat(c.reached(Happening.SNAPSHOT_INSTALL)).isGreaterThanOrEqualTo(schedules / 10);
            for (Happening h : Happening.values()) {
                assertThat(c.reached(h)).as(h.text).isPositive();
            }
        }
    }

    @Test
    void theSameSeedIsTheSameHistory() {
        for (long seed = 1; seed <= 5; seed++) {
            assertThat(new HouseSchedule(seed, 3).run()).isEqualTo(new HouseSchedule(seed, 3).run());
        }
    }

    @Test
    void aLogThatIsNotForcedIsNoticed() {
        HouseCampaign c = HouseCampaign.run(FIRST_SEED, 2000, o -> !o.verdicts().isEmpty(), seed -> {
            HouseSchedule s = new HouseSchedule(seed, 3);
            s.house.forces = false;
            return s;
        });
        System.out.println("without fsync: " + c.summary());
        assertThat(c.failure).isNotNull();
    }

    @Test
    void aFailingSeedIsToldInFewSteps() {
        HouseMutant mutant = HouseMutant.of("VOTES_WITHOUT_COMPARING_LOGS");
        HouseCampaign c = mutant.campaign(FIRST_SEED, 2000);
        assertThat(c.failure).isNotNull();

        List<String> told =
                HouseCampaign.explain(c.failure, mutant::schedule).lines().toList();

        System.out.println(told.get(0) + "\n" + told.get(1));
        int left = Integer.parseInt(told.get(1).replaceAll("shrunk to (\\d+) of .*", "$1"));
        assertThat(left).isLessThan(HouseSchedule.STEPS / 4);
        String kind = HouseShrinker.kind(c.failure.verdicts().get(0));
        assertThat(told.get(told.size() - 1)).startsWith("[" + kind);
    }

    @Test
    @EnabledIfSystemProperty(named = "simulation.house.replay", matches = "\\d+")
    void tellsOneSeed() {
        long seed = Long.getLong("simulation.house.replay");
        int voters = Integer.getInteger("simulation.house.voters", 3);
        System.out.println(HouseCampaign.trace(new HouseSchedule(seed, voters)));
    }
}
