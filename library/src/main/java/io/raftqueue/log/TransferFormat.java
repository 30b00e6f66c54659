package io.raftqueue.log;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * The stream by which a snapshot travels with its bodies: 8 bytes {@code RQXFER}, 0, version 1, then frames
 *
 * <pre>
 *  0  u8   type
 *  1  i32  length n
 *  5  n    payload
 *  …  u32  CRC-32C of the bytes before
 *
 * type 1, first: i64 index, term, cluster time; i32 length, state; i32 length, configuration;
 *                i32 number of queues; for each: i64 uid, first waiting id, next id
 * type 2:        messages of one queue with consecutive ids, as in a {@link CarriedFile}
 * type 3, last:  i64 number of messages
 * </pre>
 */
final class TransferFormat {
    static final long MAGIC = 0x5251584645520001L;
    static final int MAGIC_BYTES = Long.BYTES;
    static final int FRAME_HEAD = 5;
    static final int FRAME_TAIL = 4;
    static final byte SNAPSHOT = 1;
    static final byte MESSAGES = 2;
    static final byte END = 3;
    static final int LARGEST_FRAME = RecordFormat.MAX_PAYLOAD_BYTES;

    private TransferFormat() {}

    static byte[] frame(byte type, byte[] payload) {
        ByteBuffer b = ByteBuffer.allocate(FRAME_HEAD + payload.length + FRAME_TAIL);
        b.put(type).putInt(payload.length).put(payload);
        b.putInt(Checksum.UNSALTED.of(b.array(), 0, FRAME_HEAD + payload.length));
        return b.array();
    }

    static byte[] snapshotFrame(SnapshotFile file) {
        StoredSnapshot snapshot = file.snapshot();
        ByteSink out = new ByteSink(256 + snapshot.state().length);
        out.putLong(snapshot.index()).putLong(snapshot.term()).putLong(snapshot.clusterTime());
        out.putInt(snapshot.state().length).put(snapshot.state());
        out.putInt(snapshot.configuration().length).put(snapshot.configuration());
        out.putInt(file.queues().size());
        for (LiveQueue queue : file.queues()) {
            out.putLong(queue.uid()).putLong(queue.head()).putLong(queue.next());
        }
        return frame(SNAPSHOT, out.toArray());
    }

    /** The snapshot of a first frame, to be installed into an empty log whose first segment has the number. */
    static SnapshotFile snapshot(byte[] payload) {
        ByteBuffer in = ByteBuffer.wrap(payload);
        long index = in.getLong();
        long term = in.getLong();
        long time = in.getLong();
        byte[] state = SnapshotFile.bytes(in);
        byte[] configuration = SnapshotFile.bytes(in);
        List<LiveQueue> queues = SnapshotFile.queues(in);
        SnapshotFile file = new SnapshotFile(
                new StoredSnapshot(index, term, time, state, configuration), index, 0, index + 1, queues, new byte[1]);
        SnapshotFile.Impossible impossible = file.impossible();
        if (impossible != null || in.hasRemaining()) {
            throw new IllegalArgumentException("a snapshot that cannot be");
        }
        return file;
    }
}
