package io.raftqueue.log;

/**
 * Where the bodies of waiting messages are: (queue uid, id) to (raft index, slot) or to a carried record. The three
 * changing methods are called by the raft thread in apply order; lookups may come from any thread.
 */
public interface MessageIndex {
    /** Messages {@code firstId … firstId+count-1} came in with the entry, in consecutive slots from {@code firstSlot}. */
    void stored(long queueUid, long firstId, int count, long raftIndex, int firstSlot);

    /**
     * The messages left the queue. They stay readable until a snapshot that covers their removal is published and the
     * log was asked twice after that to {@linkplain SegmentedLog#reclaim() reclaim} space.
     */
    void removed(long queueUid, long firstId, long count);

    /** All messages of the queue left, and the queue with them; they stay readable as above. */
    void dropQueue(long queueUid);
}
