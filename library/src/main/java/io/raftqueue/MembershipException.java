package io.raftqueue;

/** A join or removal that was refused; nothing changed. */
public final class MembershipException extends RaftQueueException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** Nothing answers at that address. */
        UNREACHABLE,
        /** That id at another address, another cluster, a change already running, or the majority would be lost. */
        CONFLICT,
        /** No such member. */
        UNKNOWN_MEMBER
    }

    private final Reason reason;

    /** With the reason, and the text for people. */
    public MembershipException(Reason reason, String message) {
        super(Retry.NOT_APPLIED, message, null);
        this.reason = reason;
    }

    /** Why it was refused. */
    public Reason reason() {
        return reason;
    }
}
