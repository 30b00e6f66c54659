package io.raftqueue.consensus;

/** A configuration change that was not begun; nothing changed. */
public final class ConfigurationRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why the change was refused. */
    public enum Reason {
        NOT_LEADER,
        /** This term's no-op is not committed yet (Ongaro's correction of single-server changes): try again soon. */
        NOT_YET_SERVING,
        /** The previous change is not committed yet: try again soon. */
        CHANGE_RUNNING,
        /** More than one vote would be added or removed at once (thesis 4.1). */
        NOT_SINGLE_STEP,
        /** No voter left, two voters of one id, or another cluster's id. */
        INVALID,
        /** The new voter is silent or far behind: it would hold up commitment. */
        NOT_CAUGHT_UP,
        /** The voters heard from lately would be no majority of the new configuration. */
        WOULD_LOSE_MAJORITY,
        /** The leader's disk is full. */
        NO_ROOM
    }

    private final Reason reason;

    ConfigurationRefusedException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
