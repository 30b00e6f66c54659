package io.raftqueue.stock;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ObjLongConsumer;
import org.jgroups.Address;
import org.jgroups.protocols.raft.Log;
import org.jgroups.protocols.raft.LogEntries;
import org.jgroups.protocols.raft.LogEntry;

/**
 * A log for the engine that has none of the faults of the engine's own: everything is on disk at once, the term never
 * goes back. So what goes wrong on it is not the log's fault. It keeps everything: snapshots drop nothing.
 */
class FairLog implements Log {
    private final List<LogEntry> entries = new ArrayList<>();
    private long term;
    private long commitIndex;
    private Address vote;
    private ByteBuffer snapshot;

    @Override
    public void init(String name, Map<String, String> arguments) {}

    @Override
    public Log useFsync(boolean use) {
        return this;
    }

    @Override
    public boolean useFsync() {
        return true;
    }

    @Override
    public void delete() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}

    @Override
    public long currentTerm() {
        return term;
    }

    @Override
    public Log currentTerm(long newTerm) {
        term = Math.max(term, newTerm);
        return this;
    }

    @Override
    public Address votedFor() {
        return vote;
    }

    @Override
    public Log votedFor(Address member) {
        vote = member;
        return this;
    }

    @Override
    public long commitIndex() {
        return commitIndex;
    }

    @Override
    public Log commitIndex(long index) {
        commitIndex = index;
        return this;
    }

    @Override
    public long firstAppended() {
        return 0;
    }

    @Override
    public long lastAppended() {
        return entries.size();
    }

    @Override
    public void setSnapshot(ByteBuffer bytes) {
        snapshot = bytes;
    }

    @Override
    public ByteBuffer getSnapshot() {
        return snapshot == null ? null : snapshot.duplicate();
    }

    @Override
    public long append(long index, LogEntries added) {
        if (index != entries.size() + 1) {
            throw new IllegalStateException("entry " + index + " does not follow " + entries.size());
        }
        added.forEach(entries::add);
        return entries.size();
    }

    @Override
    public LogEntry get(long index) {
        return index < 1 || index > entries.size() ? null : entries.get((int) index - 1);
    }

    @Override
    public void truncate(long index) {}

    @Override
    public void reinitializeTo(long index, LogEntry entry) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void deleteAllEntriesStartingFrom(long index) {
        entries.subList((int) index - 1, entries.size()).clear();
        commitIndex = Math.min(commitIndex, entries.size());
    }

    @Override
    public void forEach(ObjLongConsumer<LogEntry> consumer, long from, long to) {
        for (long i = Math.max(1, from); i <= Math.min(to, entries.size()); i++) {
            consumer.accept(get(i), i);
        }
    }

    @Override
    public void forEach(ObjLongConsumer<LogEntry> consumer) {
        forEach(consumer, 1, entries.size());
    }

    @Override
    public long sizeInBytes() {
        return entries.stream().mapToLong(LogEntry::length).sum();
    }
}
