package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.simulation.FifoChecker;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CutOffTakesTest {
    private final CutOffTakes takes = new CutOffTakes(Duration.ofSeconds(5));

    private static long seconds(long seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }

    /** Sent one a second; taken, but for the missing one, one a second from the hundredth on. */
    private void history(long messages, long missing) {
        for (long m = 0; m < messages; m++) {
            takes.sent(m, seconds(m), seconds(m) + 1);
            if (m != missing) {
                takes.taken(m, seconds(100 + m), seconds(100 + m) + 1);
            }
        }
    }

    @Test
    void aTakeThatWasCutOffAtThatMomentExplainsAMissingMessage() {
        history(50, 20);
        takes.cutOff(seconds(120));
        assertThat(takes.missing()).isEqualTo(1);
        assertThat(takes.unexplained()).isEmpty();
    }

    /** They may be in the queue still, or a take that was cut off before the queue was found empty removed them. */
    @Test
    void ofWhatDidNotComeOutOfAQueueThatWasNotDrainedNothingIsSaid() {
        history(50, 20);
        var checker = new FifoChecker();
        for (long m = 0; m < 50; m++) {
            checker.sent(m, seconds(m), seconds(m) + 1);
        }
        checker.foundEmpty(seconds(200), seconds(201));
        assertThat(takes.verdictsUndrained(checker)).isEmpty();
    }

    @Test
    void noTakeExplainsTwo() {
        history(50, 20);
        takes.sent(100, seconds(20), seconds(20) + 1);
        takes.cutOff(seconds(120));
        assertThat(takes.unexplained()).hasSize(1);
    }

    @Test
    void whatWasNotYetAtTheHeadCannotHaveBeenRemoved() {
        history(50, 20);
        takes.cutOff(seconds(105));
        assertThat(takes.unexplained()).containsExactly(20L);
    }

    @Test
    void aTakeThatBeganWhenLaterMessagesWereOutExplainsNothing() {
        history(50, 20);
        takes.cutOff(seconds(122));
        assertThat(takes.unexplained()).containsExactly(20L);
    }

    @Test
    void whatItRemovedMayBeGivenToALaterCaller() {
        history(50, 20);
        takes.taken(20, seconds(140), seconds(140) + 1);
        assertThat(takes.explained()).isEmpty();
        takes.cutOff(seconds(120));
        assertThat(takes.explained()).containsExactly(Map.entry(20L, seconds(120)));
    }

    @Test
    void whatIsLateForNoReasonStaysSo() {
        history(50, 20);
        takes.taken(20, seconds(140), seconds(140) + 1);
        takes.cutOff(seconds(130));
        assertThat(takes.explained()).isEmpty();
    }

    @Test
    void withoutACutOffTakeAMissingMessageIsLost() {
        history(50, 20);
        assertThat(takes.unexplained()).containsExactly(20L);
    }
}
