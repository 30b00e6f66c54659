package io.raftqueue.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The directed schedules: each defect that README tells of, tried on ours. */
class StoriesTest {
    static List<Story> stories() {
        return Story.all();
    }

    @ParameterizedTest
    @MethodSource("stories")
    void isTrue(Story story) {
        String wrong = story.play(new Rules());
        System.out.printf("%-14s %s: %s%n", story.row(), story.tells(), wrong == null ? "holds" : wrong);
        assertThat(wrong).isNull();
    }
}
