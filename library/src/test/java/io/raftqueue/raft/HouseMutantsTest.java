package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whole nodes with one cure switched off, each of which must be noticed: by a check of the campaign within
 * {@code -Dmutants.house.schedules=} schedules from {@code -Dsimulation.seed=} on, or by a story of the consensus. That a
 * member stopped itself, because an invariant of the product was broken, is told and does not count.
 */
class HouseMutantsTest {
    private static final int SCHEDULES = Integer.getInteger("mutants.house.schedules", 20);
    /** What no story tells of, the campaign must find. */
    private static final int WITHOUT_STORY = 2_000;

    private static final long FIRST_SEED = Long.getLong("simulation.seed", 1);

    static List<HouseMutant> mutants() {
        return HouseMutant.all();
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void isCaught(HouseMutant mutant) {
        String story = mutant.twin() == null ? null : mutant.twin().caughtByStory();
        int most = story == null ? Math.max(SCHEDULES, WITHOUT_STORY) : SCHEDULES;
        HouseCampaign c = mutant.campaign(FIRST_SEED, most);
        System.out.printf(
                "%-42s %-12s %s%n%-55s story: %s%n", mutant, mutant.row(), verdict(c), "", story == null ? "-" : story);
        assertThat(c.failure != null || story != null).as("noticed").isTrue();
    }

    private static String verdict(HouseCampaign c) {
        String stops = c.stops() == 0 ? "" : "; a member stopped itself in " + c.stops() + " of them";
        if (c.failure == null) {
            return "no check within " + c.schedules + " schedules" + stops;
        }
        String first = c.failure.verdicts().get(0);
        String brief = first.length() > 150 ? first.substring(0, 150) + "…" : first;
        return "check after " + c.schedules + ", seed " + c.failure.seed() + ": " + brief + stops;
    }
}
