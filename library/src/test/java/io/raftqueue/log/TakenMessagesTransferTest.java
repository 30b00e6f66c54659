package io.raftqueue.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.log.disk.SimulatedDisk;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A snapshot brings also messages that were taken before it, if the leader still has them: for who has yet to read them. */
class TakenMessagesTransferTest {
    private static LogFixture open(SimulatedDisk disk) {
        return LogFixture.open(disk, LogFixture.SMALL, QueueStory.BODIES);
    }

    /** Of 30 messages of queue 1 ten were taken, of 8 of queue 2 all, and queue 3 is no more. */
    private static QueueStory leader() {
        QueueStory story = new QueueStory(open(new SimulatedDisk()).log);
        story.log.saveTermAndVote(4, null);
        for (int i = 0; i < 10; i++) {
            story.send(1, 3, 300);
        }
        story.send(2, 8, 100);
        story.send(3, 4, 100);
        story.take(1, 10);
        story.take(2, 8);
        story.take(3, 2);
        story.drop(3);
        story.snapshot();
        return story;
    }

    private static final List<MessageRange> WANTED = List.of(
            new MessageRange(1, 7, 2),
            new MessageRange(1, 2, 2),
            new MessageRange(1, 4, 1), // goes on where the one before ends
            new MessageRange(2, 1, 8),
            new MessageRange(3, 1, 2), // was dropped
            new MessageRange(9, 1, 5)); // never was

