package io.raftqueue;

/** The disk is nearly full; nothing was stored. Takes and purges go on. */
public final class StorageFullException extends RaftQueueException {
    private static final long serialVersionUID = 1L;

    /** With the text for people. */
    public StorageFullException(String message) {
        super(Retry.NOT_APPLIED, message, null);
    }

    /** With the text for people, and what led to it. */
    public StorageFullException(String message, Throwable cause) {
        super(Retry.NOT_APPLIED, message, cause);
    }
}
