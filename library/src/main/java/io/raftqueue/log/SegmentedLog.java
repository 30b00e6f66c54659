package io.raftqueue.log;

import io.raftqueue.consensus.Entry;
import io.raftqueue.consensus.RaftStorage;
import io.raftqueue.log.disk.DiskDirectory;
import io.raftqueue.log.disk.DiskFullException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
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
    private final LogParts parts;
    private final FailureGate gate;
    private final TermAndVote state;
    private final LogWriter writer;
    private final Reclaimer reclaimer;
    private volatile long lastTime;
    private @Nullable SnapshotReceiver incoming;

    private SegmentedLog(LogParts parts) {
        this.parts = parts;
        this.gate = parts.gate;
        this.state = parts.state;
        this.writer = parts.writer;
        this.reclaimer = new Reclaimer(parts);
        this.lastTime = parts.lastTime;
    }

    static SegmentedLog open(
            DiskDirectory disk, UUID incarnation, LogOptions options, BodyReader bodies, Executor background) {
        try {
            return new SegmentedLog(new LogParts(disk, incarnation, options, bodies, background));
        } catch (DiskFullException e) {
            throw new NoSpaceException(
                    "no room for the log in " + disk.path() + " (" + e.getMessage() + "): make room and start again",
                    e);
        } catch (IOException e) {
            throw new LogFailedException("cannot read the log in " + disk.path() + ": " + e, e);
        }
    }

    @Override
    public long firstIndex() {
        long first = parts.segments.firstContiguous();
        return first == 0 ? lastIndex() + 1 : first;
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
        return parts.snapshots.newest().snapshot().index();
    }

    @Override
    public long snapshotTerm() {
        return parts.snapshots.newest().snapshot().term();
    }

    @Override
    public long termAt(long index) {
        StoredSnapshot snapshot = parts.snapshots.newest().snapshot();
        if (index == snapshot.index()) {
            return snapshot.term();
        }
        return index < firstIndex() || index > lastIndex() ? -1 : parts.terms.at(index);
    }

    @Override
    public List<Entry> entries(long from, long to, int maxBytes) {
        gate.check();
        // Not by the first index: another thread reclaims, and who looked it up just before can still read from there.
        if (parts.segments.holding(from) == null || to > lastIndex() || from > to) {
            throw new IllegalArgumentException("entries " + from + " to " + to + " were asked for, the log holds "
                    + firstIndex() + " to " + lastIndex());
        }
        return parts.reader.entries(from, to, maxBytes);
    }

    @Override
    public List<Entry> internalEntries(long from, long to) {
        List<Entry> found = new ArrayList<>();
        for (long index : parts.internal.within(from, to)) {
            found.addAll(entries(index, index, 1));
        }
        return found;
    }

    @Override
    public boolean roomFor(long bytes) {
        return writer.roomFor(bytes);
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
            if (entry.payload().length > RecordFormat.MAX_PAYLOAD_BYTES) {
                throw new IllegalArgumentException("entry " + entry.index() + " has a payload of "
                        + entry.payload().length + " bytes, at most " + RecordFormat.MAX_PAYLOAD_BYTES
                        + " are possible");
            }
            term = entry.term();
        }
        if (term > state.term()) {
            saveTermAndVote(term, null); // a log never holds entries of a term it has not promised
        }
        writer.append(entries);
        for (Entry entry : entries) {
            parts.terms.add(entry.index(), entry.term());
            parts.tail.add(entry);
            if (entry.internal()) {
                parts.internal.add(entry.index());
            }
        }
        lastTime = entries.get(entries.size() - 1).time();
    }

    @Override
    public boolean tryAppend(List<Entry> entries) {
        try {
            append(entries);
            return true;
        } catch (NoSpaceException full) {
            return false;
        }
    }

    @Override
    public void truncateFrom(long index) {
        gate.check();
        if (index > lastIndex()) {
            return;
        }
        if (index < firstIndex() || index <= snapshotIndex()) {
            throw new IllegalArgumentException("the log cannot be cut at " + index + ": it holds entries from "
                    + firstIndex() + ", and a snapshot covers those up to " + snapshotIndex());
        }
        writer.truncateFrom(index);
        parts.tail.truncateFrom(index);
        parts.terms.truncateFrom(index);
        parts.internal.truncateFrom(index);
        parts.reader.forget();
        Entry last = entry(index - 1);
        lastTime = last == null ? parts.snapshots.newest().snapshot().clusterTime() : last.time();
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
        return parts.reader.entry(index);
    }

    public MessageIndex messages() {
        return parts.messages;
    }

    /** The encoded body of a message, from memory or disk; null if it is not, or no longer, stored. From any thread. */
    public byte @Nullable [] body(long queueUid, long id) {
        gate.check();
        return parts.messages.body(queueUid, id);
    }

    /** The newest published snapshot, or null. */
    public @Nullable StoredSnapshot snapshot() {
        StoredSnapshot newest = parts.snapshots.newest().snapshot();
        return newest.index() == 0 ? null : newest;
    }

    /**
     * Notes, on the raft thread right after applying {@code snapshot.index()}, which messages are alive. Cheap; publish it
     * from any thread.
     */
    public SnapshotDraft draftSnapshot(StoredSnapshot snapshot) {
        return new SnapshotDraft(snapshot, parts.messages.live());
    }

    /** Puts the snapshot on disk, atomically. A draft older than the newest is ignored. */
    public void publish(SnapshotDraft draft) {
        parts.snapshots.publish(draft);
    }

    /** Whether a snapshot taken now would let whole files go soon. Cheap; for who decides when to take one. */
    public boolean snapshotWouldFreeSpace() {
        return parts.segments.all().length + parts.carried.all().size() > 1
                && parts.messages.muchRemovedSinceSnapshot();
    }

    /**
     * Deletes what nobody needs, copies the last living messages out of mostly dead segments, and keeps the reserve. Call it
     * every few seconds from a background thread; a removed message stays readable for at least one such interval.
     */
    public void reclaim() {
        reclaimer.run();
    }

    /** Whether the bodies of all these messages can be read now. From any thread. */
    public boolean holds(MessageRange messages) {
        gate.check();
        return parts.messages.holds(messages);
    }

    /**
     * Opens the newest snapshot for a member that lags; null if there is none.
     *
     * @param taken messages that left their queues before that snapshot and are to come with it, as far as they can still
     *     be read and their queue exists by the snapshot; asked by the first reader
     */
    public @Nullable SnapshotSource openSnapshotSource(Function<StoredSnapshot, List<MessageRange>> taken) {
        gate.check();
        reclaimer.readerBegins(); // first, so that nothing of what is newest now is reclaimed
        SnapshotFile newest = parts.snapshots.newest();
        if (newest.snapshot().index() == 0) {
            reclaimer.readerEnds();
            return null;
        }
        return new OutgoingSnapshot(parts, reclaimer, newest, taken);
    }

    /** Begins to receive a snapshot; an unfinished older transfer is given up. */
    public SnapshotReceiver receiveSnapshot() {
        gate.check();
        SnapshotReceiver unfinished = incoming;
        if (unfinished != null) {
            unfinished.close();
        }
        IncomingSnapshot next = new IncomingSnapshot(parts, snapshot -> lastTime = snapshot.clusterTime());
        incoming = next;
        return next;
    }

    /** Cluster time of the last entry, or of the snapshot when there is none. */
    public long lastTime() {
        return lastTime;
    }

    /** Bytes of all segments in use. */
    public long sizeInBytes() {
        long bytes = 0;
        for (Segment segment : parts.segments.all()) {
            bytes += segment.capacity();
        }
        for (CarriedFile file : parts.carried.all()) {
            bytes += file.segment().capacity();
        }
        return bytes;
    }

    public LogOptions options() {
        return parts.options;
    }

    public DiskFigures disk() {
        try {
            long total = parts.disk.totalBytes();
            long watermark = Math.min(parts.options.watermarkBytes(), (long) (total * parts.options.watermarkShare()));
            return new DiskFigures(parts.disk.usableBytes(), total, watermark + reclaimer.missingReserve());
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
        parts.close(gate.cause());
    }
}
