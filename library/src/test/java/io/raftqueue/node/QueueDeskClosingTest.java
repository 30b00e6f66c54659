package io.raftqueue.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.raftqueue.ClosedException;
import io.raftqueue.NodeFailedException;
import io.raftqueue.OutcomeUnknownException;
import io.raftqueue.RaftQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of callers and their messages when a handle or the node is closed, or the node fails. */
class QueueDeskClosingTest {
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
    void closingLetsTakesUnderWayComeHome() throws Exception {
        queue.send("just in time");
        replica.hold();
        CompletableFuture<String> covered = waiting();
        CompletableFuture<String> uncovered = waiting();
        await().until(() -> replica.heldCommands() == 1);
        replica.release();
        lone.close();
        assertThat(covered.get(5, TimeUnit.SECONDS)).isEqualTo("just in time");
        assertThatThrownBy(uncovered::join).hasCauseInstanceOf(ClosedException.class);
    }

    @Test
    void closingAHandleEndsItsWaitersAndNotTheOthers() {
        RaftQueue<String> other = lone.queue();
        CompletableFuture<String> mine = waiting();
        CompletableFuture<String> theirs = other.pollAsync(Duration.ofHours(1));
        queue.close();
        assertThatThrownBy(mine::join).hasCauseInstanceOf(ClosedException.class);
        assertThatThrownBy(() -> queue.send("a")).isInstanceOf(ClosedException.class);
        other.send("b");
        assertThat(theirs.join()).isEqualTo("b");
    }

    @Test
    void closingAHandleLetsItsWaiterHaveTheMessageThatIsBeingRemoved() throws Exception {
        queue.send("just in time");
        replica.hold();
        CompletableFuture<String> covered = waiting();
        CompletableFuture<String> uncovered = waiting();
        await().until(() -> replica.heldCommands() == 1);
        queue.close();
        assertThatThrownBy(uncovered::join).hasCauseInstanceOf(ClosedException.class);
        assertThat(covered).isNotDone();
        replica.release();
        assertThat(covered.get(5, TimeUnit.SECONDS)).isEqualTo("just in time");
    }

    @Test
    void closingAHandleLetsATakingThreadHaveTheMessageThatIsBeingRemoved() throws Exception {
        queue.send("just in time");
        replica.hold();
        FutureTask<String> taker = LoneNode.onItsOwnThread(queue::take);
        await().until(() -> replica.heldCommands() == 1);
        queue.close();
        replica.release();
        assertThat(taker.get(5, TimeUnit.SECONDS)).isEqualTo("just in time");
    }

    @Test
    void closingAHandleFinishesAPollAndADrainUnderWay() throws Exception {
        queue.sendAll(List.of("polled", "drained", "also drained"));
        replica.hold();
        CompletableFuture<String> poll = queue.pollAsync();
        await().until(() -> replica.heldCommands() == 1);
        List<String> drained = new ArrayList<>();
        FutureTask<?> drain =
                LoneNode.onItsOwnThread(() -> queue.asBlockingQueue().drainTo(drained, 2));
        await().until(() -> replica.heldCommands() == 2);
        queue.close();
        replica.release();
        assertThat(poll.get(5, TimeUnit.SECONDS)).isEqualTo("polled");
        drain.get(5, TimeUnit.SECONDS);
        assertThat(drained).containsExactly("drained", "also drained");
    }

    @Test
    void aWaiterOfAClosedHandleWhoseTakeFindsNothingEnds() {
        RaftQueue<String> other = lone.queue();
        queue.send("of the other");
        replica.hold();
        CompletableFuture<String> theirs = other.pollAsync();
        CompletableFuture<String> mine = waiting();
        await().until(() -> replica.heldCommands() == 2);
        queue.close();
        replica.release();
        assertThat(theirs.join()).isEqualTo("of the other");
        assertThatThrownBy(mine::join).hasCauseInstanceOf(ClosedException.class);
        other.send("next");
        assertThat(other.poll()).isEqualTo("next");
    }

    @Test
    void aWaiterOfAClosedHandleWhoseAnswerIsLostIsToldThatNobodyKnows() {
        queue.send("perhaps gone");
        replica.hold();
        CompletableFuture<String> waiter = waiting();
        await().until(() -> replica.heldCommands() == 1);
        queue.close();
        replica.loseHeld();
        assertThatThrownBy(waiter::join).hasCauseInstanceOf(OutcomeUnknownException.class);
    }

    @Test
    void aClosedHandleWaitsNoLongerForItsTakeThanOneCallMayLast() {
        RaftQueue<String> hasty = queue.withTimeout(Duration.ofMillis(50));
        queue.send("late");
        replica.hold();
        CompletableFuture<String> waiter = hasty.pollAsync(Duration.ofHours(1));
        await().until(() -> replica.heldCommands() == 1);
        hasty.close();
        assertThatThrownBy(waiter::join).hasCauseInstanceOf(OutcomeUnknownException.class);
        replica.release();
        assertThat(lone.queue().poll()).isEqualTo("late");
    }

    @Test
    void closingTheNodeEndsEverybodyWhoWaits() {
        FutureTask<String> taker = LoneNode.onItsOwnThread(queue::take);
        CompletableFuture<String> waiter = waiting();
        await().until(() -> !waiter.isDone());
        lone.close();
        assertThatThrownBy(waiter::join).hasCauseInstanceOf(ClosedException.class);
        assertThatThrownBy(() -> taker.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(ClosedException.class);
        assertThatThrownBy(queue::poll).isInstanceOf(ClosedException.class);
    }

    @Test
    void aWaiterWhomTheWholeClosingOvertakesHearsThatTheNodeIsClosed() {
        var threads = new NodeThreads("closing");
        var desk = new QueueDesk("q", replica, threads.timer(), threads);
        threads.close(); // between his entering the line and his setting the watch
        Waiter waiter = desk.poll(TimeUnit.HOURS.toNanos(1), TimeUnit.SECONDS.toNanos(1));
        desk.end(() -> new ClosedException("closed"));
        assertThatThrownBy(waiter::join).hasCauseInstanceOf(ClosedException.class);
    }

    @Test
    void aFailureOfTheNodeEndsEverybodyWhoWaits() {
        CompletableFuture<String> waiter = waiting();
        replica.fail(new java.io.IOException("Input/output error"));
        assertThatThrownBy(waiter::join)
                .hasCauseInstanceOf(NodeFailedException.class)
                .hasMessageContaining("Input/output error");
    }
}
