package io.raftqueue.log;

import io.raftqueue.consensus.Entry;
import io.raftqueue.consensus.RaftStorage;
import io.raftqueue.log.disk.DiskDirectory;
import io.raftqueue.log.disk.DiskFullException;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The log of a node. {@code append}, {@code truncateFrom}, {@code saveTermAndVote} and {@code draftSnapshot} belong to
 * the one thread that owns the consensus; {@link #sync()} to one other (or the same); reads may come from any.
 * jgroups-raft sees it through {@link EngineLog}.
 *
 * <p>Any error of the disk is the end: it is noted as {@link #failure()} before the exception leaves, and from then on
 * every call that changes something throws. Only a missing room for the next segment is a {@link NoSpaceException} that
 * leaves everything as it was.
 */
public final class SegmentedLog implements RaftStorage, AutoCloseable {
    private final DiskDirectory disk;
    private final LogOptions options;
    private final BodyReader bodyReader;
    private final FailureGate gate;
    private final TermAndVote state;
    private final DurableMark mark;
    private final SegmentList segments;
    private final TermIndex terms;
    private final TailCache tail;
    private final Preallocation preallocation;
    private final LogWriter writer;
    private final LogReader reader;
    private volatile long firstIndex;
    private volatile long lastTime;

    private SegmentedLog(
            DiskDirectory disk, UUID incarnation, LogOptions options, BodyReader bodies, Executor background)
            throws IOException {
        this.disk = disk;
        this.bodyReader = bodies;
        this.options = options;
        Checksum checksum = new Checksum(incarnation);
        this.gate = new FailureGate(disk.path());
        this.state = openState(disk, checksum);
        this.mark = DurableMark.open(disk, checksum);
        this.terms = new TermIndex();
        this.tail = new TailCache(options.tailCacheBytes());
        LogRecovery recovery = new LogRecovery(
                disk, incarnation, checksum, state, 0, 0, 0, mark.read(state.generation()), terms, tail);
        recovery.run();
        this.segments = recovery.segments();
        this.preallocation = new Preallocation(disk, incarnation, checksum, options.segmentBytes(), background, gate);
        preallocation.sequenceUsed(recovery.highestSequence());
        recovery.empty().forEach(preallocation::found);
        if (segments.all().length == 0) {
            segments.add(preallocation.first());
        }
        this.writer = new LogWriter(
                disk,
                segments,
                preallocation,
                state,
                mark,
                checksum,
                gate,
                options.fsync(),
                recovery.last(),
                options.segmentBytes());
        this.reader = new LogReader(disk.path(), segments, tail, checksum, gate);
        this.lastTime = recovery.lastTime();
        findFirstIndex();
        preallocation.prepareAhead();
    }

    static SegmentedLog open(
            DiskDirectory disk, UUID incarnation, LogOptions options, BodyReader bodies, Executor background) {
        try {
            return new SegmentedLog(disk, incarnation, options, bodies, background);
        } catch (DiskFullException e) {
            throw new NoSpaceException(
                    "no room for the log in " + disk.path() + " (" + e.getMessage() + "): make room and start again",
                    e);
        } catch (IOException e) {
            throw new LogFailedException("cannot read the log in " + disk.path() + ": " + e, e);
        }
    }

    private static TermAndVote openState(DiskDirectory disk, Checksum checksum) throws IOException {
        List<String> names = disk.list();
        if (names.contains(TermAndVote.NAME)) {
            return TermAndVote.open(disk, checksum);
        }
        for (String name : names) {
            if (SegmentHeader.sequenceOf(name) >= 0) {
                throw new DamagedLogException(
                        disk.path(), TermAndVote.NAME, -1, "it is missing, though there is " + name, null);
            }
        }
        return TermAndVote.create(disk, checksum);
    }

    private void findFirstIndex() {
        long first = segments.firstContiguous();
        firstIndex = first == 0 ? writer.written() + 1 : first;
        terms.dropBefore(firstIndex);
    }

    @Override
    public long firstIndex() {
        return firstIndex;
    }

    @Override
    public long lastIndex() {
        return writer.written();
    }

    @Override
    public long durableIndex() {
        return writer.durable();
    }

    @Override
    public long snapshotIndex() {
        return 0;
    }

    @Override
    public long snapshotTerm() {
        return 0;
    }

    @Override
    public long termAt(long index) {
        if (index == snapshotIndex()) {
            return snapshotTerm();
        }
        return index < firstIndex || index > lastIndex() ? -1 : terms.at(index);
    }

    @Override
    public List<Entry> entries(long from, long to, int maxBytes) {
        gate.check();
        if (from < firstIndex || to > lastIndex() || from > to) {
            throw new IllegalArgumentException("entries " + from + " to " + to + " were asked for, the log holds "
                    + firstIndex + " to " + lastIndex());
        }
        return reader.entries(from, to, maxBytes);
    }

    @Override
    public void append(List<Entry> entries) {
        gate.check();
        if (entries.isEmpty()) {
            return;
        }
        long expected = lastIndex() + 1;
        long term = termAt(lastIndex());
        for (Entry entry : entries) {
            if (entry.index() != expected++ || entry.term() < term) {
                throw new IllegalArgumentException("entry " + entry.index() + " of term " + entry.term()
                        + " cannot follow entry " + (expected - 2) + " of term " + term);
            }
            term = entry.term();
        }
        if (term > state.term()) {
            saveTermAndVote(term, null); // a log never holds entries of a term it has not promised
        }
        writer.append(entries);
        for (Entry entry : entries) {
            terms.add(entry.index(), entry.term());
            tail.add(entry);
        }
        lastTime = entries.get(entries.size() - 1).time();
    }

    @Override
    public void truncateFrom(long index) {
        gate.check();
        if (index > lastIndex()) {
            return;
        }
        if (index < firstIndex || index <= snapshotIndex()) {
            throw new IllegalArgumentException("the log cannot be cut at " + index + ": it holds entries from "
                    + firstIndex + ", and a snapshot covers those up to " + snapshotIndex());
        }
        writer.truncateFrom(index);
        tail.truncateFrom(index);
        terms.truncateFrom(index);
        reader.forget();
        Entry last = entry(index - 1);
        lastTime = last == null ? 0 : last.time();
        findFirstIndex();
    }

    @Override
    public long term() {
        return state.term();
    }

    @Override
    public @Nullable UUID votedFor() {
        return state.vote();
    }

    @Override
    public void saveTermAndVote(long term, @Nullable UUID votedFor) {
        gate.check();
        try {
            state.save(term, votedFor);
        } catch (IOException e) {
            throw gate.fail("saving term " + term, e);
        }
    }

    /** Forces what was appended before this call to disk and advances {@link #durableIndex()}. Cheap when there is nothing. */
    public void sync() {
        writer.sync();
    }

    /** The entry, from memory or disk, also one below the first index that is still stored; null if it is not stored. */
    public @Nullable Entry entry(long index) {
        return reader.entry(index);
    }

    private final java.util.concurrent.ConcurrentHashMap<String, long[]> standInIndex =
            new java.util.concurrent.ConcurrentHashMap<>();

    public MessageIndex messages() {
        return new MessageIndex() {
            @Override
            public void stored(long q, long firstId, int count, long raftIndex, int firstSlot) {
                for (int i = 0; i < count; i++) {
                    standInIndex.put(q + ":" + (firstId + i), new long[] {raftIndex, firstSlot + i});
                }
            }

            @Override
            public void removed(long q, long firstId, long count) {}

            @Override
            public void dropQueue(long q) {}
        };
    }

    /** The encoded body of a message, from memory or disk; null if it is not, or no longer, stored. From any thread. */
    public byte @Nullable [] body(long queueUid, long id) {
        long[] at = standInIndex.get(queueUid + ":" + id);
        return at == null ? null : bodyReader.body(entry(at[0]).payload(), (int) at[1]);
    }

    /** The newest published snapshot, or null. */
    public @Nullable StoredSnapshot snapshot() {
        return null;
    }

    /**
     * Notes, on the raft thread right after applying {@code snapshot.index()}, which messages are alive. Cheap; publish it
     * from any thread.
     */
    public SnapshotDraft draftSnapshot(StoredSnapshot snapshot) {
        return new SnapshotDraft(snapshot);
    }

    /** Puts the snapshot on disk, atomically, and only then moves the first index. A draft older than the newest is ignored. */
    public void publish(SnapshotDraft draft) {}

    /**
     * Deletes what nobody needs, copies the last living messages out of mostly dead segments, and looks at the room on the
     * device. Call it every few seconds from a background thread; it never blocks the others.
     */
    public void reclaim() {
        gate.check();
    }

    /** Opens the newest snapshot for a member that lags; null if there is none. */
    public @Nullable SnapshotSource openSnapshotSource() {
        throw new UnsupportedOperationException();
    }

    /** Begins to receive a snapshot; an unfinished older transfer is given up. */
    public SnapshotReceiver receiveSnapshot() {
        throw new UnsupportedOperationException();
    }

    /** Cluster time of the last entry, or of the snapshot when there is none. */
    public long lastTime() {
        return lastTime;
    }

    /** Bytes of all segments in use. */
    public long sizeInBytes() {
        long bytes = 0;
        for (Segment segment : segments.all()) {
            bytes += segment.capacity();
        }
        return bytes;
    }

    public LogOptions options() {
        return options;
    }

    public DiskFigures disk() {
        try {
            long total = disk.totalBytes();
            long watermark = Math.min(options.watermarkBytes(), (long) (total * options.watermarkShare()));
            return new DiskFigures(disk.usableBytes(), total, watermark);
        } catch (IOException e) {
            throw gate.fail("looking at the free space", e);
        }
    }

    /** Why the log does nothing any more, or null while it is well. */
    public @Nullable Throwable failure() {
        return gate.cause();
    }

    /** Told once, on the thread that met the failure, after {@link #failure()} is set. Do not block in it. */
    public void onFailure(Consumer<Throwable> listener) {
        gate.listener(listener);
    }

    @Override
    public void close() {
        if (gate.isClosed()) {
            return;
        }
        try {
            if (gate.cause() == null) {
                writer.sync();
                writer.close();
            }
        } catch (IOException e) {
            throw gate.fail("closing the log", e);
        } finally {
            gate.close();
            preallocation.close();
            for (Segment segment : segments.all()) {
                segment.close();
            }
            state.close();
            mark.close();
        }
    }
}
