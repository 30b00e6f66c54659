package io.raftqueue.consensus;

/**
 * One entry of the replicated log.
 *
 * @param internal true for entries of the consensus itself (no-op, configuration), false for commands of the state
 * @param time cluster time in milliseconds, stamped by the leader when it appends; never decreases along the log
 */
@SuppressWarnings("ArrayRecordComponent")
public record Entry(long index, long term, boolean internal, long time, byte[] payload) {}
