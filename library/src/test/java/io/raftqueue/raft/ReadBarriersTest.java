package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.ClosedException;
import io.raftqueue.NoLeaderException;
import io.raftqueue.OverloadedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Reads that wait for what was acknowledged before them. */
class ReadBarriersTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final List<Long> asked = new ArrayList<>();
    private final List<Long> cancelled = new ArrayList<>();
    private final ReadBarriers reads = new ReadBarriers(
            new ReadBarriers.Questions() {
                @Override
                public void ask(long readId) {
                    asked.add(readId);
                }

                @Override
                public void cancel(long readId) {
                    cancelled.add(readId);
                }
            },
            Runnable::run,
            () -> "the state");

    private CompletableFuture<Void> read() {
        CompletableFuture<Void> caller = new CompletableFuture<>();
        reads.add(caller, SECOND, 0);
        return caller;
    }

    private static Throwable failure(CompletableFuture<?> call) {
        return call.handle((r, e) -> e).join();
    }

    @Test
    void readsThatComeTogetherShareAQuestionAndWaitUntilItsIndexIsApplied() {
        CompletableFuture<Void> first = read();
        CompletableFuture<Void> second = read();
        reads.pump();
        assertThat(asked).containsExactly(1L);
        reads.answered(1, 10, 9);
        reads.applied(9);
        assertThat(first).isNotDone();
        reads.applied(10);
        assertThat(first).isCompleted();
        assertThat(second).isCompleted();
    }

    @Test
    void aReadThatComesLaterIsNotServedByAnEarlierQuestion() {
        read();
        reads.pump();
        CompletableFuture<Void> later = read();
        reads.answered(1, 10, 10);
        assertThat(later).isNotDone();
        reads.pump();
        assertThat(asked).containsExactly(1L, 2L);
        reads.answered(2, 10, 10);
        assertThat(later).isCompleted();
    }

    @Test
    void withoutALeaderFewQuestionsStandAndReadsEndAtTheirDeadline() {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.add(read());
            reads.pump();
        }
        assertThat(asked).hasSize(4);
        reads.tick(SECOND);
        assertThat(all)
                .allSatisfy(f -> assertThat(failure(f))
                        .isInstanceOf(NoLeaderException.class)
                        .hasMessageContaining("within 1000 ms"));
        assertThat(cancelled).containsExactlyElementsOf(asked);
        reads.answered(1, 10, 10); // nobody waits any more
    }

    @Test
    void whoLeavesIsForgottenAndTheOthersAreServed() {
        CompletableFuture<Void> gone = read();
        CompletableFuture<Void> stays = read();
        reads.pump();
        gone.cancel(false);
        reads.tick(1);
        assertThat(cancelled).isEmpty();
        reads.answered(1, 3, 3);
        assertThat(stays).isCompleted();
    }

    @Test
    void anotherConsensusIsAskedAgainAndTheEndTellsAll() {
        CompletableFuture<Void> asks = read();
        reads.pump();
        CompletableFuture<Void> waits = read();
        reads.askAgain();
        assertThat(asked).containsExactly(1L, 1L);
        reads.close(() -> new ClosedException("closed"));
        assertThat(failure(asks)).isInstanceOf(ClosedException.class);
        assertThat(failure(waits)).isInstanceOf(ClosedException.class);
    }

    @Test
    void whatWaitsWithoutALeaderIsBounded() {
        for (int i = 0; i < 4; i++) {
            read();
            reads.pump();
        }
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        for (int i = 0; i < ReadBarriers.MAX_WAITING; i++) {
            waiting.add(read());
        }
        assertThat(failure(read())).isInstanceOf(OverloadedException.class);
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
    }
}
