package io.raftqueue.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.raftqueue.NoLeaderException;
import io.raftqueue.OutcomeUnknownException;
import io.raftqueue.RaftQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who gets which message, and what becomes of messages whose takers have gone. */
class QueueDeskTest {
    private final LoneNode lone = new LoneNode();
    private final LoneReplica replica = lone.replica;
    private final RaftQueue<String> queue = lone.queue();

    @AfterEach
    void close() {
        lone.close();
    }

    private CompletableFuture<String> waiting() {
        return queue.pollAsync(Duration.ofHours(1));
    }

    @Test
    void anEmptyPollWritesNothingToTheLog() {
        assertThat(queue.poll()).isNull();
        assertThat(replica.takes).hasValue(0);
    }

    @Test
    void aWaitingTakeGetsTheMessageThatArrives() throws Exception {
        FutureTask<String> taker = LoneNode.onItsOwnThread(queue::take);
        queue.send("a");
        assertThat(taker.get(5, TimeUnit.SECONDS)).isEqualTo("a");
    }

    @Test
    void localWaitersAreServedInTheirOrder() {
        List<CompletableFuture<String>> waiters = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            waiters.add(waiting());
        }
        for (int i = 0; i < 20; i++) {
            queue.send("m" + i);
        }
        for (int i = 0; i < 20; i++) {
            assertThat(waiters.get(i).join()).isEqualTo("m" + i);
        }
    }

    @Test
    void oneMessageWakesOneOfManyWaiters() {
        List<CompletableFuture<String>> waiters = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            waiters.add(waiting());
        }
        queue.send("only");
        assertThat(waiters.get(0).join()).isEqualTo("only");
        assertThat(replica.takes).hasValue(1);
        assertThat(waiters).filteredOn(CompletableFuture::isDone).hasSize(1);
    }

    @Test
    void aPollWithAWaitEndsWithNullWhenNothingCame() throws Exception {
        long start = System.nanoTime();
        assertThat(queue.poll(Duration.ofMillis(60))).isNull();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(60_000_000);
        assertThat(replica.takes).hasValue(0);
    }

    @Test
    void theWaitDoesNotBoundTheCommitOfATakeUnderWay() throws Exception {
        queue.send("slow");
        replica.hold();
        FutureTask<String> poll = LoneNode.onItsOwnThread(() -> queue.poll(Duration.ofMillis(20)));
        await().until(() -> replica.heldCommands() == 1);
        await().pollDelay(Duration.ofMillis(100)).until(() -> !poll.isDone());
        replica.release();
        assertThat(poll.get(5, TimeUnit.SECONDS)).isEqualTo("slow");
    }

    @Test
    void anInterruptBeforeATakeIsProposedCostsNothing() throws Exception {
        var taker = new FutureTask<>(queue::take);
        var thread = new Thread(taker);
        thread.setDaemon(true);
        thread.start();
        await().until(() -> thread.getState() == Thread.State.WAITING);
        thread.interrupt();
        assertThatThrownBy(() -> taker.get(5, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        queue.send("kept");
        assertThat(replica.takes).hasValue(0);
        assertThat(queue.poll()).isEqualTo("kept");
    }

    @Test
    void whatATakerLeftBehindIsTheNextLocalCallers() throws Exception {
        queue.sendAll(List.of("first", "second"));
        replica.hold();
        CompletableFuture<String> impatient = waiting();
        await().until(() -> replica.heldCommands() == 1);
        impatient.cancel(false);
        replica.release();
        await().until(() -> lone.node.queues().get(0).inFlight() == 1);
        assertThat(queue.size()).isEqualTo(1);
        assertThat(queue.poll()).isEqualTo("first");
        assertThat(queue.poll()).isEqualTo("second");
        assertThat(lone.node.queues().get(0).inFlight()).isZero();
    }

    @Test
    void whatACancelledPollLeftBehindGoesToAWaiterFirst() {
        queue.send("first");
        replica.hold();
        CompletableFuture<String> impatient = queue.pollAsync();
        CompletableFuture<String> patient = waiting();
        await().until(() -> replica.heldCommands() == 2);
        impatient.cancel(false);
        replica.release();
        assertThat(patient.join()).isEqualTo("first");
    }

    @Test
    void aMessageRemovedAfterTheDeadlineIsTheNextLocalCallers() {
        queue.send("late");
        replica.hold();
        CompletableFuture<String> poll = queue.pollAsync();
        await().until(() -> replica.heldCommands() == 1);
        replica.timeOutHeld();
        assertThatThrownBy(poll::join).hasCauseInstanceOf(OutcomeUnknownException.class);
        replica.release();
        assertThat(queue.poll()).isEqualTo("late");
    }

    @Test
    void aWaiterOutlivesATakeOfUnknownOutcome() {
        queue.send("late");
        replica.hold();
        CompletableFuture<String> waiter = waiting();
        await().until(() -> replica.heldCommands() == 1);
        replica.timeOutHeld();
        assertThat(replica.heldCommands()).isEqualTo(1);
        replica.release();
        assertThat(waiter.join()).isEqualTo("late");
        assertThat(replica.takes).hasValue(1);
    }

    @Test
    void aWaiterWhoseAnswerIsLostIsToldSoAndTheOthersGoOn() {
        queue.send("perhaps gone");
        replica.hold();
        CompletableFuture<String> first = waiting();
        CompletableFuture<String> second = waiting();
        await().until(() -> replica.heldCommands() == 1);
        replica.loseHeld();
        assertThatThrownBy(first::join).hasCauseInstanceOf(OutcomeUnknownException.class);
        replica.release();
        assertThat(second.join()).isEqualTo("perhaps gone");
    }

    @Test
    void waitersOutliveATimeWithoutALeader() {
        queue.send("patience");
        replica.leaderless(true);
        CompletableFuture<String> waiter = waiting();
        await().pollDelay(Duration.ofMillis(150)).until(() -> !waiter.isDone());
        replica.leaderless(false);
        assertThat(waiter.join()).isEqualTo("patience");
    }

    @Test
    void withoutALeaderAPollFailsAndNothingIsLost() {
        replica.leaderless(true);
        assertThatThrownBy(queue::poll)
                .isInstanceOf(NoLeaderException.class)
                .satisfies(e ->
                        assertThat(((NoLeaderException) e).retry()).isEqualTo(NoLeaderException.Retry.NOT_APPLIED));
        replica.leaderless(false);
        queue.send("a");
        replica.leaderless(true);
        assertThatThrownBy(queue::poll).isInstanceOf(NoLeaderException.class);
        replica.leaderless(false);
        assertThat(queue.poll()).isEqualTo("a");
    }

    @Test
    void theCallThatFailedStandsInTheTrace() {
        replica.leaderless(true);
        assertThatThrownBy(queue::poll)
                .satisfies(e -> assertThat(e.getSuppressed()[0].getStackTrace())
                        .anyMatch(frame -> frame.getClassName().equals(QueueDeskTest.class.getName())));
    }
}
