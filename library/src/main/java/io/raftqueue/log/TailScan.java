package io.raftqueue.log;

import io.raftqueue.log.RecordFormat.Header;
import io.raftqueue.log.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Looks behind the last whole record of a segment: is there anything, and does it bear witness against a torn end? */
final class TailScan {
    private static final int CHUNK = 1 << 20;
    /** Bodies could be made to look like records; then looking has an end, and the answer is the cautious one. */
    private static final long MOST_BYTES_CHECKED = 1L << 30;

    private final DiskFile file;
    private final Checksum checksum;

    TailScan(DiskFile file, Checksum checksum) {
        this.file = file;
        this.checksum = checksum;
    }

    boolean allZero(long from, long until) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, Math.max(1, until - from)));
        for (long at = from; at < until; at += chunk.capacity()) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), until - at));
            file.readFully(chunk, at);
            chunk.flip();
            if (firstNonZero(chunk, 0) < chunk.limit()) {
                return false;
            }
        }
        return true;
    }

    private static int firstNonZero(ByteBuffer chunk, int from) {
        int at = from;
        while (at + Long.BYTES <= chunk.limit() && chunk.getLong(at) == 0) {
            at += Long.BYTES;
        }
        while (at < chunk.limit() && chunk.get(at) == 0) {
            at++;
        }
        return at;
    }

    /**
     * Offset of a whole record that was written when the broken entry was already durable; -1 if there is none. Records
     * may begin anywhere, for the length of the broken one is not known.
     */
    long recordThatKnewDurable(long broken, long from, long until) throws IOException {
        long mostEntries = (until - from) / RecordFormat.HEADER_BYTES + 1;
        long checked = 0;
        ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, until - from));
        for (long start = from; until - start >= RecordFormat.HEADER_BYTES; ) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), until - start));
            file.readFully(chunk, start);
            chunk.flip();
            int last = chunk.limit() - RecordFormat.HEADER_BYTES;
            for (int at = firstNonZero(chunk, 0); at <= last; at = firstNonZero(chunk, at + 1)) {
                Header header = Header.read(chunk, at);
                if (!header.plausible(until - start - at)
                        || header.index() < broken
                        || header.index() > broken + mostEntries
                        || header.durableWhenWritten() < broken) {
                    continue;
                }
                checked += header.length();
                if (checked > MOST_BYTES_CHECKED || isWhole(header, start + at)) {
                    return start + at;
                }
            }
            start += last + 1;
        }
        return -1;
    }

    private boolean isWhole(Header header, long at) throws IOException {
        byte[] record = new byte[RecordFormat.HEADER_BYTES + header.length()];
        file.readFully(ByteBuffer.wrap(record), at);
        byte[] payload = new byte[header.length()];
        System.arraycopy(record, RecordFormat.HEADER_BYTES, payload, 0, payload.length);
        return checksum.of(record, RecordFormat.CHECKSUM_AT, payload) == header.checksum();
    }
}
