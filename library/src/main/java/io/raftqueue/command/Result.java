package io.raftqueue.command;

/** What a command came to. Carries references, never bodies. */
public sealed interface Result {
    /** Ids {@code firstId … firstId+count-1} of a send. */
    record Sent(long firstId, int count) implements Result {}

    /** Removed: the messages {@code firstId … firstId+count-1} of the queue with that uid; count 0 when empty. */
    record Taken(long queueUid, long firstId, int count) implements Result {}

    record Purged(long count) implements Result {}

    record Configured() implements Result {}

    record Deleted(boolean existed) implements Result {}

    record Refused(Refusal why) implements Result {}

    enum Refusal {
        QUEUE_FULL,
        TOO_MANY_QUEUES,
        NO_SUCH_QUEUE
    }
}
