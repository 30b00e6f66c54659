package io.raftqueue.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.raftqueue.log.disk.SimulatedDisk;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A snapshot with a true checksum that no log can have written is damage, whatever wrote it. */
class ImpossibleSnapshotTest {
    private static final SnapshotFile GOOD = new SnapshotFile(
            new StoredSnapshot(42, 5, 1000, new byte[3], new byte[2]),
            7,
            2,
            40,
            List.of(new LiveQueue(1, 11, 14), new LiveQueue(2, 1, 1)),
            new byte[1]);

    private static SnapshotFile read(byte[] file, long index) throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        disk.put(SnapshotFile.fileName(index), file);
        return SnapshotFile.read(disk, SnapshotFile.fileName(index), Seals.OURS);
    }

    @Test
    void aPossibleOneIsRead() throws Exception {
        byte[] file = GOOD.encode(Seals.OURS);
        assertThat(read(file, 42).encode(Seals.OURS)).isEqualTo(file);
    }

    @ParameterizedTest
    @CsvSource({
        "-1, 5, 1000, 7, 2, 40, 16, index -1",
        "0, 5, 1000, 0, 2, 1, 16, index 0",
        "1000000000000000000, 5, 1000, 7, 2, 40, 16, index 1000000000000000000",
        "42, -5, 1000, 7, 2, 40, 24, term -5",
        "42, 5, -1, 7, 2, 40, 32, cluster time -1",
        "42, 5, 1000, -7, 2, 40, 40, a log that begins after entry -7",
        "42, 5, 1000, 43, 2, 43, 40, a log that begins after entry 43",
        "42, 5, 1000, 7, -2, 40, 48, first segment -2",
        "42, 5, 1000, 7, 2, 7, 56, runs from entry 7 of 8 to 42",
        "42, 5, 1000, 7, 2, 44, 56, runs from entry 44 of 8 to 42"
    })
    void noFieldOfTheHeadIsBelievedBlindly(
            long index, long term, long time, long logStart, long firstSegment, long runsFrom, long at, String why) {
        SnapshotFile file = new SnapshotFile(
                new StoredSnapshot(index, term, time, new byte[3], new byte[2]),
                logStart,
                firstSegment,
                runsFrom,
                List.of(),
                new byte[1]);
        assertRefused(file, at, why);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 11, 14, queue 1 with messages 11 to 13", // that uid twice
        "2, -1, 14, queue 2 with messages -1 to 13",
        "2, 15, 14, queue 2 with messages 15 to 13",
        "2, 0, 9223372036854775807, queue 2 with messages 0 to 9223372036854775806" // with the first, more than all
    })
    void noQueueIsBelievedBlindly(long uid, long head, long next, String why) {
        SnapshotFile file = new SnapshotFile(
                GOOD.snapshot(),
                7,
                2,
                40,
                List.of(new LiveQueue(1, 11, 14), new LiveQueue(uid, head, next)),
                new byte[1]);
        assertRefused(file, 64 + 4 + 3 + 4 + 2 + 4 + 24, why);
    }

    /** They are read at the start; what is stored afterwards could not follow them. */
    @ParameterizedTest
    @CsvSource({"11, 4, 41", "11, 3, 91"})
    void runsBehindTheLastMessageOrTheLastEntryAreRefused(long firstId, int count, long entry) {
        ByteSink runs = new ByteSink(10);
        RunList list = new RunList();
        list.add(firstId, count, entry, 0);
        runs.putVarint(1).putLong(1);
        list.write(runs);
        assertStartIsRefused(runs.toArray());
    }

    @Test
    void bytesBehindTheRunsAreRefused() {
        assertStartIsRefused(new byte[2]);
    }

    private static void assertStartIsRefused(byte[] runs) {
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = LogFixture.open(disk);
        f.log.saveTermAndVote(5, null);
        f.log.append(LogFixture.entries(1, 90, 5, 10));
        f.close();
        SnapshotFile file = new SnapshotFile(GOOD.snapshot(), 0, 0, 1, List.of(new LiveQueue(1, 13, 14)), runs);
        disk.put(SnapshotFile.fileName(42), file.encode(Seals.OURS));
        assertThatThrownBy(() -> LogFixture.open(disk))
                .isInstanceOf(DamagedLogException.class)
                .hasMessageContaining("/simulated/snapshot-000000000042.snap is damaged")
                .hasMessageContaining("do not fit together");
    }

    private static void assertRefused(SnapshotFile file, long at, String why) {
        long index = file.snapshot().index();
        assertThatThrownBy(() -> read(file.encode(Seals.OURS), index))
                .isInstanceOf(DamagedLogException.class)
                .hasMessageContaining("/simulated/" + SnapshotFile.fileName(index) + " at offset " + at + " is damaged")
                .hasMessageContaining(why)
                .hasMessageContaining("cannot be");
        byte[] frame = TransferFormat.snapshotFrame(new TransferredSnapshot(file, List.of()));
        byte[] payload = java.util.Arrays.copyOfRange(
                frame, TransferFormat.FRAME_HEAD, frame.length - TransferFormat.FRAME_TAIL);
        if (at <= 32 || at > 56) { // the rest is not sent
            assertThatThrownBy(() -> TransferFormat.snapshot(payload))
                    .as("the same in a transfer")
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
