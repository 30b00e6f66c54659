package io.raftqueue;

/** No leader, or no majority, until the deadline; the request was surely not applied. */
public final class NoLeaderException extends RaftQueueException {
    private static final long serialVersionUID = 1L;

    public NoLeaderException(String message) {
        super(Retry.NOT_APPLIED, message, null);
    }

    public NoLeaderException(String message, Throwable cause) {
        super(Retry.NOT_APPLIED, message, cause);
    }
}
