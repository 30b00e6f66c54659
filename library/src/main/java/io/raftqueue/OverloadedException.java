package io.raftqueue;

/** More requests are waiting on this node than it keeps; nothing was stored. */
public final class OverloadedException extends RaftQueueException {
    private static final long serialVersionUID = 1L;

    /** With the text for people. */
    public OverloadedException(String message) {
        super(Retry.NOT_APPLIED, message, null);
    }

    /** With the text for people, and what led to it. */
    public OverloadedException(String message, Throwable cause) {
        super(Retry.NOT_APPLIED, message, cause);
    }
}
