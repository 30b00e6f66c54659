package io.raftqueue.log;

import io.raftqueue.consensus.Entry;
import io.raftqueue.consensus.RaftStorage;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The log of a node. {@code append}, {@code truncateFrom}, {@code saveTermAndVote} and {@code draftSnapshot} belong to
 * the one thread that owns the consensus; {@link #sync()} to one other (or the same); reads may come from any.
 * jgroups-raft sees it through {@link EngineLog}.
 */
public final class SegmentedLog implements RaftStorage, AutoCloseable {
    @Override
    public long firstIndex() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long lastIndex() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long durableIndex() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long snapshotIndex() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long snapshotTerm() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long termAt(long index) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<Entry> entries(long from, long to, int maxBytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void append(List<Entry> entries) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void truncateFrom(long index) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long term() {
        throw new UnsupportedOperationException();
    }

    @Override
    public @Nullable UUID votedFor() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void saveTermAndVote(long term, @Nullable UUID votedFor) {
        throw new UnsupportedOperationException();
    }

    /** Forces what was appended before this call to disk and advances {@link #durableIndex()}. Cheap when there is nothing. */
    public void sync() {
        throw new UnsupportedOperationException();
    }

    /** The entry, from memory or disk, also one below the first index that is still stored; null if it is not stored. */
    public @Nullable Entry entry(long index) {
        throw new UnsupportedOperationException();
    }

    public MessageIndex messages() {
        throw new UnsupportedOperationException();
    }

    /** The encoded body of a message, from memory or disk; null if it is not, or no longer, stored. From any thread. */
    public byte @Nullable [] body(long queueUid, long id) {
        throw new UnsupportedOperationException();
    }

    /** The newest published snapshot, or null. */
    public @Nullable StoredSnapshot snapshot() {
        throw new UnsupportedOperationException();
    }

    /**
     * Notes, on the raft thread right after applying {@code snapshot.index()}, which messages are alive. Cheap; publish it
     * from any thread.
     */
    public SnapshotDraft draftSnapshot(StoredSnapshot snapshot) {
        throw new UnsupportedOperationException();
    }

    /** Puts the snapshot on disk, atomically, and only then moves the first index. A draft older than the newest is ignored. */
    public void publish(SnapshotDraft draft) {
        throw new UnsupportedOperationException();
    }

    /**
     * Deletes what nobody needs, copies the last living messages out of mostly dead segments, and looks at the room on the
     * device. Call it every few seconds from a background thread; it never blocks the others.
     */
    public void reclaim() {
        throw new UnsupportedOperationException();
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
        throw new UnsupportedOperationException();
    }

    /** Bytes of all files of the log. */
    public long sizeInBytes() {
        throw new UnsupportedOperationException();
    }

    public LogOptions options() {
        throw new UnsupportedOperationException();
    }

    public DiskFigures disk() {
        throw new UnsupportedOperationException();
    }

    /** Why the log does nothing any more, or null while it is well. */
    public @Nullable Throwable failure() {
        throw new UnsupportedOperationException();
    }

    /** Told once, on the thread that met the failure, after {@link #failure()} is set. Do not block in it. */
    public void onFailure(Consumer<Throwable> listener) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
