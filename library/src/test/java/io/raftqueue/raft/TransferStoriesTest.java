package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.OutcomeUnknownException;
import io.raftqueue.command.Command;
import io.raftqueue.command.MessageBody;
import io.raftqueue.command.MessageCodec;
import io.raftqueue.command.Result;
import io.raftqueue.consensus.RaftMessage;
import io.raftqueue.raft.PeerMessage.SnapshotChunk;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Snapshots of several pieces on their way to a member that lags, and what comes in between. */
class TransferStoriesTest {
    private static final int BIG = 400 << 10;

    private final HouseStory story = new HouseStory(3);
    private final SimulatedMember leader = story.leader();
    private final SimulatedMember lagging = story.followers().get(0);
    private int pieces;

    /** The log no longer holds what the lagging member lacks; the bodies take five pieces. */
    private void fallBehind() {
        long held = lagging.core.log.lastIndex();
        story.house.crash(lagging, false);
        for (int i = 0; i < 8; i++) {
            story.answered(story.send(leader, BIG, 60));
        }
        story.answered(story.submit(leader, new Command.Take(HouseStory.QUEUE, 2), 60));
        leader.core.snapshot();
        story.within(60, () -> leader.core.log.termAt(held) == -1);
        assertThat(story.leader()).isSameAs(leader);
        countPieces();
    }

    private void countPieces() {
        story.network = (to, message) -> {
            pieces += to == lagging && message instanceof SnapshotChunk ? 1 : 0;
            return true;
        };
    }

    /** Takes two messages through the lagging member, which does not hear that it was done. */
    private CompletableFuture<Result> takeUnheard() {
        story.network = (to, message) -> to != lagging;
        for (int i = 0; i < 4; i++) {
            story.answered(story.send(leader, BIG + i, 60));
        }
        CompletableFuture<Result> take = story.submit(lagging, new Command.Take(HouseStory.QUEUE, 2), 200);
        CompletableFuture<Result> send = story.send(lagging, BIG, 200);
        story.within(10, () -> leader.core.stored.of(HouseStory.QUEUE).nextId() == 6);
        story.house.isolate(lagging);
        assertThat(take).isNotDone();
        assertThat(send).isNotDone();
        return take;
    }

    /** The log no longer holds the take: it reaches the lagging member in a snapshot, or not at all. */
    private void snapshotTakesThePlaceOfTheLog() {
        long held = lagging.core.log.lastIndex();
        leader.core.snapshot();
        story.within(60, () -> leader.core.log.termAt(held) == -1);
    }

    private void backInTheNetwork() {
        countPieces();
        story.house.heal();
    }

    /** Between the first piece and the second. */
    private void atTheSecondPiece(Runnable happens) {
        story.network = (to, message) -> {
            if (to == lagging && message instanceof SnapshotChunk && ++pieces == 2) {
                happens.run();
            }
            return true;
        };
    }

    @Test
    void aTakeThatWasAppliedWithinTheSnapshotIsHandedItsMessages() {
        CompletableFuture<Result> take = takeUnheard();
        snapshotTakesThePlaceOfTheLog();
        backInTheNetwork();

        Result.Taken taken = (Result.Taken) story.answered(take);
        assertThat(pieces).as("pieces of a snapshot").isPositive();
        assertThat(taken.count()).isEqualTo(2);
        for (int i = 0; i < 2; i++) {
            byte[] body = lagging.core.log.body(taken.queueUid(), taken.firstId() + i);
            assertThat(body).as("the body of message %d", taken.firstId() + i).isNotNull();
            assertThat(MessageCodec.decode(body).payload()).hasSize(BIG + i);
        }
        assertThat(lagging.core.stored.of(HouseStory.QUEUE).depth()).isEqualTo(3);
    }

    /** A caller may come to read what it was handed when a snapshot has taken the place of the log. */
    @Test
    void aTakeThatWasAnsweredBeforeTheSnapshotCameKeepsItsMessages() {
        for (int i = 0; i < 4; i++) {
            story.answered(story.send(leader, BIG + i, 60));
        }
        Result.Taken taken =
                (Result.Taken) story.answered(story.submit(lagging, new Command.Take(HouseStory.QUEUE, 2), 60));
        story.house.isolate(lagging);
        for (int i = 0; i < 4; i++) {
            story.answered(story.send(leader, BIG, 60));
        }
        snapshotTakesThePlaceOfTheLog();
        backInTheNetwork();
        story.within(60, () -> pieces > 0 && lagging.core.log.snapshotIndex() >= leader.core.log.snapshotIndex());

        for (int i = 0; i < 2; i++) {
            byte[] body = lagging.core.log.body(taken.queueUid(), taken.firstId() + i);
            assertThat(body).as("the body of message %d", taken.firstId() + i).isNotNull();
            assertThat(MessageCodec.decode(body).payload()).hasSize(BIG + i);
        }
    }

    /** Its caller is told the truth, and nobody else is given what cannot be read. */
    @Test
    void aTakeWhoseMessagesTheLeaderNoLongerHasIsOfUnknownOutcome() {
        CompletableFuture<Result> take = takeUnheard();
        snapshotTakesThePlaceOfTheLog();
        story.passes(60);
        backInTheNetwork();

        story.within(60, take::isDone);
        assertThat(take.handle((done, why) -> why).join())
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("the snapshot that this member was sent");
    }

