package io.raftqueue;

/** No leader, or no majority, until the deadline; the request was surely not applied. */
public final class NoLeaderException extends RaftQueueException {
    private static final long serialVersionUID = 1L;

    /** With the text for people. */
    public NoLeaderException(String message) {
        super(Retry.NOT_APPLIED, message, null);
    }

    /** With the text for people, and what led to it. */
    public NoLeaderException(String message, Throwable cause) {
        super(Retry.NOT_APPLIED, message, cause);
    }
}
