package io.raftqueue;

/** The queue is at its limit of messages or bytes, or the node at its limit of queues; nothing was stored. */
public final class QueueFullException extends RaftQueueException {
    private static final long serialVersionUID = 1L;

    public QueueFullException(String message) {
        super(Retry.NOT_APPLIED, message, null);
    }

    public QueueFullException(String message, Throwable cause) {
        super(Retry.NOT_APPLIED, message, cause);
    }
}
