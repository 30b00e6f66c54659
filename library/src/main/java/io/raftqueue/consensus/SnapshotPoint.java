package io.raftqueue.consensus;

/**
 * What a snapshot must say about the log it replaces (Raft, section 7): the last entry it includes, and the newest
 * configuration at that entry.
 *
 * @param time cluster time of the entry at {@code index}, so that time never goes back
 */
public record SnapshotPoint(long index, long term, long time, Configuration configuration) {}
