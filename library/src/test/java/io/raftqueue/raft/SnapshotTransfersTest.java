package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.consensus.Entry;
import io.raftqueue.consensus.Member;
import io.raftqueue.log.DataDirectory;
import io.raftqueue.log.LogOptions;
import io.raftqueue.log.SegmentedLog;
import io.raftqueue.log.StoredSnapshot;
import io.raftqueue.log.disk.SimulatedDisk;
import io.raftqueue.raft.PeerMessage.SnapshotChunk;
import io.raftqueue.raft.PeerMessage.SnapshotProgress;
import io.raftqueue.state.QueueState;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The sending side's pace, and when either side ends it; everything on one thread. */
class SnapshotTransfersTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final Member LAGGING = new Member("node02", new UUID(0, 2), "localhost:2", "", true);

    private final DataDirectory directory = DataDirectory.open(new SimulatedDisk(), "node01", () -> new UUID(0, 1));
    private final SegmentedLog log =
            directory.openLog(LogOptions.defaults().withWatermark(0, 0), (payload, slot) -> payload, Runnable::run);
    private final List<SnapshotChunk> pieces = new ArrayList<>();
    private final SnapshotTransfers transfers =
            new SnapshotTransfers(log, new Leader(), Runnable::run, Runnable::run, 1);

    @BeforeEach
    void aSnapshotOfSeveralPieces() {
        log.saveTermAndVote(1, null);
        for (int i = 1; i <= 8; i++) {
            append(300 << 10);
            log.messages().stored(1, i, 1, i, 0);
        }
        log.sync();
        log.publish(log.draftSnapshot(new StoredSnapshot(8, 1, 0, new QueueState().snapshot(), new byte[0])));
    }

    @AfterEach
    void close() {
        transfers.close();
        log.close();
        directory.close();
    }

    @Test
    void anIdleLeaderSendsEachPieceAtOnce() {
        transfers.begin(LAGGING, 0);
        arrived(10);
        arrived(20);
        assertThat(pieces).hasSize(3);
    }

    @Test
    void aLeaderThatServesRestsTwiceAsLongAsAPieceTook() {
        transfers.begin(LAGGING, 0);
        append(100);
        arrived(10);
        assertThat(pieces).as("the callers come first").hasSize(1);
        transfers.tick(29 * MILLI);
        assertThat(pieces).hasSize(1);
        transfers.tick(30 * MILLI);
        assertThat(pieces).hasSize(2);
        arrived(40);
        assertThat(pieces).as("nobody was served meanwhile").hasSize(3);
    }

    @Test
    void aRestIsNeverLong() {
        transfers.begin(LAGGING, 0);
        append(100);
        arrived(900);
        transfers.tick(1_100 * MILLI);
        assertThat(pieces).hasSize(2);
    }

    @Test
    void whatCameOfATransferThatNobodyContinuesIsRemoved() {
        SimulatedDisk disk = new SimulatedDisk();
        transfers.begin(LAGGING, 0);
        try (DataDirectory lagging = DataDirectory.open(disk, "node02", () -> new UUID(0, 2));
                SegmentedLog empty = lagging.openLog(
                        LogOptions.defaults().withWatermark(0, 0), (payload, slot) -> payload, Runnable::run)) {
            SnapshotTransfers receiver = new SnapshotTransfers(empty, new Lagging(), Runnable::run, Runnable::run, 1);
            receiver.received(new UUID(0, 1), pieces.get(0), 0);
            assertThat(disk.list()).anyMatch(SnapshotTransfersTest::unfinished);
            receiver.tick(19_000 * MILLI);
            assertThat(disk.list()).anyMatch(SnapshotTransfersTest::unfinished);
            receiver.tick(20_000 * MILLI);
            assertThat(disk.list()).noneMatch(SnapshotTransfersTest::unfinished);
        }
    }

    private static boolean unfinished(String file) {
        return file.startsWith("carried-") && file.endsWith(".tmp");
    }

    /** The newest piece is at the other side, which says so. */
    private void arrived(long atMillis) {
        SnapshotChunk newest = pieces.get(pieces.size() - 1);
        transfers.progress(
                LAGGING.incarnation(),
                new SnapshotProgress(newest.transferId(), newest.offset() + newest.bytes().length, false),
                atMillis * MILLI);
    }

    private void append(int bytes) {
        log.append(List.of(new Entry(log.lastIndex() + 1, 1, false, 0, new byte[bytes])));
    }

    private class Leader implements SnapshotTransfers.Host {
        @Override
        public long term() {
            return 1;
        }

        @Override
        public void send(UUID member, PeerMessage message) {
            pieces.add((SnapshotChunk) message);
        }

        @Override
        public boolean offered(UUID leader, long term, long index) {
            return false;
        }

        @Override
        public boolean holds(long index) {
            return true;
        }

        @Override
        public void installed(StoredSnapshot snapshot) {}

        @Override
        public void arrived(UUID member, long index) {}

        @Override
        public long lag(UUID member) {
            return 0;
        }

        @Override
        public void failed(UUID member) {}
    }

    private final class Lagging extends Leader {
        @Override
        public void send(UUID member, PeerMessage message) {}

        @Override
        public boolean offered(UUID leader, long term, long index) {
            return true;
        }
    }
}
