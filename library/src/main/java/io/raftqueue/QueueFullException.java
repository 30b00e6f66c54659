package io.raftqueue;

/** The queue is at its limit of messages or bytes, or the node at its limit of queues; nothing was stored. */
public final class QueueFullException extends RaftQueueException {
    private static final long serialVersionUID = 1L;

    /** With the text for people. */
    public QueueFullException(String message) {
        super(Retry.NOT_APPLIED, message, null);
    }

    /** With the text for people, and what led to it. */
    public QueueFullException(String message, Throwable cause) {
        super(Retry.NOT_APPLIED, message, cause);
    }
}
