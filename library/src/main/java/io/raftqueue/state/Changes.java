package io.raftqueue.state;

/**
 * What a batch changed, told while it is applied, in order, on the applying thread: for the index that finds bodies,
 * for readers of figures and for waiting takers. Neighbouring changes of one kind arrive as one call.
 */
public interface Changes {
    /** Nobody listens. */
    Changes NONE = new Changes() {};

    /**
     * Messages were stored: {@code firstId … firstId+count-1} are the slots {@code firstSlot … firstSlot+count-1} of
     * the batch in the Raft entry at {@code index}.
     */
    default void stored(long queueUid, String queue, long firstId, int count, long index, int firstSlot) {}

    /** The messages {@code firstId … firstId+count-1} have left by takes or purges. */
    default void removed(long queueUid, long firstId, long count) {}

    /** The queue is gone, with whatever waited in it; neither its uid nor its ids will come again. */
    default void queueDropped(long queueUid, String queue) {}

    /** The figures of a queue that this batch touched, after it. Once per queue, after all other calls. */
    default void figures(QueueFigures figures) {}
}
