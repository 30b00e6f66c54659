package io.raftqueue.log;

import io.raftqueue.log.disk.DiskDirectory;
import io.raftqueue.log.disk.DiskFile;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Bodies taken out of the log: copied forward out of mostly dead segments, or come with an installed snapshot. Never
 * changed after it got its name. A segment file whose records ({@link RecordFormat}, numbered from 1) each hold messages of
 * one queue with consecutive ids:
 *
 * <pre>
 *  0  i64  uid of the queue
 *  8  i64  first id
 * 16  i32  number of messages; for each: i32 length, body
 * </pre>
 *
 * then a {@link SegmentSummary}, then, as the last 8 bytes, the offset of the summary.
 */
final class CarriedFile {
    static final int RECORD_HEAD = 20;
    static final int FOOTER = 8;
    private static final int LARGEST_SUMMARY = 256 << 20;

    private final Segment segment;
    private final long installedWith;
    private final Map<Long, RunList> runs = new HashMap<>();
    private final Checksum checksum;
    private long messages;
    private volatile @Nullable Piece lately;

    @SuppressWarnings("ArrayRecordComponent")
    private record Piece(long ordinal, byte[] payload) {}

    private CarriedFile(Segment segment, long installedWith, Checksum checksum) {
        this.segment = segment;
        this.installedWith = installedWith;
        this.checksum = checksum;
    }

    static CarriedFile open(DiskDirectory disk, String name, long sequence, UUID incarnation, Checksum checksum)
            throws IOException {
        try (DiskFile file = disk.open(name)) {
            SegmentHeader.Checked header =
                    SegmentHeader.check(SegmentHeader.Kind.CARRIED, disk, file, incarnation, checksum);
            Segment segment = new Segment(disk, name, sequence, header.capacity());
            CarriedFile carried = new CarriedFile(segment, header.installedWith(), checksum);
            long summaryEnd = header.capacity() - FOOTER;
            ByteBuffer footer = ByteBuffer.allocate(FOOTER);
            file.readFully(footer, summaryEnd);
            long start = footer.getLong(0);
            if (start >= SegmentHeader.BYTES && start < summaryEnd && summaryEnd - start <= LARGEST_SUMMARY) {
                byte[] bytes = new byte[(int) (summaryEnd - start)];
                file.readFully(ByteBuffer.wrap(bytes), start);
                ByteBuffer in = SegmentSummary.decode(bytes, segment, new TermIndex(), new InternalIndex(), checksum);
                if (in != null && carried.readRuns(in)) {
                    return carried;
                }
            }
            throw new DamagedLogException(disk.path(), name, summaryEnd, "its summary cannot be read", null);
        }
    }

    /** How many messages it was made with. */
    long messages() {
        return messages;
    }

    /** False if these are no runs of a file of this size. */
    private boolean readRuns(ByteBuffer in) {
        try {
            long queues = RunList.varint(in);
            for (long i = 0; i < queues; i++) {
                RunList list = new RunList();
                runs.put(in.getLong(), list);
                list.read(in, 0);
                long most = segment.end() / Integer.BYTES - messages;
                if (list.messages() < 0 || list.messages() > most) {
                    return false;
                }
                messages += list.messages();
            }
            return true;
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return false; // a checksum that is true of nonsense
        }
    }

    Segment segment() {
        return segment;
    }

    long installedWith() {
        return installedWith;
    }

    Map<Long, RunList> runs() {
        return runs;
    }

    byte @Nullable [] body(long uid, long id, FailureGate gate, String path) {
        RunList list = runs.get(uid);
        RunList.Place place = list == null ? null : list.find(id);
        if (place == null) {
            return null;
        }
        Piece piece = lately;
        if (piece == null || piece.ordinal != place.entry()) {
            byte[] payload = read(place.entry(), gate, path);
            if (payload == null) {
                return null;
            }
            piece = new Piece(place.entry(), payload);
            lately = piece;
        }
        return bodyAt(piece.payload, place.slot());
    }

    /**
     * How many messages a record holds.
     *
     * @throws IllegalArgumentException if the payload is not exactly what its lengths say
     */
    static int messagesIn(byte[] payload) {
        if (payload.length < RECORD_HEAD) {
            throw new IllegalArgumentException("a record of " + payload.length + " bytes");
        }
        ByteBuffer b = ByteBuffer.wrap(payload).position(RECORD_HEAD);
        int count = b.getInt(RECORD_HEAD - Integer.BYTES);
        for (int i = 0; i < count; i++) {
            int length = b.getInt();
            if (length < 0 || length > b.remaining()) {
                throw new IllegalArgumentException("a message of " + length + " bytes in " + b.remaining());
            }
            b.position(b.position() + length);
        }
        if (count <= 0 || b.hasRemaining()) {
            throw new IllegalArgumentException(count + " messages, and " + b.remaining() + " bytes behind them");
        }
        return count;
    }

    static byte[] bodyAt(byte[] payload, int slot) {
        ByteBuffer b = ByteBuffer.wrap(payload).position(RECORD_HEAD);
        for (int i = 0; i < slot; i++) {
            int length = b.getInt();
            b.position(b.position() + length);
        }
        byte[] body = new byte[b.getInt()];
        b.get(body);
        return body;
    }

    private byte @Nullable [] read(long ordinal, FailureGate gate, String path) {
        if (!segment.acquire()) {
            return null;
        }
        try {
            SegmentCursor cursor = LogReader.find(segment, ordinal, checksum, 0);
            if (cursor.next() != SegmentCursor.Found.RECORD || cursor.entry().index() != ordinal) {
                throw gate.fail(
                        "reading a carried body",
                        new DamagedLogException(
                                path,
                                segment.name(),
                                cursor.recordStart(),
                                "carried record " + ordinal + " should be there: " + cursor.why(),
                                null));
            }
            return cursor.entry().payload();
        } catch (IOException e) {
            throw gate.fail("reading " + segment.name(), e);
        } finally {
            segment.release();
        }
    }

    /** How many messages of the queue it holds with ids in {@code from <= id < to}. */
    long count(long uid, long from, long to) {
        RunList list = runs.get(uid);
        long[] count = new long[1];
        if (list != null) {
            list.forEach(from, to, (firstId, n, entry, slot) -> count[0] += n);
        }
        return count[0];
    }
}
