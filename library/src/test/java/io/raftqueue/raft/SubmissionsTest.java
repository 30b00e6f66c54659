package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.MessageTooLargeException;
import io.raftqueue.NoLeaderException;
import io.raftqueue.OutcomeUnknownException;
import io.raftqueue.OverloadedException;
import io.raftqueue.command.Command;
import io.raftqueue.command.CommandBatch;
import io.raftqueue.command.CommandCodec;
import io.raftqueue.command.MessageBody;
import io.raftqueue.command.Result;
import io.raftqueue.log.MessageRange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** One member's session: what its callers see, and what goes to the leader. */
class SubmissionsTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final Result SENT = new Result.Sent(1, 1);

    private boolean open = true;
    private long applied;
    private final List<CommandBatch> forwarded = new ArrayList<>();
    private final List<Result> late = new ArrayList<>();
    private final Submissions session = new Submissions(
            new UUID(1, 1),
            100,
            new Submissions.Route() {
                @Override
                public boolean open() {
                    return open;
                }

                @Override
                public void forward(long serial, byte[] batch) {
                    forwarded.add(CommandCodec.decode(batch));
                }

                @Override
                public long lastApplied(long epoch) {
                    return epoch == session().epoch() ? applied : 0;
                }
            },
            Runnable::run,
            () -> "the state",
            new LatencyHistogram(),
            () -> 0);

    private Submissions session() {
        return session;
    }

    private CompletableFuture<Result> send(String text, long deadline) {
        CompletableFuture<Result> caller = new CompletableFuture<>();
        session.add(
                new Command.Send("q", new MessageBody(text.getBytes(), "text/plain", Map.of(), 0, null)),
                caller,
                late::add,
                deadline,
                0);
        return caller;
    }

    private CompletableFuture<Result> sent(String text) {
        CompletableFuture<Result> caller = send(text, 10 * SECOND);
        session.pump(0);
        return caller;
    }

    private List<Long> serials() {
        List<Long> serials = forwarded.stream().map(CommandBatch::serial).toList();
        forwarded.clear();
        return serials;
    }

    private void applies(long serial) {
        applied = serial;
        session.applied(serial, List.of(SENT));
    }

    private static Throwable failure(CompletableFuture<?> call) {
        return call.handle((r, e) -> e).join();
    }

    @Test
    void whatWaitsTogetherTravelsTogetherAndAtMostSoManyBatchesAreUnderWay() {
        List<CompletableFuture<Result>> first = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            first.add(send("m" + i, 10 * SECOND));
        }
        session.pump(0);
        assertThat(forwarded).hasSize(1);
        assertThat(forwarded.get(0).commands()).hasSize(5);
        assertThat(forwarded.get(0).epoch()).isEqualTo(100);
        for (int i = 0; i < 20; i++) {
            sent("more" + i);
        }
        assertThat(serials()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
        session.applied(1, Collections.nCopies(5, SENT));
        assertThat(first).allSatisfy(f -> assertThat(f).isCompletedWithValue(SENT));
        session.pump(0);
        assertThat(forwarded)
                .singleElement()
                .satisfies(b -> assertThat(b.commands()).hasSize(13));
    }

    @Test
    void aCommandThatNeverLeftIsSurelyNotApplied() {
        open = false;
        CompletableFuture<Result> caller = sent("a");
        session.tick(9 * SECOND);
        assertThat(caller).isNotDone();
        session.tick(10 * SECOND);
        assertThat(failure(caller))
                .isInstanceOf(NoLeaderException.class)
                .hasMessage("not applied: no leader to be reached within 10000 ms; retry is safe (the state)");
        open = true;
        session.pump(11 * SECOND);
        assertThat(forwarded).isEmpty();
        assertThat(late).isEmpty();
    }

    @Test
    void aCommandThatLeftHasAnUnknownOutcomeAndItsLateAnswerIsTold() {
        CompletableFuture<Result> caller = sent("a");
        session.tick(10 * SECOND);
        assertThat(failure(caller)).isInstanceOf(OutcomeUnknownException.class).hasMessageContaining("no majority");
        assertThat(late).isEmpty();
        applies(1);
        assertThat(late).containsExactly(SENT);
    }

    @Test
    void whoLeavesBeforePackingCostsNothingAndIsToldSo() {
        open = false;
        CompletableFuture<Result> caller = sent("a");
        caller.cancel(false);
        open = true;
        session.pump(0);
        assertThat(forwarded).isEmpty();
        assertThat(late).containsExactly((Result) null);
        CompletableFuture<Result> gone = new CompletableFuture<>();
        gone.cancel(false);
        session.add(new Command.Purge("q"), gone, late::add, SECOND, 0);
        assertThat(late).hasSize(2);
        assertThat(session.idle()).isTrue();
    }

    @Test
    void whatIsUnderWayIsSentAgainInItsOrder() {
        sent("a");
        sent("b");
        assertThat(serials()).containsExactly(1L, 2L);
        session.leaderChanged(MILLI);
        assertThat(serials()).containsExactly(1L, 2L);
        session.tick(300 * MILLI);
        assertThat(serials()).isEmpty();
        session.tick(500 * MILLI);
        assertThat(serials()).containsExactly(1L, 2L);
    }

    @Test
    void aLeaderThatMissedOneGetsItAndThoseBehindItOnce() {
        sent("a");
        sent("b");
        sent("c");
        serials();
        session.resendFrom(2, MILLI);
        session.resendFrom(2, 2 * MILLI); // c brought a refusal too
        assertThat(serials()).containsExactly(2L, 3L);
        session.resendFrom(2, 60 * MILLI);
        assertThat(serials()).containsExactly(2L, 3L);
        applies(1);
        applies(2);
        session.resendFrom(2, 100 * MILLI); // overtaken
        assertThat(serials()).isEmpty();
        assertThat(session.epoch()).isEqualTo(100);
    }

    @Test
    void aSessionThatTheStateDroppedBeginsAnewAndNoCallerNotices() {
        sent("a");
        applies(1);
        CompletableFuture<Result> b = sent("b");
        CompletableFuture<Result> c = sent("c");
        serials();
        applied = 0; // removed, and brought in again
        session.resendFrom(1, MILLI);
        assertThat(forwarded).extracting(CommandBatch::epoch).containsExactly(101L, 101L);
        assertThat(forwarded).extracting(x -> x.commands().size()).containsExactly(1, 1);
        assertThat(serials()).containsExactly(1L, 2L);
        applies(1);
        assertThat(b).isCompletedWithValue(SENT);
        applies(2);
        assertThat(c).isCompletedWithValue(SENT);
    }

    @Test
    void aSessionFencedByANewerOneGoesOnAboveIt() {
        CompletableFuture<Result> a = sent("a");
        serials();
        session.fenced(500, MILLI);
        assertThat(forwarded).extracting(CommandBatch::epoch).containsExactly(501L);
        applies(1);
        assertThat(a).isCompletedWithValue(SENT);
    }

    @Test
    void answersThatAnInstalledSnapshotNoLongerKeepsAreUnknown() {
        CompletableFuture<Result> a = sent("a");
        CompletableFuture<Result> b = sent("b");
        session.applied(2, List.of(SENT));
        assertThat(failure(a)).isInstanceOf(OutcomeUnknownException.class);
        assertThat(b).isCompletedWithValue(SENT);
    }

    @Test
    void takesThatAnInstalledSnapshotAnswersNeedTheirMessages() {
        open = false;
        List<CompletableFuture<Result>> calls = List.of(sent("a"), sent("b"), sent("c"), sent("d"));
        open = true;
        session.pump(0);
        Result.Taken brought = new Result.Taken(7, 1, 2);
        Result.Taken gone = new Result.Taken(7, 3, 2);
        Result.Taken nothing = new Result.Taken(7, 5, 0);
        session.appliedUnseen(
                1, List.of(brought, gone, nothing, SENT), messages -> messages.equals(new MessageRange(7, 1, 2)));
        assertThat(calls.get(0)).isCompletedWithValue(brought);
        assertThat(failure(calls.get(1))).isInstanceOf(OutcomeUnknownException.class);
        assertThat(calls.get(2)).isCompletedWithValue(nothing);
        assertThat(calls.get(3)).isCompletedWithValue(SENT);
        assertThat(session.idle()).isTrue();
    }

    @Test
    void tooMuchIsRefusedBeforeAnythingIsKept() {
        open = false;
        for (int i = 0; i < Submissions.MAX_WAITING; i++) {
            send("x", SECOND);
        }
        assertThat(failure(send("one more", SECOND))).isInstanceOf(OverloadedException.class);
        assertThat(session.pending()).isEqualTo(Submissions.MAX_WAITING);
    }

    @Test
    void whatNoLogEntryTakesIsRefused() {
        MessageBody half = new MessageBody(new byte[CommandCodec.MAX_BATCH_BYTES / 2], "", Map.of(), 0, null);
        CompletableFuture<Result> caller = new CompletableFuture<>();
        session.add(new Command.SendAll("q", List.of(half, half)), caller, late::add, SECOND, 0);
        session.pump(0);
        assertThat(failure(caller)).isInstanceOf(MessageTooLargeException.class);
        assertThat(forwarded).isEmpty();
    }

    @Test
    void theEndTellsEachCallerWhatIsKnown() {
        CompletableFuture<Result> underWay = sent("a");
        open = false;
        CompletableFuture<Result> waiting = sent("b");
        CompletableFuture<Result> left = sent("c");
        left.cancel(false);
        session.close(() -> new NoLeaderException("not applied"), "this node was closed");
        assertThat(failure(underWay)).isInstanceOf(OutcomeUnknownException.class);
        assertThat(failure(waiting)).isInstanceOf(NoLeaderException.class);
        assertThat(late).as("of the one under way, and of the one who left").containsExactly(null, null);
        assertThat(session.idle()).isTrue();
    }

    /** Headers have no part in the limits of a batch, and one long text can stand in many of them. */
    @Test
    void aBatchOfMoreBytesThanCanBeCountedIsTooLarge() {
        MessageBody message = new MessageBody(new byte[1], "text/plain", Map.of("h", "\u4e2d".repeat(60_000)), 0, null);
        CompletableFuture<Result> caller = new CompletableFuture<>();
        session.add(new Command.SendAll("q", Collections.nCopies(12_000, message)), caller, late::add, 10 * SECOND, 0);
        assertThat(failure(caller)).isInstanceOf(MessageTooLargeException.class);
    }
}
