package io.raftqueue.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.log.disk.SimulatedDisk;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a transfer says of taken messages must be possible, and what it says must come. */
class TakenMessagesFramesTest {
    private static LogFixture open(SimulatedDisk disk) {
        return LogFixture.open(disk, LogFixture.SMALL, QueueStory.BODIES);
    }

    @Test
    void aFirstFrameThatCannotBeBeginsTheTransferAnew() {
        MessageRange good = new MessageRange(4, 2, 3);
        assertThat(afterFirstFrame(frame(List.of(good)))).isPositive();
        assertThat(afterFirstFrame(frame(List.of(good, new MessageRange(4, 5, 5), new MessageRange(6, 1, 1)))))
                .isPositive();
        List<List<MessageRange>> impossible = List.of(
                List.of(new MessageRange(4, 0, 3)),
                List.of(new MessageRange(4, -5, 3)),
                List.of(new MessageRange(4, 2, 0)),
                List.of(new MessageRange(4, 2, -1)),
                List.of(new MessageRange(4, 9, 2)), // 10 waits
                List.of(new MessageRange(4, 10, 1)),
                List.of(new MessageRange(4, 2, Long.MAX_VALUE)),
                List.of(new MessageRange(4, Long.MAX_VALUE, 2)),
                List.of(new MessageRange(4, Long.MIN_VALUE, Long.MAX_VALUE)),
                List.of(new MessageRange(5, 2, 1)), // no such queue
                List.of(new MessageRange(7, 2, 1)),
                List.of(good, new MessageRange(4, 4, 1)), // in both
                List.of(good, good),
                List.of(good, new MessageRange(4, 1, 1)), // in the wrong order
                List.of(new MessageRange(6, 1, 1), good));
        for (List<MessageRange> ranges : impossible) {
            assertThat(afterFirstFrame(frame(ranges))).as("%s", ranges).isZero();
        }
    }

    @Test
    void aNumberOfRangesThatCannotBeBeginsTheTransferAnew() {
        byte[] frame = frame(List.of(new MessageRange(4, 2, 3)));
        int countAt = frame.length - TransferFormat.FRAME_TAIL - 28;
        for (int count : new int[] {-1, 0, 2, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            byte[] payload =
                    Arrays.copyOfRange(frame, TransferFormat.FRAME_HEAD, frame.length - TransferFormat.FRAME_TAIL);
            ByteBuffer.wrap(payload).putInt(countAt - TransferFormat.FRAME_HEAD, count);
            assertThat(afterFirstFrame(TransferFormat.frame(TransferFormat.SNAPSHOT, payload)))
                    .as("%d ranges", count)
                    .isZero();
        }
    }

    /** What was announced must come, all of it and in its order. */
    @Test
    void messagesThatWereNotAnnouncedSoBeginTheTransferAnew() {
        byte[] first = frame(List.of(new MessageRange(4, 2, 3)));
        byte[] taken = messages(4, 2, 3);
        byte[] waiting = messages(4, 10, 2);
        byte[] end = end(5);
        assertThat(completes(first, taken, waiting, end)).isTrue();
        assertThat(completes(first, messages(4, 2, 1), messages(4, 3, 2), waiting, end))
                .isTrue();
        assertThat(completes(first, waiting, end(2))).isFalse();
        assertThat(completes(first, waiting, taken, end)).isFalse();
        assertThat(completes(first, taken, end(3))).isFalse();
        assertThat(completes(first, taken, waiting, end(4))).isFalse();
        assertThat(completes(first, messages(4, 2, 4), waiting, end(6))).isFalse();
        assertThat(completes(first, messages(4, 2, 2), waiting, end(4))).isFalse();
        assertThat(completes(first, taken, taken, waiting, end(8))).isFalse();
        assertThat(completes(frame(List.of()), taken, waiting, end)).isFalse();
    }

    /** Messages 10 and 11 of queue 4 wait, queue 6 is empty. */
    private static byte[] frame(List<MessageRange> taken) {
        SnapshotFile file = new SnapshotFile(
                new StoredSnapshot(9, 1, 1, new byte[0], new byte[0]),
                9,
                0,
                10,
                List.of(new LiveQueue(4, 10, 12), new LiveQueue(6, 3, 3)),
                new byte[1]);
        return TransferFormat.snapshotFrame(new TransferredSnapshot(file, taken));
    }

    private static byte[] messages(long queue, long firstId, int count) {
        List<byte[]> bodies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            bodies.add(new byte[3]);
        }
        return TransferFormat.frame(TransferFormat.MESSAGES, CarriedWriter.payload(queue, firstId, bodies));
    }

    private static byte[] end(long messages) {
        return TransferFormat.frame(
                TransferFormat.END,
                ByteBuffer.allocate(Long.BYTES).putLong(messages).array());
    }

    private static boolean completes(byte[]... frames) {
        SnapshotReceiver receiver = open(new SimulatedDisk()).log.receiveSnapshot();
        write(receiver, frames);
        boolean complete = receiver.complete();
        assertThat(receiver.offset() > 0).as("taken or begun anew").isEqualTo(complete);
        receiver.close();
        return complete;
    }

    private static long afterFirstFrame(byte[] frame) {
        SnapshotReceiver receiver = open(new SimulatedDisk()).log.receiveSnapshot();
        write(receiver, frame);
        return receiver.offset();
    }

    private static void write(SnapshotReceiver receiver, byte[]... frames) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        stream.writeBytes(
                ByteBuffer.allocate(Long.BYTES).putLong(TransferFormat.MAGIC).array());
        for (byte[] frame : frames) {
            stream.writeBytes(frame);
        }
        receiver.write(0, stream.toByteArray());
    }
}
