package io.raftqueue;

/** Submitted, but its fate was not known at the deadline: it may have been applied, or may still be. */
public final class OutcomeUnknownException extends RaftQueueException {
    private static final long serialVersionUID = 1L;

    /** With the text for people. */
    public OutcomeUnknownException(String message) {
        super(Retry.MAY_HAVE_BEEN_APPLIED, message, null);
    }

    /** With the text for people, and what led to it. */
    public OutcomeUnknownException(String message, Throwable cause) {
        super(Retry.MAY_HAVE_BEEN_APPLIED, message, cause);
    }
}
