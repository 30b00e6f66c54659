package io.raftqueue.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FifoCheckerTest {
    private final FifoChecker checker = new FifoChecker();

    @Test
    void acceptsWhatAQueueDoes() {
        checker.sent(1, 1, 2);
        checker.sent(2, 3, 4);
        checker.taken(1, 5, 6);
        checker.taken(2, 7, 8);
        checker.foundEmpty(9, 10);
        assertThat(checker.verdicts()).isEmpty();
    }

    @Test
    void concurrentSendsMayComeOutInEitherOrder() {
        checker.sent(1, 1, 10);
        checker.sent(2, 2, 9);
        checker.taken(2, 11, 12);
        checker.taken(1, 13, 14);
        assertThat(checker.verdicts()).isEmpty();
    }

    @Test
    void seesALostMessage() {
        checker.sent(1, 1, 2);
        checker.foundEmpty(3, 4);
        assertThat(checker.verdicts()).anyMatch(v -> v.startsWith("lost"));
    }

    @Test
    void anUnknownTakeExplainsOneMissingMessageAndNoMore() {
        checker.sent(1, 1, 2);
        checker.maybeTaken();
        assertThat(checker.verdicts()).isEmpty();
        checker.sent(2, 3, 4);
        assertThat(checker.verdicts()).anyMatch(v -> v.startsWith("lost"));
    }

    @Test
    void anUnknownSendMayBeThereOrNot() {
        checker.maybeSent(1, 1);
        checker.maybeSent(2, 2);
        checker.taken(2, 3, 4);
        checker.foundEmpty(5, 6);
        assertThat(checker.verdicts()).isEmpty();
    }

    @Test
    void seesADoubledMessage() {
        checker.sent(1, 1, 2);
        checker.taken(1, 3, 4);
        checker.taken(1, 5, 6);
        assertThat(checker.verdicts()).anyMatch(v -> v.startsWith("doubled"));
    }

    @Test
    void seesAMessageThatNobodySent() {
        checker.taken(1, 3, 4);
        assertThat(checker.verdicts()).anyMatch(v -> v.startsWith("fresh"));
    }

    @Test
    void seesSwappedMessages() {
        checker.sent(1, 1, 2);
        checker.sent(2, 3, 4);
        checker.taken(2, 5, 6);
        checker.taken(1, 7, 8);
        assertThat(checker.verdicts()).anyMatch(v -> v.startsWith("order"));
    }

    @Test
    void seesAWrongEmptyThatOnlyTheUnionOfTwoMessagesShows() {
        checker.sent(1, 1, 2);
        checker.sent(2, 3, 6);
        checker.foundEmpty(4, 20);
        checker.taken(1, 10, 11);
        checker.taken(2, 21, 22);
        assertThat(checker.verdicts()).anyMatch(v -> v.startsWith("empty"));
    }

    @Test
    void anEmptyAnswerIsRightInTheGapBetweenTwoMessages() {
        checker.sent(1, 1, 2);
        checker.taken(1, 5, 6);
        checker.foundEmpty(3, 20);
        checker.sent(2, 8, 9);
        checker.taken(2, 21, 22);
        assertThat(checker.verdicts()).isEmpty();
    }

    @Test
    void randomHistoriesOfARealQueuePassAndPlantedFaultsDoNot() {
        for (int seed = 0; seed < 300; seed++) {
            assertThat(history(seed, 0).verdicts()).as("seed %d", seed).isEmpty();
            assertThat(history(seed, 1).verdicts()).as("loss, seed %d", seed).isNotEmpty();
            assertThat(history(seed, 2).verdicts()).as("double, seed %d", seed).isNotEmpty();
            assertThat(history(seed, 3).verdicts()).as("swap, seed %d", seed).isNotEmpty();
            assertThat(history(seed, 4).verdicts())
                    .as("wrong empty, seed %d", seed)
                    .isNotEmpty();
        }
    }

    /** Operations take effect one by one; their calls and returns are stretched over each other at random. */
    private static FifoChecker history(long seed, int fault) {
        SplittableRandom random = new SplittableRandom(seed);
        FifoChecker checker = new FifoChecker();
        ArrayDeque<Long> queue = new ArrayDeque<>();
        List<long[]> out = new ArrayList<>();
        long time = 0;
        for (int i = 1; i <= 60; i++) {
            time += 10;
            long called = time - random.nextInt(40);
            long returned = time + 1 + random.nextInt(40);
            if (random.nextBoolean()) {
                queue.add((long) i);
                checker.sent(i, called, returned);
            } else if (queue.isEmpty()) {
                checker.foundEmpty(called, returned);
            } else {
                out.add(new long[] {queue.remove(), called, returned});
            }
        }
        time += 1000;
        for (int value = 1001; value <= 1004; value++) {
            checker.sent(value, time++, time++);
            queue.add((long) value);
        }
        if (fault == 4) {
            checker.foundEmpty(time++, time++);
        }
        while (!queue.isEmpty()) {
            out.add(new long[] {queue.remove(), time++, time++});
        }
        checker.foundEmpty(time++, time++);
        if (fault == 1) {
            out.remove(random.nextInt(out.size()));
        } else if (fault == 2) {
            out.add(new long[] {out.get(random.nextInt(out.size()))[0], time++, time++});
        } else if (fault == 3) {
            long[] last = out.get(out.size() - 1);
            long[] other = out.get(out.size() - 2);
            long value = last[0];
            last[0] = other[0];
            other[0] = value;
        }
        out.forEach(t -> checker.taken(t[0], t[1], t[2]));
        return checker;
    }
}
