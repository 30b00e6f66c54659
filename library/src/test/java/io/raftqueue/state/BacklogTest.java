package io.raftqueue.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.raftqueue.command.Command;
import io.raftqueue.command.CommandBatch;
import io.raftqueue.command.MessageBody;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** Millions may wait: state and snapshot stay a few kilobytes, and the figures stay honest. */
class BacklogTest {
    private static final int TEN_MILLION = 10_000_000;
    private static final int EIGHT_KILOBYTES = 8 * 1024;

    @Test
    void tenMillionWaitingMessagesFitInAFewKilobytes() {
        QueueState state = new QueueState();
        MessageBody message = message(100, 1_700_000_000_000L);
        Command thousand = new Command.SendAll("orders", Collections.nCopies(1_000, message));
        List<Command> commands = Collections.nCopies(10, thousand);
        for (int serial = 1; serial <= TEN_MILLION / 10_000; serial++) {
            state.apply(serial, serial, new CommandBatch(new UUID(0, 1), 1, serial, commands), Changes.NONE);
        }

        assertThat(state.figures("orders").depth()).isEqualTo(TEN_MILLION);
        assertThat(state.figures("orders").bytes()).isEqualTo(100L * TEN_MILLION);
        assertThat(state.snapshot().length).isLessThan(EIGHT_KILOBYTES);
        assertThat(QueueState.restore(state.snapshot()).hash()).isEqualTo(state.hash());
    }

    @Test
    void sizesAndTimesOfAllKindsFitInAFewKilobytesToo() {
        QueueState state = new QueueState();
        Random random = new Random(42);
        long bytes = 0;
        long serial = 0;
        while (serial * 10_000 < TEN_MILLION) {
            int size = random.nextInt(2_000);
            MessageBody small = message(size, 1_700_000_000_000L + serial * 1_000);
            MessageBody big = message(size * 3, 1_700_000_000_000L + serial * 1_000 + 500);
            List<Command> commands = List.of(
                    new Command.SendAll("orders", Collections.nCopies(5_000, small)),
                    new Command.SendAll("orders", Collections.nCopies(5_000, big)));
            serial++;
            bytes += 5_000L * 4 * size;
            state.apply(serial, serial, new CommandBatch(new UUID(0, 1), 1, serial, commands), Changes.NONE);
        }

        assertThat(state.figures("orders").bytes()).isEqualTo(bytes);
        assertThat(state.snapshot().length).isLessThan(EIGHT_KILOBYTES);
    }

    @Test
    void whileFewWaitEverythingIsExact() {
        Backlog backlog = new Backlog();
        ArrayDeque<long[]> plain = new ArrayDeque<>();
        Random random = new Random(7);
        for (int i = 0; i < 100_000; i++) {
            if (random.nextBoolean() && plain.size() < Backlog.MAX_STRETCHES) {
                long[] message = {random.nextInt(1_000), random.nextInt()};
                plain.add(message);
                backlog.add(message[0], message[1]);
            } else if (!plain.isEmpty()) {
                plain.remove();
                backlog.remove(1);
            }
            assertThat(backlog.messages()).isEqualTo(plain.size());
            assertThat(backlog.bytes())
                    .isEqualTo(plain.stream().mapToLong(m -> m[0]).sum());
            assertThat(backlog.oldestSentAt()).isEqualTo(plain.isEmpty() ? 0 : plain.peek()[1]);
        }
    }

    @Test
    void whenManyWaitBytesAndTimesAreNearTheTruthAllTheWayDown() {
        Backlog backlog = new Backlog();
        ArrayDeque<long[]> plain = new ArrayDeque<>();
        Random random = new Random(8);
        long truth = 0;
        long sum = 0;
        for (int i = 0; i < 1_000_000; i++) {
            long[] message = {random.nextInt(1_000), 10L * i};
            plain.add(message);
            backlog.add(message[0], message[1]);
            truth += message[0];
        }
        sum = truth;
        while (plain.size() > 1) {
            int count = Math.min(plain.size(), 1 + random.nextInt(5_000));
            for (int i = 0; i < count; i++) {
                truth -= plain.remove()[0];
            }
            backlog.remove(count);
            assertThat(backlog.bytes()).isCloseTo(truth, within(sum / Backlog.MAX_STRETCHES));
            if (!plain.isEmpty()) {
                assertThat(backlog.oldestSentAt()).isCloseTo(plain.peek()[1], within(100L));
            }
        }
        backlog.remove(backlog.messages());
        assertThat(backlog.bytes()).isZero();
    }

    @Test
    void aQueueThatWasLongOnceIsExactAgainAfterItHasDrained() {
        Backlog backlog = new Backlog();
        for (int i = 0; i < 1_000_000; i++) {
            backlog.add(i % 2 == 0 ? 10 : 1_000, i);
        }
        backlog.remove(999_990);
        // it never was empty, yet the coarse stretches leave with the messages they stand for
        for (int i = 0; i < 1_000; i++) {
            backlog.add(7, i);
            backlog.remove(1);
        }

        assertThat(backlog.bytes()).isCloseTo(7L * backlog.messages(), Percentage.withPercentage(1));
    }

    private static MessageBody message(int size, long sentAt) {
        return new MessageBody(new byte[size], "text/plain", Map.of(), sentAt, null);
    }
}
