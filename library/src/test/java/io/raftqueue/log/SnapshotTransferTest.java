package io.raftqueue.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.raftqueue.log.disk.SimulatedDisk;
import io.raftqueue.log.disk.SimulatedDisk.Fault;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A member that lags gets the newest snapshot with all bodies, piece by piece, and installs it at once or not at all. */
class SnapshotTransferTest {
    private static LogFixture open(SimulatedDisk disk) {
        return LogFixture.open(disk, LogFixture.SMALL, QueueStory.BODIES);
    }

    /** A node with a backlog in three queues, part of it carried, and a snapshot. */
    private static QueueStory leader() {
        LogFixture f = open(new SimulatedDisk());
        f.log.saveTermAndVote(4, null);
        QueueStory story = new QueueStory(f.log);
        for (int i = 0; i < 120; i++) {
            story.send(1 + i % 3, 1 + i % 4, 20 + i);
        }
        story.take(1, 90);
        story.send(2, 1, 100_000);
        story.snapshot();
        for (int i = 0; i < 4; i++) {
            f.log.reclaim();
        }
        return story;
    }

    private static void transfer(SegmentedLog from, SnapshotReceiver to, int pieceBytes) {
        try (SnapshotSource source = from.openSnapshotSource(snapshot -> List.of())) {
            while (!to.complete()) {
                byte[] piece = source.read(to.offset(), pieceBytes);
                assertThat(piece).isNotEmpty();
                to.write(to.offset(), piece);
            }
            assertThat(source.read(to.offset(), 10)).isEmpty();
        }
    }

    private static void same(QueueStory follower, QueueStory leader, String story) {
        assertThat(Arrays.equals(QueueStory.encode(follower.queues), QueueStory.encode(leader.queues)))
                .as(story)
                .isTrue();
        follower.checkBodies(story);
    }

    @Test
    void anEmptyNodeBecomesEqualAndStaysSo() {
        QueueStory leader = leader();
        for (int pieceBytes : new int[] {1, 7, 1000, 1 << 20}) {
            SimulatedDisk disk = new SimulatedDisk();
            LogFixture f = open(disk);
            SnapshotReceiver receiver = f.log.receiveSnapshot();
            transfer(leader.log, receiver, pieceBytes);
            StoredSnapshot snapshot = receiver.install();
            assertThat(snapshot.index()).isEqualTo(leader.applied);
            assertThat(snapshot.configuration()).containsExactly(9);
            assertThat(f.log.lastIndex()).isEqualTo(leader.applied);
            assertThat(f.log.firstIndex()).isEqualTo(leader.applied + 1);
            assertThat(f.log.snapshotTerm()).isEqualTo(4);
            assertThat(f.log.termAt(leader.applied)).isEqualTo(4);
            assertThat(f.log.lastTime()).isEqualTo(leader.applied * 10);
            QueueStory follower = new QueueStory(f.log);
            same(follower, leader, "pieces of " + pieceBytes);
            f.log.saveTermAndVote(4, null);
            follower.send(3, 2, 50);
            f.log.sync();
            // D9: what was installed is there after the next restart, and the one after that.
            LogFixture again = open(disk.crash(n -> false));
            new QueueStory(again.log).checkBodies("restarted");
            assertThat(again.log.lastIndex()).isEqualTo(leader.applied + 1);
            again.close();
            LogFixture third = open(((SimulatedDisk) again.disk).crash(n -> false));
            assertThat(third.log.lastIndex()).isEqualTo(leader.applied + 1);
        }
    }

    @Test
    void aMessageLargerThanManyPiecesArrives() {
        QueueStory leader = new QueueStory(open(new SimulatedDisk()).log);
        leader.send(1, 2, 6_000_000);
        leader.snapshot();
        LogFixture f = open(new SimulatedDisk());
        SnapshotReceiver receiver = f.log.receiveSnapshot();
        transfer(leader.log, receiver, 512 << 10);
        receiver.install();
        same(new QueueStory(f.log), leader, "large");
    }

    @Test
    void hostileOrBrokenStreamsNeitherInstallNorHangNorThrow() {
        QueueStory leader = leader();
        byte[] stream;
        try (SnapshotSource source = leader.log.openSnapshotSource(snapshot -> List.of())) {
            stream = source.read(0, 10 << 20);
        }
        Random random = new Random(6);
        int installable = 0;
        for (int i = 0; i < 400; i++) {
            byte[] broken = stream.clone();
            for (int k = 0; k <= random.nextInt(3); k++) {
                broken[random.nextInt(Math.min(broken.length, 3000))] = (byte) random.nextInt(256);
            }
            if (i % 2 == 0) {
                Seals.frames(broken);
            }
            LogFixture f = open(new SimulatedDisk());
            SnapshotReceiver receiver = f.log.receiveSnapshot();
            for (int piece = 0; piece < 40 && !receiver.complete() && receiver.offset() < broken.length; piece++) {
                int from = (int) receiver.offset();
                receiver.write(from, Arrays.copyOfRange(broken, from, Math.min(broken.length, from + 100_000)));
            }
            assertThat(f.log.failure()).isNull();
            installable += receiver.complete() ? 1 : 0;
            receiver.close();
        }
        assertThat(installable).as("only what the checksums were made for").isLessThan(200);
    }

