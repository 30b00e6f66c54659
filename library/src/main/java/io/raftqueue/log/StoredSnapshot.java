package io.raftqueue.log;

/**
 * The newest published snapshot, as the state machine needs it at start.
 *
 * @param index the last entry it covers
 * @param term of that entry
 * @param clusterTime in force after that entry
 * @param state what the state machine wrote
 * @param configuration what the consensus wrote: the members in force at the index
 */
@SuppressWarnings("ArrayRecordComponent")
public record StoredSnapshot(long index, long term, long clusterTime, byte[] state, byte[] configuration) {}
