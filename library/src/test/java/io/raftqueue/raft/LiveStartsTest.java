package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.raft.LiveStarts.Verdict;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Two processes in the name of one data directory: successors are heard, twins are not. */
class LiveStartsTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final UUID NODE = new UUID(1, 1);

    private final LiveStarts live = new LiveStarts();

    @Test
    void theSuccessorOfAProcessThatEndedIsHeardAtOnce() {
        assertThat(live.spoke(NODE, 7, SECOND)).isEqualTo(Verdict.HEAR);
        live.ended(NODE, 7);
        assertThat(live.spoke(NODE, 8, SECOND + 1)).isEqualTo(Verdict.HEAR);
    }

    @Test
    void theSuccessorOfAProcessThatLostPowerIsHeardAfterItsSilenceAndNobodyCallsItATwin() {
        live.spoke(NODE, 7, SECOND);
        assertThat(live.spoke(NODE, 8, 2 * SECOND)).isEqualTo(Verdict.IGNORE);
        assertThat(live.spoke(NODE, 8, 3 * SECOND)).isEqualTo(Verdict.IGNORE);
        assertThat(live.spoke(NODE, 8, 4 * SECOND)).isEqualTo(Verdict.HEAR);
        assertThat(live.spoke(NODE, 8, 5 * SECOND)).isEqualTo(Verdict.HEAR);
    }

    @Test
    void theSecondOfTwoLiveProcessesIsRefusedForAsLongAsTheFirstSpeaks() {
        live.spoke(NODE, 7, SECOND);
        assertThat(live.spoke(NODE, 8, 2 * SECOND)).isEqualTo(Verdict.IGNORE);
        for (int i = 3; i < 60; i++) {
            assertThat(live.spoke(NODE, 7, i * SECOND)).isEqualTo(Verdict.HEAR);
            assertThat(live.spoke(NODE, 8, i * SECOND + 1)).isEqualTo(Verdict.REFUSE);
        }
        assertThat(live.spoke(NODE, 8, 70 * SECOND)).isEqualTo(Verdict.HEAR);
        assertThat(live.spoke(NODE, 7, 71 * SECOND)).isEqualTo(Verdict.IGNORE);
    }

    @Test
    void manyStrangersDoNotPushOutWhoIsHeardOften() {
        for (int i = 0; i < 10_000; i++) {
            live.spoke(new UUID(2, i), 9, SECOND + i);
            assertThat(live.spoke(NODE, 7, SECOND + i)).isEqualTo(Verdict.HEAR);
        }
        assertThat(live.spoke(NODE, 8, SECOND + 10_000)).isEqualTo(Verdict.IGNORE);
    }
}
