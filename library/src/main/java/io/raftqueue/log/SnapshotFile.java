package io.raftqueue.log;

import io.raftqueue.log.disk.DiskDirectory;
import io.raftqueue.log.disk.DiskFile;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A published snapshot, {@code snapshot-<index>.snap}: written under a temporary name, forced, renamed, directory forced.
 *
 * <pre>
 *  0  i64  "RQSNAP", 0, version 1
 *  8  i64  length of the whole
 * 16  i64  index, term, cluster time
 * 40  i64  index after which this log begins (0, or that of an installed snapshot)
 * 48  i64  first segment: those with lower numbers are void
 * 56  i64  first entry whose runs are in here; those of entries before are in summaries
 * 64  i32  length, state
 *  …  i32  length, configuration
 *  …  i32  number of queues; for each: i64 uid, i64 first waiting id, i64 next id
 *  …  varint number of queues; for each: i64 uid, its {@link RunList runs}
 *  …  u32  CRC-32C of the incarnation and the bytes before
 * </pre>
 *
 * @param runs as {@link MessageStore#writeRuns} wrote them
 */
@SuppressWarnings("ArrayRecordComponent")
record SnapshotFile(
        StoredSnapshot snapshot, long logStart, long firstSegment, long runsFrom, List<LiveQueue> queues, byte[] runs) {
    private static final long MAGIC = 0x5251534E41500001L;
    private static final String PREFIX = "snapshot-";
    private static final String SUFFIX = ".snap";
    private static final int LONGEST = 1 << 30;
    /** What a file name can tell, see {@link #indexOf}. */
    private static final long HIGHEST = 999_999_999_999_999_999L;

    private static final int STATE_AT = 64;

    /** A field that no log writes so, and its offset in the file. */
    record Impossible(long offset, String what) {}

    static final SnapshotFile NONE =
            new SnapshotFile(new StoredSnapshot(0, 0, 0, new byte[0], new byte[0]), 0, 0, 1, List.of(), new byte[1]);

    static String fileName(long index) {
        String digits = Long.toString(index);
        return PREFIX + "0".repeat(Math.max(0, 12 - digits.length())) + digits + SUFFIX;
    }

    static boolean isName(String name) {
        return indexOf(name) >= 0;
    }

    /** The index in a name, or -1 if it is not a snapshot's. */
    static long indexOf(String name) {
        if (!name.startsWith(PREFIX) || !name.endsWith(SUFFIX)) {
            return -1;
        }
        String digits = name.substring(PREFIX.length(), name.length() - SUFFIX.length());
        return digits.matches("[0-9]{12,18}") ? Long.parseLong(digits) : -1;
    }

    byte[] encode(Checksum checksum) {
        ByteSink out = new ByteSink(256 + snapshot.state().length + runs.length);
        out.putLong(MAGIC).putLong(0);
        out.putLong(snapshot.index()).putLong(snapshot.term()).putLong(snapshot.clusterTime());
        out.putLong(logStart).putLong(firstSegment).putLong(runsFrom);
        out.putInt(snapshot.state().length).put(snapshot.state());
        out.putInt(snapshot.configuration().length).put(snapshot.configuration());
        out.putInt(queues.size());
        for (LiveQueue queue : queues) {
            out.putLong(queue.uid()).putLong(queue.head()).putLong(queue.next());
        }
        out.put(runs).putInt(0);
        byte[] bytes = out.toArray();
        ByteBuffer.wrap(bytes).putLong(8, bytes.length);
        ByteBuffer.wrap(bytes).putInt(bytes.length - 4, checksum.of(bytes, 0, bytes.length - 4));
        return bytes;
    }

    static SnapshotFile read(DiskDirectory disk, String name, Checksum checksum) throws IOException {
        byte[] bytes;
        try (DiskFile file = disk.open(name)) {
            if (file.size() > LONGEST) {
                throw damaged(disk, name, "it is " + file.size() + " bytes long", null);
            }
            bytes = new byte[(int) file.size()];
            file.readFully(ByteBuffer.wrap(bytes), 0);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length >= 8 && in.getLong(0) >>> 8 == MAGIC >>> 8 && in.getLong(0) > MAGIC) {
            throw new WrongDirectoryException(disk.path() + "/" + name + " has format " + (in.getLong(0) & 0xFF)
                    + ", this release reads up to 1: start the release that wrote it, or a newer one");
        }
        if (bytes.length < 80
                || in.getLong() != MAGIC
                || in.getLong() != bytes.length
                || in.getInt(bytes.length - 4) != checksum.of(bytes, 0, bytes.length - 4)) {
            throw damaged(disk, name, "its checksum does not match", null);
        }
        in.limit(bytes.length - 4);
        SnapshotFile found;
        try {
            found = decode(in);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw damaged(disk, name, "its content does not fit its checksum", e);
        }
        Impossible impossible = found.impossible();
        if (impossible != null) {
            throw new DamagedLogException(
                    disk.path(), name, impossible.offset(), impossible.what() + " cannot be", null);
        }
        if (!fileName(found.snapshot.index()).equals(name)) {
            throw damaged(disk, name, "it was written as " + fileName(found.snapshot.index()), null);
        }
        return found;
    }

    /** What is not so in any snapshot of a log; null if there is nothing. Its runs show when they are restored. */
    @Nullable
    Impossible impossible() {
        long index = snapshot.index();
        if (index <= 0 || index > HIGHEST) {
            return new Impossible(16, "index " + index);
        }
        if (snapshot.term() < 0) {
            return new Impossible(24, "term " + snapshot.term());
        }
        if (snapshot.clusterTime() < 0) {
            return new Impossible(32, "cluster time " + snapshot.clusterTime());
        }
        if (logStart < 0 || logStart > index) {
            return new Impossible(40, "a log that begins after entry " + logStart + " and reaches entry " + index);
        }
        if (firstSegment < 0 || firstSegment > HIGHEST) {
            return new Impossible(48, "first segment " + firstSegment);
        }
        if (runsFrom <= logStart || runsFrom > index + 1) {
            return new Impossible(56, "runs from entry " + runsFrom + " of " + (logStart + 1) + " to " + index);
        }
        return impossibleQueue();
    }

    private @Nullable Impossible impossibleQueue() {
        long at = STATE_AT + 12L + snapshot.state().length + snapshot.configuration().length;
        long waiting = 0;
        for (int i = 0; i < queues.size(); i++) {
            LiveQueue queue = queues.get(i);
            boolean ascending = i == 0 || queue.uid() > queues.get(i - 1).uid();
            waiting += queue.next() - queue.head();
            if (!ascending || queue.head() < 0 || queue.next() < queue.head() || waiting < 0) {
                return new Impossible(
                        at + 24L * i,
                        "queue " + queue.uid() + " with messages " + queue.head() + " to " + (queue.next() - 1));
            }
        }
        return null;
    }

    private static SnapshotFile decode(ByteBuffer in) {
        long index = in.getLong();
        long term = in.getLong();
        long time = in.getLong();
        long logStart = in.getLong();
        long firstSegment = in.getLong();
        long runsFrom = in.getLong();
        byte[] state = bytes(in);
        byte[] configuration = bytes(in);
        List<LiveQueue> queues = queues(in);
        byte[] runs = new byte[in.remaining()];
        in.get(runs);
        return new SnapshotFile(
                new StoredSnapshot(index, term, time, state, configuration),
                logStart,
                firstSegment,
                runsFrom,
                queues,
                runs);
    }

    static byte[] bytes(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("a length of " + length);
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    static List<LiveQueue> queues(ByteBuffer in) {
        int count = in.getInt();
        if (count < 0) {
            throw new IllegalArgumentException(count + " queues");
        }
        List<LiveQueue> queues = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            queues.add(new LiveQueue(in.getLong(), in.getLong(), in.getLong()));
        }
        return queues;
    }

    private static DamagedLogException damaged(
            DiskDirectory disk, String name, String what, @Nullable Throwable cause) {
        return new DamagedLogException(disk.path(), name, 0, what, cause);
    }
}
