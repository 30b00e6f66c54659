package io.raftqueue.consensus;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The log as the consensus sees it. All calls come from the one thread that owns the consensus. A storage that throws
 * has failed for good; the node stops (FAILED) before anything that rests on the lost write leaves it.
 */
public interface RaftStorage {
    /** Index of the first entry present; lastIndex()+1 when there is none. */
    long firstIndex();

    /** Index of the last entry written (not necessarily durable); the snapshot's index when there is none. */
    long lastIndex();

    /** Highest index known to be on disk (fsynced). Never above lastIndex(); falls with truncateFrom. */
    long durableIndex();

    /** Index covered by the newest published snapshot; 0 when there is none. */
    long snapshotIndex();

    /** Term of the entry at {@link #snapshotIndex()}; 0 when there is no snapshot. */
    long snapshotTerm();

    /** Term of the entry; the snapshot's term at its index; 0 at index 0; -1 when not present. */
    long termAt(long index);

    /** Entries from..to (inclusive), at least one, then as many as fit in maxBytes of payload. */
    List<Entry> entries(long from, long to, int maxBytes);

    /** The internal entries among from..to (inclusive). A storage that knows where they are need not read the others. */
    default List<Entry> internalEntries(long from, long to) {
        List<Entry> internal = new ArrayList<>();
        long next = from;
        while (next <= to) {
            for (Entry e : entries(next, to, 1 << 20)) {
                next = e.index() + 1;
                if (e.internal()) {
                    internal.add(e);
                }
            }
        }
        return internal;
    }

    /** Appends consecutive entries after lastIndex(). Written when it returns, durable when durableIndex() says so. */
    void append(List<Entry> entries);

    /**
     * Whether {@code bytes} more of payload may be appended. A full disk is no failure (nothing was written): a leader
     * refuses proposals, a follower leaves entries unanswered, until there is room again.
     */
    default boolean roomFor(long bytes) {
        return true;
    }

    /**
     * Appends if there is room. That there was some a moment ago is no promise: others write to the same device.
     *
     * @return false when nothing was written, for lack of room
     */
    default boolean tryAppend(List<Entry> entries) {
        append(entries);
        return true;
    }

    /** Removes the entries from..lastIndex(). */
    void truncateFrom(long index);

    long term();

    @Nullable
    UUID votedFor();

    /** Durable when it returns. The term never goes back. */
    void saveTermAndVote(long term, @Nullable UUID votedFor);
}