    private static byte[] stream(SegmentedLog leader, List<MessageRange> wanted) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (SnapshotSource source = leader.openSnapshotSource(snapshot -> wanted)) {
            for (byte[] piece = source.read(0, 1000); piece.length > 0; piece = source.read(all.size(), 1000)) {
                all.writeBytes(piece);
            }
        }
        return all.toByteArray();
    }

    private static SnapshotReceiver received(SegmentedLog log, byte[] stream, int pieceBytes) {
        SnapshotReceiver receiver = log.receiveSnapshot();
        for (int at = 0; at < stream.length; at += pieceBytes) {
            receiver.write(at, Arrays.copyOfRange(stream, at, Math.min(stream.length, at + pieceBytes)));
        }
        return receiver;
    }

    private static void installed(SegmentedLog log, byte[] stream) {
        SnapshotReceiver receiver = received(log, stream, stream.length);
        assertThat(receiver.complete()).isTrue();
        assertThat(receiver.install()).isNotNull();
    }

    /** Which messages below the head can be read; what is read is right. */
    private static List<Long> readable(SegmentedLog log, long queue, long head) {
        List<Long> readable = new ArrayList<>();
        for (long id = 0; id < head; id++) {
            byte[] body = log.body(queue, id);
            if (body != null) {
                assertThat(body).isEqualTo(QueueStory.body(queue, id, body.length));
                readable.add(id);
            }
            assertThat(log.holds(new MessageRange(queue, id, 1))).isEqualTo(body != null);
        }
        return readable;
    }

    @Test
    void whatWasAskedForCanBeReadAndNothingElseBelowTheHead() {
        QueueStory leader = leader();
        byte[] stream = stream(leader.log, WANTED);
        for (int pieceBytes : new int[] {1, 77, stream.length}) {
            LogFixture f = open(new SimulatedDisk());
            received(f.log, stream, pieceBytes).install();
            QueueStory follower = new QueueStory(f.log);
            assertThat(QueueStory.encode(follower.queues)).isEqualTo(QueueStory.encode(leader.queues));
            follower.checkBodies("what waits");
            assertThat(readable(f.log, 1, 11)).containsExactly(2L, 3L, 4L, 7L, 8L);
            assertThat(readable(f.log, 2, 9)).hasSize(8);
            assertThat(readable(f.log, 3, 5)).isEmpty();
            assertThat(f.log.holds(new MessageRange(1, 2, 3))).isTrue();
            assertThat(f.log.holds(new MessageRange(1, 2, 4))).isFalse();
            assertThat(f.log.holds(new MessageRange(1, 8, 3))).isFalse();
        }
    }

    @Test
    void figuresAreThoseOfTheSnapshotAlone() {
        QueueStory leader = new QueueStory(open(new SimulatedDisk()).log);
        for (int i = 0; i < 40; i++) {
            leader.send(1, 50, 10);
        }
        leader.take(1, 1900);
        leader.snapshot();
        List<LogFixture> both = List.of(open(new SimulatedDisk()), open(new SimulatedDisk()));
        installed(both.get(0).log, stream(leader.log, List.of()));
        installed(both.get(1).log, stream(leader.log, List.of(new MessageRange(1, 1, 1))));
        for (LogFixture f : both) {
            QueueStory follower = new QueueStory(f.log);
            follower.send(2, 1, 10_000); // so that there is another file
            assertThat(f.log.snapshotWouldFreeSpace()).isFalse();
            follower.take(1, 11);
            assertThat(f.log.snapshotWouldFreeSpace()).as("11 of 101 are few").isFalse();
            follower.take(1, 1);
            assertThat(f.log.snapshotWouldFreeSpace()).as("an eighth is much").isTrue();
            assertThat(follower.draft().live()).containsExactly(new LiveQueue(1, 1913, 2001), new LiveQueue(2, 1, 2));
        }
    }

    @Test
    void theyAreForgottenByTheSecondCallAndTheirFileGoes() {
        QueueStory leader = leader();
        leader.take(1, 20);
        leader.snapshot();
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = open(disk);
        installed(f.log, stream(leader.log, List.of(new MessageRange(1, 5, 3), new MessageRange(2, 1, 8))));
        f.log.reclaim();
        assertThat(readable(f.log, 1, 31)).containsExactly(5L, 6L, 7L);
        assertThat(readable(f.log, 2, 9)).hasSize(8);
        f.log.reclaim();
        assertThat(readable(f.log, 1, 31)).isEmpty();
        assertThat(readable(f.log, 2, 9)).isEmpty();
        assertThat(disk.list()).noneMatch(name -> name.startsWith("carried-"));
    }

    /** Else the first call would lose them with the file that brought them. */
    @Test
    void theyMoveWithWhatIsCopiedForward() {
        QueueStory leader = leader();
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = open(disk);
        installed(f.log, stream(leader.log, List.of(new MessageRange(1, 2, 1))));
        QueueStory follower = new QueueStory(f.log);
        List<String> before =
                disk.list().stream().filter(n -> n.startsWith("carried-")).toList();
        follower.take(1, 19);
        follower.snapshot();
        f.log.reclaim();
        assertThat(readable(f.log, 1, 11)).containsExactly(2L);
        f.log.reclaim();
        f.log.reclaim();
        assertThat(disk.list()).as("it was emptied").doesNotContainAnyElementsOf(before);
        assertThat(readable(f.log, 1, 11)).isEmpty();
        follower.checkBodies("the last one");
    }

    @Test
    void aRestartForgetsThemAndNothingElse() {
        QueueStory leader = leader();
        byte[] stream = stream(leader.log, WANTED);
        SimulatedDisk disk = new SimulatedDisk();
        installed(open(disk).log, stream);
        LogFixture again = open(disk.crash(n -> false));
        QueueStory follower = new QueueStory(again.log);
        assertThat(QueueStory.encode(follower.queues)).isEqualTo(QueueStory.encode(leader.queues));
        follower.checkBodies("restarted");
        assertThat(readable(again.log, 1, 11)).isEmpty();
        follower.take(1, 20);
        follower.snapshot();
        for (int i = 0; i < 3; i++) {
            again.log.reclaim();
        }
        assertThat(((SimulatedDisk) again.disk).list()).noneMatch(name -> name.startsWith("carried-"));
    }

    @Test
    void whatTheLeaderHasForgottenIsLeftOut() {
        QueueStory leader = leader();
        leader.log.reclaim();
        leader.log.reclaim();
        assertThat(readable(leader.log, 1, 11)).as("forgotten").isEmpty();
        assertThat(stream(leader.log, WANTED)).isEqualTo(stream(leader.log, List.of()));
    }

    /** Its own copy has gaps. */
    @Test
    void whoWasBroughtThemPassesThemOn() {
        QueueStory leader = leader();
        LogFixture second = open(new SimulatedDisk());
        installed(second.log, stream(leader.log, WANTED));
        LogFixture third = open(new SimulatedDisk());
        installed(third.log, stream(second.log, List.of(new MessageRange(1, 1, 10), new MessageRange(2, 3, 1))));
        assertThat(readable(third.log, 1, 11)).containsExactly(2L, 3L, 4L, 7L, 8L);
        assertThat(readable(third.log, 2, 9)).containsExactly(3L);
        new QueueStory(third.log).checkBodies("third");
    }

    /** A range may reach to what waits, or say the same as another. */
    @Test
    void nothingTravelsTwice() {
        QueueStory leader = leader();
        byte[] once = stream(leader.log, List.of(new MessageRange(1, 4, 7)));
        byte[] asked = stream(
                leader.log, List.of(new MessageRange(1, 6, 20), new MessageRange(1, 4, 4), new MessageRange(1, 5, 1)));
        assertThat(asked).isEqualTo(once);
    }

    @Test
    void theStreamIsTheSameFromEveryOffset() {
        QueueStory leader = leader();
        byte[] stream = stream(leader.log, WANTED);
        Random random = new Random(3);
        try (SnapshotSource source = leader.log.openSnapshotSource(snapshot -> WANTED)) {
            for (int offset = 0; offset <= stream.length; offset++) {
                int bytes = 1 + random.nextInt(2000);
                assertThat(source.read(offset, bytes))
                        .isEqualTo(Arrays.copyOfRange(stream, offset, Math.min(stream.length, offset + bytes)));
                int before = random.nextInt(offset + 1);
                assertThat(source.read(before, 1)[0]).isEqualTo(stream[before]);
            }
            leader.take(1, 20);
            leader.drop(2);
            leader.snapshot();
            leader.log.reclaim();
            leader.log.reclaim();
            assertThat(source.read(0, stream.length + 1)).as("while it is open").isEqualTo(stream);
        }
    }
}