    private void holdsAll() {
        long applied = leader.core.machine.state().appliedIndex();
        story.within(60, () -> lagging.core.machine.state().appliedIndex() >= applied);
        assertThat(lagging.core.stored.of(HouseStory.QUEUE).depth()).isEqualTo(6);
    }

    @Test
    void aMemberThatIsAwayKeepsNothingFromBeingReclaimed() {
        fallBehind();
        story.passes(60);
        leader.core.snapshot();
        story.answered(story.submit(leader, new Command.Take(HouseStory.QUEUE, 4), 60));
        leader.core.snapshot();
        long bytes = leader.core.log.sizeInBytes();
        story.within(30, () -> leader.core.log.sizeInBytes() < bytes - 3 * BIG);
    }

    @Test
    void aSnapshotOfSeveralPiecesArrives() {
        fallBehind();
        lagging.start();
        holdsAll();
        assertThat(pieces).isGreaterThanOrEqualTo(5);
    }

    @Test
    void theReceiverRestartsInTheMiddle() {
        fallBehind();
        lagging.start();
        atTheSecondPiece(() -> story.house.crash(lagging, true));
        story.within(30, () -> !lagging.up);
        lagging.start();
        holdsAll();
    }

    @Test
    void theReceiversDiskIsFullForAWhile() {
        fallBehind();
        lagging.start();
        atTheSecondPiece(() -> lagging.disk.capacity(300_000));
        story.passes(30);
        assertThat(lagging.core.log.snapshotIndex()).isZero();
        lagging.disk.capacity(Long.MAX_VALUE / 4);
        holdsAll();
    }

    /** Nothing of a transfer that stands still may be reclaimed: it must not stand for ever. */
    @Test
    void aReceiverWhoseDiskStaysFullFillsNobodyElsesDisk() {
        fallBehind();
        lagging.start();
        atTheSecondPiece(() -> lagging.disk.capacity(300_000));
        story.within(30, () -> pieces >= 2);
        story.answered(story.submit(leader, new Command.Take(HouseStory.QUEUE, 6), 60));
        leader.core.snapshot();
        long bytes = leader.core.log.sizeInBytes();
        story.within(60, () -> leader.core.log.sizeInBytes() < bytes - 3 * BIG);
        assertThat(lagging.core.log.snapshotIndex()).isZero();

        lagging.disk.capacity(Long.MAX_VALUE / 4);
        long applied = leader.core.machine.state().appliedIndex();
        story.within(30, () -> lagging.core.machine.state().appliedIndex() >= applied);
    }

    /** Four entries come while eight may reach the lagging member. */
    @Test
    void aMemberThatIsFasterThanTheLoadNeedsOneSnapshotOnly() {
        long held = lagging.core.log.lastIndex();
        story.house.crash(lagging, false);
        MessageBody body = new MessageBody(new byte[BIG], "application/octet-stream", Map.of(), 0, null);
        for (int i = 0; i < 8; i++) {
            story.answered(story.submit(leader, new Command.Send("kept", body), 60));
        }
        for (int i = 0; i < 20; i++) {
            serveThree();
        }
        leader.core.snapshot();
        story.within(60, () -> leader.core.log.termAt(held) == -1);
        Set<Long> transfers = new HashSet<>();
        Set<List<Long>> sent = new HashSet<>();
        story.network = (to, message) -> {
            if (to == lagging && message instanceof SnapshotChunk piece) {
                transfers.add(piece.transferId());
                return !sent.add(List.of(piece.transferId(), piece.offset())); // each piece takes a second
            }
            return to != lagging || !hasEntries(message) || ++pieces <= 8;
        };
        lagging.start();
        for (int round = 0; round < 200 && (transfers.isEmpty() || lag() > 4); round++) {
            pieces = 0;
            serveThree();
            for (int i = 0; i < 20; i++) {
                story.step();
            }
        }
        assertThat(lag()).isLessThanOrEqualTo(4);
        assertThat(transfers).hasSize(1);
    }

    private static boolean hasEntries(PeerMessage message) {
        return message instanceof PeerMessage.Consensus c
                && c.envelope().message() instanceof RaftMessage.AppendRequest r
                && !r.entries().isEmpty();
    }

    private long lag() {
        return leader.core.machine.state().appliedIndex()
                - lagging.core.machine.state().appliedIndex();
    }

    private void serveThree() {
        for (int i = 0; i < 3; i++) {
            story.answered(story.send(leader, 1000, 60));
        }
        story.answered(story.submit(leader, new Command.Take(HouseStory.QUEUE, 3), 60));
    }

    @Test
    void piecesAndAnswersAreLost() {
        fallBehind();
        lagging.start();
        List<SimulatedMember> both = List.of(leader, lagging);
        story.network = (to, message) -> {
            boolean ofTransfer = message instanceof SnapshotChunk || message instanceof PeerMessage.SnapshotProgress;
            return !both.contains(to) || !ofTransfer || story.house.random.nextInt(3) > 0;
        };
        holdsAll();
    }
}
