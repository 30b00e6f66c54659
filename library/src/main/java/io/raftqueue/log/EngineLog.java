package io.raftqueue.log;

import io.raftqueue.consensus.Entry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.ObjLongConsumer;
import org.jgroups.Address;
import org.jgroups.protocols.raft.Log;
import org.jgroups.protocols.raft.LogEntries;
import org.jgroups.protocols.raft.LogEntry;
import org.jspecify.annotations.Nullable;

/**
 * A {@link SegmentedLog} as jgroups-raft asks for it. (One class cannot be both: the two interfaces differ in what
 * {@code votedFor()} returns.) Our consensus sits in RAFT's seat and talks to the log directly; the engine's own calls
 * (start, figures, dumps) come this way, and so does anyone who plugs the log into a stock RAFT. What it appends is on
 * disk when the call returns, for a stock RAFT acknowledges at once.
 */
public final class EngineLog implements Log {
    private final SegmentedLog log;

    /** In memory only, by intention (D11): it says from where an engine may re-apply, and is clamped to the log. */
    private long commitIndex;

    public EngineLog(SegmentedLog log) {
        this.log = log;
        this.commitIndex = log.snapshotIndex();
    }

    /** The log is opened by its directory, before any engine sees it; there is nothing left to do. */
    @Override
    public void init(String logName, @Nullable Map<String, String> args) {}

    /** RAFT.start() says false by default (D1): durability is {@link LogOptions#fsync()}'s to decide, not the engine's. */
    @Override
    public Log useFsync(boolean ignored) {
        return this;
    }

    @Override
    public boolean useFsync() {
        return log.options().fsync();
    }

    @Override
    public void delete() {
        throw new UnsupportedOperationException("an open log is not deleted: stop the node and remove its directory");
    }

    @Override
    public long currentTerm() {
        return log.term();
    }

    /** The term never goes back (E4). */
    @Override
    public Log currentTerm(long newTerm) {
        if (newTerm > log.term()) {
            log.saveTermAndVote(newTerm, null);
        }
        return this;
    }

    @Override
    public @Nullable Address votedFor() {
        UUID vote = log.votedFor();
        return vote == null
                ? null
                : new org.jgroups.util.UUID(vote.getMostSignificantBits(), vote.getLeastSignificantBits());
    }

    @Override
    public Log votedFor(@Nullable Address member) {
        if (member == null) {
            log.saveTermAndVote(log.term(), null);
        } else if (member instanceof org.jgroups.util.UUID uuid) {
            log.saveTermAndVote(log.term(), new UUID(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits()));
        } else {
            throw new IllegalArgumentException(
                    "votes are kept by UUID, not as " + member.getClass().getName());
        }
        return this;
    }

    @Override
    public long commitIndex() {
        return Math.min(commitIndex, log.lastIndex());
    }

    @Override
    public Log commitIndex(long newIndex) {
        commitIndex = Math.max(log.snapshotIndex(), newIndex);
        return this;
    }

    /** The engine's convention: 0 while nothing was ever appended. */
    @Override
    public long firstAppended() {
        return log.lastIndex() == 0 ? 0 : Math.min(log.firstIndex(), log.lastIndex());
    }

    @Override
    public long lastAppended() {
        return log.lastIndex();
    }

    /** The engine names no index with its snapshot (D4); it is taken on the thread that set the commit index. */
    @Override
    public void setSnapshot(ByteBuffer snapshot) {
        byte[] state = new byte[snapshot.remaining()];
        snapshot.duplicate().get(state);
        long index = commitIndex();
        Entry entry = log.entry(index);
        log.publish(log.draftSnapshot(
                new StoredSnapshot(index, log.termAt(index), entry == null ? 0 : entry.time(), state, new byte[0])));
    }

    @Override
    public @Nullable ByteBuffer getSnapshot() {
        StoredSnapshot snapshot = log.snapshot();
        return snapshot == null ? null : ByteBuffer.wrap(snapshot.state());
    }

    @Override
    public long append(long index, LogEntries entries) {
        if (index <= log.lastIndex()) {
            log.truncateFrom(index);
        }
        List<Entry> batch = new ArrayList<>(entries.size());
        long next = index;
        long time = log.lastTime();
        for (LogEntry entry : entries) {
            batch.add(new Entry(next++, entry.term(), entry.internal(), time, payload(entry)));
        }
        log.append(batch);
        log.sync();
        return log.lastIndex();
    }

    private static byte[] payload(LogEntry entry) {
        byte[] command = entry.command();
        byte[] payload = new byte[command == null ? 0 : entry.length()];
        if (command != null) {
            System.arraycopy(command, entry.offset(), payload, 0, payload.length);
        }
        return payload;
    }

    @Override
    public @Nullable LogEntry get(long index) {
        Entry entry = index <= 0 ? null : log.entry(index);
        return entry == null
                ? null
                : new LogEntry(entry.term(), entry.payload(), 0, entry.payload().length, entry.internal());
    }

    /** Nothing to do: a published snapshot moves the first index, and space is reclaimed behind it (D3, D6). */
    @Override
    public void truncate(long indexExclusive) {}

    /** What a follower does that received a snapshot: {@link SegmentedLog#receiveSnapshot()} does it atomically (D9). */
    @Override
    public void reinitializeTo(long index, LogEntry entry) {
        throw new UnsupportedOperationException("snapshots are installed whole: see SegmentedLog.receiveSnapshot");
    }

    @Override
    public void deleteAllEntriesStartingFrom(long startIndex) {
        if (startIndex <= log.lastIndex()) {
            log.truncateFrom(startIndex);
        }
    }

    @Override
    public void forEach(ObjLongConsumer<LogEntry> function, long startIndex, long endIndex) {
        long last = Math.min(endIndex, log.lastIndex());
        for (long i = Math.max(startIndex, log.firstIndex()); i <= last; i++) {
            LogEntry entry = get(i);
            if (entry != null) {
                function.accept(entry, i);
            }
        }
    }

    @Override
    public void forEach(ObjLongConsumer<LogEntry> function) {
        forEach(function, log.firstIndex(), log.lastIndex());
    }

    @Override
    public long sizeInBytes() {
        return log.sizeInBytes();
    }

    @Override
    public void close() {
        log.close();
    }
}
