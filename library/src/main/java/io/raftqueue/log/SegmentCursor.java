package io.raftqueue.log;

import io.raftqueue.consensus.Entry;
import io.raftqueue.log.RecordFormat.Header;
import io.raftqueue.log.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads the records of a segment one after the other. Never reads beyond the segment, whatever lengths it meets. */
final class SegmentCursor {
    enum Found {
        RECORD,
        /** The end of what was written: a zero where a version should be, or no room for a record. */
        END,
        /** Bytes that are no whole record. */
        BROKEN
    }

    private final DiskFile file;
    private final long limit;
    private final Checksum checksum;
    private final ByteBuffer buffer;
    private final byte[] headerBytes = new byte[RecordFormat.HEADER_BYTES];
    private long bufferStart;
    private long position;
    private long recordStart;
    private @Nullable Header header;
    private @Nullable Entry entry;
    private String why = "";

    SegmentCursor(DiskFile file, long position, long limit, Checksum checksum, int bufferBytes) {
        this.file = file;
        this.position = position;
        this.limit = limit;
        this.checksum = checksum;
        long most = Math.max(RecordFormat.HEADER_BYTES, Math.min(bufferBytes, limit - position));
        this.buffer = ByteBuffer.allocate((int) most);
        this.buffer.limit(0);
    }

    /** Reads the next record, payload and checksum included. */
    Found next() throws IOException {
        Found found = nextHeader();
        if (found != Found.RECORD) {
            return found;
        }
        Header h = header();
        byte[] payload = new byte[h.length()];
        read(ByteBuffer.wrap(payload), recordStart + RecordFormat.HEADER_BYTES);
        if (checksum.of(headerBytes, RecordFormat.CHECKSUM_AT, payload) != h.checksum()) {
            why = "the checksum of the record does not match";
            position = recordStart;
            return Found.BROKEN;
        }
        entry = h.entry(payload);
        return Found.RECORD;
    }

    /** Reads the next record's header and steps over its payload, unchecked. */
    Found nextHeader() throws IOException {
        recordStart = position;
        entry = null;
        if (limit - position < RecordFormat.HEADER_BYTES) {
            return Found.END;
        }
        read(ByteBuffer.wrap(headerBytes), position);
        Header h = Header.read(ByteBuffer.wrap(headerBytes), 0);
        header = h;
        if (h.version() == 0) {
            return Found.END;
        }
        if (!h.plausible(limit - position)) {
            why = h.version() != RecordFormat.VERSION
                    ? "record version " + h.version() + " is not known to this release"
                    : "no record begins with these bytes";
            return Found.BROKEN;
        }
        position += RecordFormat.HEADER_BYTES + (long) h.length();
        return Found.RECORD;
    }

    private void read(ByteBuffer target, long from) throws IOException {
        long at = from;
        while (target.hasRemaining()) {
            if (at < bufferStart || at >= bufferStart + buffer.limit()) {
                if (target.remaining() >= buffer.capacity()) {
                    file.readFully(target, at);
                    return;
                }
                fill(at);
            }
            int start = (int) (at - bufferStart);
            int length = Math.min(target.remaining(), buffer.limit() - start);
            target.put(target.position(), buffer, start, length);
            target.position(target.position() + length);
            at += length;
        }
    }

    private void fill(long at) throws IOException {
        buffer.clear().limit((int) Math.min(buffer.capacity(), limit - at));
        bufferStart = at;
        int wanted = buffer.limit();
        buffer.limit(wanted);
        try {
            file.readFully(buffer, at);
        } finally {
            if (buffer.hasRemaining()) {
                buffer.limit(0);
            }
        }
    }

    Header header() {
        Header h = header;
        if (h == null) {
            throw new IllegalStateException("no record was read");
        }
        return h;
    }

    Entry entry() {
        Entry e = entry;
        if (e == null) {
            throw new IllegalStateException("no record was read");
        }
        return e;
    }

    /** Where the last record begins, or where there was none. */
    long recordStart() {
        return recordStart;
    }

    long recordBytes() {
        return RecordFormat.HEADER_BYTES + (long) header().length();
    }

    /** What is wrong with the broken bytes. */
    String why() {
        return why;
    }
}