    /** Frames with true checksums whose content cannot be: none may throw, none may be installed. */
    @Test
    void framesThatCannotBeBeginTheTransferAnew() {
        byte[] none = TransferFormat.snapshotFrame(new TransferredSnapshot(
                new SnapshotFile(
                        new StoredSnapshot(9, 1, 1, new byte[0], new byte[0]),
                        9,
                        0,
                        10,
                        List.of(new LiveQueue(4, 10, 13)),
                        new byte[1]),
                List.of()));
        byte[] three = CarriedWriter.payload(4, 10, List.of(new byte[2], new byte[2], new byte[2]));
        byte[] shortened = Arrays.copyOf(three, three.length - 1);
        byte[] ofAnother = CarriedWriter.payload(5, 10, List.of(new byte[2], new byte[2], new byte[2]));
        byte[] withGap = CarriedWriter.payload(4, 11, List.of(new byte[2], new byte[2], new byte[2]));
        for (byte[] payload : List.of(new byte[3], new byte[19], shortened, ofAnother, withGap)) {
            SnapshotReceiver receiver = open(new SimulatedDisk()).log.receiveSnapshot();
            ByteBuffer stream = ByteBuffer.allocate(4096).putLong(TransferFormat.MAGIC);
            stream.put(none).put(TransferFormat.frame(TransferFormat.MESSAGES, payload));
            stream.put(TransferFormat.frame(TransferFormat.END, new byte[] {0, 0, 0, 0, 0, 0, 0, 3}));
            receiver.write(0, Arrays.copyOf(stream.array(), stream.position()));
            assertThat(receiver.complete()).as("%s bytes", payload.length).isFalse();
            assertThat(receiver.offset()).as("%s bytes", payload.length).isZero();
        }
    }

    @Test
    void piecesMayComeTwiceOutOfOrderOrBeAskedAgain() {
        QueueStory leader = leader();
        Random random = new Random(5);
        LogFixture f = open(new SimulatedDisk());
        SnapshotReceiver receiver = f.log.receiveSnapshot();
        try (SnapshotSource source = leader.log.openSnapshotSource(snapshot -> List.of())) {
            while (!receiver.complete()) {
                long wrong = random.nextLong(receiver.offset() + 5000);
                receiver.write(wrong, source.read(wrong, 1 + random.nextInt(3000)));
                receiver.write(receiver.offset(), source.read(receiver.offset(), 1 + random.nextInt(3000)));
            }
        }
        receiver.install();
        same(new QueueStory(f.log), leader, "shuffled");
    }

    @Test
    void theLeaderGoesOnMeanwhileAndReclaimsNothingItStillSends() {
        QueueStory leader = leader();
        byte[] state = QueueStory.encode(leader.queues);
        LogFixture f = open(new SimulatedDisk());
        SnapshotReceiver receiver = f.log.receiveSnapshot();
        try (SnapshotSource source = leader.log.openSnapshotSource(snapshot -> List.of())) {
            for (int i = 0; !receiver.complete(); i++) {
                receiver.write(receiver.offset(), source.read(receiver.offset(), 500));
                leader.take(1 + i % 3, 50);
                leader.send(1, 1, 30);
                leader.snapshot();
                leader.log.reclaim();
            }
        }
        receiver.install();
        QueueStory follower = new QueueStory(f.log);
        assertThat(QueueStory.encode(follower.queues)).isEqualTo(state);
        follower.checkBodies("as of the snapshot");
    }

    @Test
    void aLaggingNodeLosesItsOldLogAndNothingElse() {
        QueueStory leader = leader();
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = open(disk);
        UUID candidate = new UUID(3, 3);
        f.log.saveTermAndVote(9, candidate);
        QueueStory old = new QueueStory(f.log);
        for (int i = 0; i < 40; i++) {
            old.send(1, 2, 100);
        }
        old.snapshot();
        old.send(7, 1, 10);
        SnapshotReceiver receiver = f.log.receiveSnapshot();
        transfer(leader.log, receiver, 4096);
        receiver.install();
        same(new QueueStory(f.log), leader, "installed over an old log");
        assertThat(f.log.term()).isEqualTo(9);
        assertThat(f.log.votedFor()).isEqualTo(candidate);
        assertThat(disk.list()).filteredOn(SnapshotFile::isName).hasSize(1);
        assertThat(disk.list()).filteredOn(name -> name.endsWith(".idx")).isEmpty();
    }

