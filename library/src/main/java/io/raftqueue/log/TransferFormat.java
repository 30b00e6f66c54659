package io.raftqueue.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The stream by which a snapshot travels with its bodies: 8 bytes {@code RQXFER}, 0, version 2, then frames
 *
 * <pre>
 *  0  u8   type
 *  1  i32  length n
 *  5  n    payload
 *  …  u32  CRC-32C of 16 zeros and the bytes before
 *
 * type 1, first: i64 index, term, cluster time; i32 length, state; i32 length, configuration;
 *                i32 number of queues; for each: i64 uid, first waiting id, next id
 *                i32 number of ranges of taken messages; for each: i64 uid, first id, number of messages
 * type 2:        messages of one queue with consecutive ids, as in a {@link CarriedFile}
 * type 3, last:  i64 number of messages
 * </pre>
 *
 * Messages come queue by queue with growing ids: of each queue first the taken ones, which the receiver's own callers may
 * not have read yet, then all that wait. Ranges are of queues of the snapshot, in their order, disjoint, from id 1 and
 * below the first waiting id. Version 1 had no taken messages.
 */
final class TransferFormat {
    static final long MAGIC = 0x5251584645520002L;
    static final int MAGIC_BYTES = Long.BYTES;
    static final int FRAME_HEAD = 5;
    static final int FRAME_TAIL = 4;
    static final byte SNAPSHOT = 1;
    static final byte MESSAGES = 2;
    static final byte END = 3;
    static final int LARGEST_FRAME = RecordFormat.MAX_PAYLOAD_BYTES;
    private static final int RANGE_BYTES = 3 * Long.BYTES;

    private TransferFormat() {}

    static byte[] frame(byte type, byte[] payload) {
        ByteBuffer b = ByteBuffer.allocate(FRAME_HEAD + payload.length + FRAME_TAIL);
        b.put(type).putInt(payload.length).put(payload);
        b.putInt(Checksum.UNSALTED.of(b.array(), 0, FRAME_HEAD + payload.length));
        return b.array();
    }

    static byte[] snapshotFrame(TransferredSnapshot transferred) {
        SnapshotFile file = transferred.file();
        StoredSnapshot snapshot = file.snapshot();
        ByteSink out = new ByteSink(256 + snapshot.state().length);
        out.putLong(snapshot.index()).putLong(snapshot.term()).putLong(snapshot.clusterTime());
        out.putInt(snapshot.state().length).put(snapshot.state());
        out.putInt(snapshot.configuration().length).put(snapshot.configuration());
        out.putInt(file.queues().size());
        for (LiveQueue queue : file.queues()) {
            out.putLong(queue.uid()).putLong(queue.head()).putLong(queue.next());
        }
        out.putInt(transferred.taken().size());
        for (MessageRange range : transferred.taken()) {
            out.putLong(range.queueUid()).putLong(range.firstId()).putLong(range.count());
        }
        return frame(SNAPSHOT, out.toArray());
    }

    /** The snapshot of a first frame, to be installed into an empty log whose first segment has the number. */
    static TransferredSnapshot snapshot(byte[] payload) {
        ByteBuffer in = ByteBuffer.wrap(payload);
        long index = in.getLong();
        long term = in.getLong();
        long time = in.getLong();
        byte[] state = SnapshotFile.bytes(in);
        byte[] configuration = SnapshotFile.bytes(in);
        List<LiveQueue> queues = SnapshotFile.queues(in);
        List<MessageRange> taken = ranges(in);
        SnapshotFile file = new SnapshotFile(
                new StoredSnapshot(index, term, time, state, configuration), index, 0, index + 1, queues, new byte[1]);
        TransferredSnapshot transferred = new TransferredSnapshot(file, taken);
        String impossible = in.hasRemaining() ? in.remaining() + " bytes behind it" : transferred.impossible();
        if (impossible != null) {
            throw new IllegalArgumentException("a snapshot that cannot be: " + impossible);
        }
        return transferred;
    }

    private static List<MessageRange> ranges(ByteBuffer in) {
        int count = in.getInt();
        if (count < 0 || count > in.remaining() / RANGE_BYTES) {
            throw new IllegalArgumentException(count + " ranges in " + in.remaining() + " bytes");
        }
        List<MessageRange> ranges = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ranges.add(new MessageRange(in.getLong(), in.getLong(), in.getLong()));
        }
        return ranges;
    }
}
