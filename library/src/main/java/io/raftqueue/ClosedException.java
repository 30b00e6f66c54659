package io.raftqueue;

/** The queue or its node is closed. */
public final class ClosedException extends RaftQueueException {
    private static final long serialVersionUID = 1L;

    /** With the text for people. */
    public ClosedException(String message) {
        super(Retry.NOT_APPLIED, message, null);
    }

    /** With the text for people, and what led to it. */
    public ClosedException(String message, Throwable cause) {
        super(Retry.NOT_APPLIED, message, cause);
    }
}
