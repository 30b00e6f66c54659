package io.raftqueue;

/** The node stopped for good, by an I/O error or a damaged log; the cause says which. */
public final class NodeFailedException extends RaftQueueException {
    private static final long serialVersionUID = 1L;

    /** With the text for people. */
    public NodeFailedException(String message) {
        super(Retry.NOT_APPLIED, message, null);
    }

    /** With the text for people, and what led to it. */
    public NodeFailedException(String message, Throwable cause) {
        super(Retry.NOT_APPLIED, message, cause);
    }
}