    @Test
    void whatTheLogAlreadyHoldsIsNotInstalled() {
        QueueStory leader = leader();
        SnapshotReceiver receiver = leader.log.receiveSnapshot();
        transfer(leader.log, receiver, 4096);
        assertThat(receiver.install()).isNull();
        leader.checkBodies("untouched");
    }

    @Test
    void anUnfinishedOrDamagedTransferChangesNothing() {
        QueueStory leader = leader();
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = open(disk);
        SnapshotReceiver unfinished = f.log.receiveSnapshot();
        try (SnapshotSource source = leader.log.openSnapshotSource(snapshot -> List.of())) {
            unfinished.write(0, source.read(0, 3000));
            assertThatThrownBy(unfinished::install).hasMessageContaining("not arrived completely");
            SnapshotReceiver second = f.log.receiveSnapshot();
            byte[] piece = source.read(0, 3000);
            piece[100] ^= 1;
            assertThat(second.write(0, piece)).as("begins anew").isZero();
            second.close();
        }
        assertThat(disk.list()).noneMatch(name -> name.startsWith("carried-"));
        assertThat(f.log.lastIndex()).isZero();
    }

    @Test
    void aPowerCutAtAnyOperationLeavesTheOldStateOrTheNew() {
        QueueStory leader = leader();
        int oldStates = 0;
        int newStates = 0;
        for (long n = 1; ; n++) {
            SimulatedDisk disk = new SimulatedDisk();
            LogFixture f = open(disk);
            QueueStory old = new QueueStory(f.log);
            for (int i = 0; i < 30; i++) {
                old.send(1 + i % 2, 2, 90);
            }
            old.take(1, 3);
            old.snapshot();
            old.take(2, 5);
            f.log.sync();
            disk.faultIn(n, Fault.POWER_CUT);
            boolean finished = false;
            try {
                SnapshotReceiver receiver = f.log.receiveSnapshot();
                transfer(leader.log, receiver, 4096);
                receiver.install();
                finished = true;
            } catch (SimulatedDisk.PowerCut stopped) {
                assertThat(stopped).hasMessageContaining("operation");
            }
            for (int pattern = 0; pattern < 4; pattern++) {
                Random random = new Random(n);
                int kept = pattern;
                SimulatedDisk after = disk.crash(i -> kept == 0 ? false : kept == 1 || random.nextInt(4) < kept);
                QueueStory found = new QueueStory(open(after).log);
                boolean isNew = found.log.snapshotIndex() == leader.applied;
                assertThat(isNew || !finished).as("operation %s", n).isTrue();
                same(found, isNew ? leader : old, "operation " + n + " pattern " + pattern);
                oldStates += isNew ? 0 : 1;
                newStates += isNew ? 1 : 0;
                found.send(1, 1, 5);
                found.log.sync();
                new QueueStory(open(after.crash(i -> false)).log).checkBodies("after it, operation " + n);
            }
            if (finished) {
                break;
            }
        }
        assertThat(oldStates).isGreaterThan(50);
        assertThat(newStates).isGreaterThan(20);
    }

    @Test
    void aFullDeviceDelaysTheTransferOnly() {
        QueueStory leader = leader();
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = open(disk);
        disk.capacity(disk.totalBytes() - disk.usableBytes() + 70_000);
        SnapshotReceiver receiver = f.log.receiveSnapshot();
        try (SnapshotSource source = leader.log.openSnapshotSource(snapshot -> List.of())) {
            for (int i = 0; i < 200 && !receiver.complete(); i++) {
                receiver.write(receiver.offset(), source.read(receiver.offset(), 4096));
            }
            assertThat(receiver.complete()).isFalse();
            assertThat(f.log.failure()).isNull();
            disk.capacity(1 << 30);
            while (!receiver.complete()) {
                receiver.write(receiver.offset(), source.read(receiver.offset(), 4096));
            }
        }
        receiver.install();
        same(new QueueStory(f.log), leader, "after there was room");
    }

    @Test
    void aDeviceThatIsFullWhenTheNextFileBeginsDelaysTheTransferOnly() {
        QueueStory leader = new QueueStory(open(new SimulatedDisk()).log);
        for (int i = 0; i < 70; i++) {
            leader.send(1, 1, 1 << 20);
        }
        leader.snapshot();
        SimulatedDisk traced = new SimulatedDisk(true);
        LogFixture first = open(traced);
        long opened = traced.operations();
        transfer(leader.log, first.log.receiveSnapshot(), 1 << 20);
        int second = traced.trace().indexOf("create carried-000000000002.seg.tmp");
        assertThat(second).isGreaterThanOrEqualTo((int) opened);

        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = open(disk);
        SnapshotReceiver receiver = f.log.receiveSnapshot();
        disk.faultIn(second + 1 - opened, SimulatedDisk.Fault.NO_SPACE);
        transfer(leader.log, receiver, 1 << 20);
        receiver.install();
        same(new QueueStory(f.log), leader, "after there was room");
    }
}
