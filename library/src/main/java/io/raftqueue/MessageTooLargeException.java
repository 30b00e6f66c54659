package io.raftqueue;

/** A message, or a batch, is over the limit set at the builder; nothing was sent. */
public final class MessageTooLargeException extends RaftQueueException {
    private static final long serialVersionUID = 1L;

    /** With the text for people. */
    public MessageTooLargeException(String message) {
        super(Retry.USELESS, message, null);
    }
}
