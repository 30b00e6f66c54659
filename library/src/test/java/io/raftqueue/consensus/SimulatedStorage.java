package io.raftqueue.consensus;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A log on a disk that forgets what was not synced when its power fails. Term, vote and snapshots are durable at once;
 * entries, and cuts, only by {@link #sync}. A crash keeps the synced log, or that and a part of what came after.
 */
class SimulatedStorage implements RaftStorage {
    /** A snapshot: where it stands in the log, and the state there. */
    record Snapshot(SnapshotPoint point, SimulatedQueue state) {}

    private final List<Entry> log = new ArrayList<>();
    private final List<Entry> disk = new ArrayList<>();
    /** Index before the first entry of log (and disk). */
    private long base;

    private long baseTerm;
    private long durable;
    private long cleanUpTo;
    private long term;
    private @Nullable UUID votedFor;
    private @Nullable Snapshot snapshot;
    boolean full;
    /** For so many bytes of payload at a time. */
    long room = Long.MAX_VALUE;

    @Nullable
    Snapshot snapshot() {
        return snapshot;
    }

    /** Everything written is on disk. Returns whether that is news. */
    boolean sync() {
        while (base + disk.size() > cleanUpTo) {
            disk.remove(disk.size() - 1);
        }
        for (long i = base + disk.size() + 1; i <= lastIndex(); i++) {
            disk.add(log.get((int) (i - base - 1)));
        }
        boolean news = durable < lastIndex();
        durable = lastIndex();
        cleanUpTo = durable;
        return news;
    }

    /** Power fails: what was not synced is gone, or a part of it survived by chance. */
    void crash(RandomGenerator random) {
        if (random.nextBoolean()) {
            log.clear();
            log.addAll(disk);
        } else {
            long keep = durable + random.nextLong(lastIndex() - durable + 1);
            while (lastIndex() > keep) {
                log.remove(log.size() - 1);
            }
        }
        disk.clear();
        disk.addAll(log);
        durable = lastIndex();
        cleanUpTo = durable;
    }

    /** What FileBasedLog does (E4): term and vote were never synced. */
    void forgetVote() {
        votedFor = null;
    }

    /** An own snapshot: the log up to {@code dropTo} is dropped. */
    void publish(Snapshot s, long dropTo) {
        snapshot = s;
        dropTo(dropTo);
    }

    /** A snapshot of the leader: the log goes, except what follows the snapshot's entry when that is ours too. */
    void install(Snapshot s) {
        long index = s.point().index();
        snapshot = s;
        if (index <= lastIndex() && termAt(index) == s.point().term()) {
            sync();
            dropTo(index);
            return;
        }
        log.clear();
        disk.clear();
        base = index;
        baseTerm = s.point().term();
        durable = index;
        cleanUpTo = index;
    }

    private void dropTo(long index) {
        sync();
        long newBaseTerm = termAt(index);
        if (index > base) {
            int drop = (int) (index - base);
            log.subList(0, drop).clear();
            disk.subList(0, drop).clear();
            base = index;
            baseTerm = newBaseTerm;
        }
    }

    Entry entry(long index) {
        if (index <= base || index > lastIndex()) {
            throw new IllegalStateException("no entry " + index + " in " + firstIndex() + ".." + lastIndex());
        }
        return log.get((int) (index - base - 1));
    }

    @Override
    public long firstIndex() {
        return base + 1;
    }

    @Override
    public long lastIndex() {
        return base + log.size();
    }

    @Override
    public long durableIndex() {
        return durable;
    }

    @Override
    public long snapshotIndex() {
        return snapshot == null ? 0 : snapshot.point().index();
    }

    @Override
    public long snapshotTerm() {
        return snapshot == null ? 0 : snapshot.point().term();
    }

    @Override
    public long termAt(long index) {
        if (index == base) {
            return baseTerm;
        }
        if (index == snapshotIndex()) {
            return snapshotTerm();
        }
        return index < base || index > lastIndex() ? -1 : entry(index).term();
    }

    @Override
    public List<Entry> entries(long from, long to, int maxBytes) {
        if (from <= base || to > lastIndex() || from > to) {
            throw new IllegalArgumentException(from + ".." + to + " of " + firstIndex() + ".." + lastIndex());
        }
        List<Entry> result = new ArrayList<>();
        long bytes = 0;
        for (long i = from; i <= to; i++) {
            Entry e = entry(i);
            bytes += e.payload().length;
            if (!result.isEmpty() && bytes > maxBytes) {
                break;
            }
            result.add(e);
        }
        return result;
    }

    @Override
    public void append(List<Entry> entries) {
        for (Entry e : entries) {
            if (e.index() != lastIndex() + 1) {
                throw new IllegalStateException("entry " + e.index() + " after " + lastIndex());
            }
            log.add(e);
        }
    }

    @Override
    public boolean roomFor(long bytes) {
        return !full && bytes <= room;
    }

    @Override
    public void truncateFrom(long index) {
        if (index <= base) {
            throw new IllegalStateException("cut at " + index + " below the first entry " + firstIndex());
        }
        while (lastIndex() >= index) {
            log.remove(log.size() - 1);
        }
        durable = Math.min(durable, index - 1);
        cleanUpTo = Math.min(cleanUpTo, index - 1);
    }

    @Override
    public long term() {
        return term;
    }

    @Override
    public @Nullable UUID votedFor() {
        return votedFor;
    }

    @Override
    public void saveTermAndVote(long newTerm, @Nullable UUID vote) {
        if (newTerm < term) {
            throw new IllegalStateException("term " + newTerm + " after " + term);
        }
        term = newTerm;
        votedFor = vote;
    }
}
