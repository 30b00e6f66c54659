package io.raftqueue.command;

/**
 * Bytes that are no command, message, result or state snapshot of a version this release reads. Committed bytes like
 * that mean damage or a newer release in the cluster: the node must stop rather than guess.
 */
public final class MalformedCommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int offset;

    public MalformedCommandException(String what, int offset, int length, String why) {
        super("malformed " + what + ": " + why + " at byte " + offset + " of " + length);
        this.offset = offset;
    }

    /** Where reading stopped, counted from the start of the bytes given. */
    public int offset() {
        return offset;
    }
}
