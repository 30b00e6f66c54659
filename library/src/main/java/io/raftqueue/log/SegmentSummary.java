package io.raftqueue.log;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a full segment, so that a start need not read it: beside a log segment as {@code log-<sequence>.idx},
 * at the end of a carried one. It is on disk before a snapshot relies on it.
 *
 * <pre>
 *  0  i32     magic, version in the last byte
 *  4  i32     length of the whole
 *  8  i64     sequence number of the segment
 * 16  varints first index, entries, end of the records, messages stored in them
 *     varints number of terms; for each: entries since the one before, term
 *     varints number of internal entries; for each: entries since the one before
 *     varints number of points; for each: entries and bytes since the one before ({@link SparseIndex})
 *     varint  number of queues; for each: i64 uid, its {@link RunList runs}
 *  …  u32     CRC-32C of the incarnation and the bytes before
 * </pre>
 */
final class SegmentSummary {
    static final String SUFFIX = ".idx";
    private static final int MAGIC = 0x52515801;
    private static final int HEAD = 16;

    private SegmentSummary() {}

    static String fileName(Segment segment) {
        String name = segment.name();
        return name.substring(0, name.lastIndexOf('.')) + SUFFIX;
    }

    static byte[] encode(
            Segment segment, TermIndex terms, InternalIndex internal, Checksum checksum, Consumer<ByteSink> runs) {
        ByteSink out = new ByteSink(1024);
        out.putInt(MAGIC).putInt(0).putLong(segment.sequence());
        long first = segment.firstIndex();
        out.putVarint(first)
                .putVarint(segment.lastIndex() - first + 1)
                .putVarint(segment.end())
                .putVarint(segment.messages());
        terms.write(out, first, segment.lastIndex());
        internal.write(out, first, segment.lastIndex());
        segment.points().write(out);
        runs.accept(out);
        out.putInt(0);
        byte[] bytes = out.toArray();
        ByteBuffer.wrap(bytes).putInt(4, bytes.length);
        ByteBuffer.wrap(bytes).putInt(bytes.length - 4, checksum.of(bytes, 0, bytes.length - 4));
        return bytes;
    }

    /**
     * Fills the segment, its terms and its internal entries from the summary; returns a buffer at the runs, or null if
     * these bytes are no whole summary of it; then what was filled in is worth nothing.
     */
    static @Nullable ByteBuffer decode(
            byte[] bytes, Segment segment, TermIndex terms, InternalIndex internal, Checksum checksum) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length < HEAD + 4
                || in.getInt() != MAGIC
                || in.getInt() != bytes.length
                || in.getLong() != segment.sequence()
                || in.getInt(bytes.length - 4) != checksum.of(bytes, 0, bytes.length - 4)) {
            return null;
        }
        in.limit(bytes.length - 4);
        try {
            long first = RunList.varint(in);
            long entries = RunList.varint(in);
            long end = RunList.varint(in);
            boolean fits = first > 0 && entries > 0 && first + entries > 0 && end <= segment.capacity();
            if (!fits || entries > (end - SegmentHeader.BYTES) / RecordFormat.HEADER_BYTES) {
                return null;
            }
            segment.restore(first, first + entries - 1, end);
            segment.countMessages(RunList.varint(in) - segment.messages());
            terms.read(in, first);
            internal.read(in, first);
            return segment.points().read(in, entries, end) ? in : null;
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return null; // a checksum that is true of nonsense
        }
    }
}
