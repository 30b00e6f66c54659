package io.raftqueue.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each cure switched off must be noticed: what the stories and the campaign say is worth something only then.
 * {@code -Dmutants.schedules=200000} looks for a verdict of the campaign for each, besides the stories.
 */
class MutantsTest {
    private static final int SCHEDULES = Integer.getInteger("mutants.schedules", 300);

    @ParameterizedTest
    @EnumSource(Mutant.class)
    void isCaught(Mutant mutant) {
        String schedule = mutant.caughtBySchedule(1, SCHEDULES);
        String story = mutant.caughtByStory();
        System.out.printf("%s (%s)%n  campaign: %s%n  story: %s%n", mutant, mutant.row, schedule, story);
        assertThat(story != null || schedule != null).isTrue();
    }
}
