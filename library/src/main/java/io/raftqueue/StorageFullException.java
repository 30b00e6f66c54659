package io.raftqueue;

/** The disk is nearly full; nothing was stored. Takes and purges go on. */
public final class StorageFullException extends RaftQueueException {
    private static final long serialVersionUID = 1L;

    public StorageFullException(String message) {
        super(Retry.NOT_APPLIED, message, null);
    }

    public StorageFullException(String message, Throwable cause) {
        super(Retry.NOT_APPLIED, message, cause);
    }
}
