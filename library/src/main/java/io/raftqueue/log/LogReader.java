package io.raftqueue.log;

import io.raftqueue.consensus.Entry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The reading end, for any thread: the tail cache first, then a small cache of what was read from disk lately, then disk. */
final class LogReader {
    private static final int POINT_BUFFER = 16 << 10;
    private static final int STREAM_BUFFER = 256 << 10;
    /** A message at the head of a long backlog is followed by its neighbours soon. */
    private static final int READ_AHEAD = 256 << 10;

    private static final long READ_CACHE_BYTES = 4 << 20;

    private final String path;
    private final SegmentList segments;
    private final TailCache tail;
    private final Checksum checksum;
    private final FailureGate gate;
    private final Map<Long, Entry> lately = new LinkedHashMap<>(16, 0.75f, true);
    private long latelyBytes;
    private long lastMissed;
    private long forgotten;

    LogReader(String path, SegmentList segments, TailCache tail, Checksum checksum, FailureGate gate) {
        this.path = path;
        this.segments = segments;
        this.tail = tail;
        this.checksum = checksum;
        this.gate = gate;
    }

    /** The entry, or null if it is not stored. */
    @Nullable
    Entry entry(long index) {
        Entry cached = tail.get(index);
        if (cached != null) {
            return cached;
        }
        boolean sequential;
        long generation;
        synchronized (lately) {
            generation = forgotten;
            cached = lately.get(index);
            if (cached != null) {
                return cached;
            }
            sequential = index > lastMissed && index - lastMissed <= 4096;
            lastMissed = index;
        }
        List<Entry> read = read(index, sequential ? Long.MAX_VALUE : index, sequential ? READ_AHEAD : 0);
        if (read.isEmpty()) {
            return null;
        }
        remember(read, generation);
        return read.get(0);
    }

    private void remember(List<Entry> read, long generation) {
        synchronized (lately) {
            if (generation != forgotten) {
                return; // read before a cut: some of these may never have been
            }
            for (int i = read.size() - 1; i >= 0; i--) {
                Entry entry = read.get(i);
                if (lately.put(entry.index(), entry) == null) {
                    latelyBytes += cost(entry);
                }
            }
            lastMissed = read.get(read.size() - 1).index();
            var oldest = lately.entrySet().iterator();
            while (latelyBytes > READ_CACHE_BYTES && lately.size() > 1 && oldest.hasNext()) {
                latelyBytes -= cost(oldest.next().getValue());
                oldest.remove();
            }
        }
    }

    private static long cost(Entry entry) {
        return TailCache.OVERHEAD + (long) entry.payload().length;
    }

    /** Forgets what a cut or an installed snapshot has made void. */
    void forget() {
        synchronized (lately) {
            forgotten++;
            lately.clear();
            latelyBytes = 0;
            lastMissed = 0;
        }
    }

    /** Entries from..to, at least one, then as many as fit; for the thread that appends. */
    List<Entry> entries(long from, long to, int maxBytes) {
        List<Entry> result = new ArrayList<>();
        long bytes = 0;
        for (long i = from; i <= to; ) {
            Entry cached = tail.get(i);
            List<Entry> next = cached != null ? List.of(cached) : read(i, to, Math.max(1, maxBytes - bytes));
            if (next.isEmpty()) {
                throw gate.fail("reading entry " + i, new IOException("entry " + i + " is in no segment of " + path));
            }
            for (Entry entry : next) {
                bytes += entry.payload().length;
                if (bytes > maxBytes && !result.isEmpty()) {
                    return result;
                }
                result.add(entry);
            }
            i += next.size();
        }
        return result;
    }

    /** Reads consecutive entries of one segment from disk, at least the first; empty if it is not stored. */
    private List<Entry> read(long from, long to, long maxBytes) {
        Segment segment = segments.holding(from);
        if (segment == null || !segment.acquire()) {
            return List.of();
        }
        try {
            long last = Math.min(to, segment.lastIndex());
            SegmentCursor cursor = find(segment, from, checksum, last > from ? STREAM_BUFFER : POINT_BUFFER);
            List<Entry> result = new ArrayList<>();
            long bytes = 0;
            for (long i = from; i <= last && (result.isEmpty() || bytes < maxBytes); i++) {
                if (cursor.next() != SegmentCursor.Found.RECORD
                        || cursor.entry().index() != i) {
                    if (!result.isEmpty() || segments.holding(i) != segment) {
                        return result; // perhaps cut meanwhile; if it is asked for itself, it shows
                    }
                    throw damaged(segment, cursor, i);
                }
                result.add(cursor.entry());
                bytes += cursor.recordBytes();
            }
            return result;
        } catch (IOException e) {
            throw gate.fail("reading entry " + from + " from " + segment.name(), e);
        } finally {
            segment.release();
        }
    }

    private LogException damaged(Segment segment, SegmentCursor cursor, long index) {
        return gate.fail(
                "reading entry " + index,
                new DamagedLogException(
                        path,
                        segment.name(),
                        cursor.recordStart(),
                        "entry " + index + " should be there, but "
                                + (cursor.why().isEmpty() ? "is not" : cursor.why()),
                        null));
    }

    static SegmentCursor find(Segment segment, long index, Checksum checksum) throws IOException {
        SegmentCursor cursor = find(segment, index, checksum, POINT_BUFFER);
        if (cursor.nextHeader() != SegmentCursor.Found.RECORD || cursor.header().index() != index) {
            throw new IOException(segment.name() + " has no entry " + index + " at " + cursor.recordStart());
        }
        return cursor;
    }

    /** A cursor right before the entry: from the nearest known point over the headers in between. */
    static SegmentCursor find(Segment segment, long index, Checksum checksum, int bufferBytes) throws IOException {
        long first = segment.firstIndex();
        long point = segment.points().before((int) (index - first));
        SegmentCursor cursor =
                new SegmentCursor(segment.file(), point & 0xFFFFFFFFL, segment.capacity(), checksum, bufferBytes);
        for (long i = first + (point >>> 32); i < index; i++) {
            if (cursor.nextHeader() != SegmentCursor.Found.RECORD
                    || cursor.header().index() != i) {
                break; // what is wrong shows when the entry itself is read
            }
        }
        return cursor;
    }
}
