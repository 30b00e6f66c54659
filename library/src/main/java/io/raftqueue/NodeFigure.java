package io.raftqueue;

import java.util.Locale;

/**
 * A number that a node tells about itself, in {@link NodeStatus#figures()}: JMX shows them as attributes,
 * {@code GET /metrics} by their {@link #key()}. A node leaves out what it does not know.
 */
public enum NodeFigure {
    /** Half of the recent commits took at most so long. */
    COMMIT_P50_MILLIS("Milliseconds from submission to commit that half of this node's recent commands did not exceed"),
    /** All but one in a hundred of the recent commits took at most so long. */
    COMMIT_P99_MILLIS(
            "Milliseconds from submission to commit that 99 of 100 recent commands of this node did not exceed"),
    /** Half of the recent fsyncs took at most so long. */
    FSYNC_P50_MILLIS("Milliseconds that half of the recent fsyncs of the log did not exceed"),
    /** All but one in a hundred of the recent fsyncs took at most so long. */
    FSYNC_P99_MILLIS("Milliseconds that 99 of 100 recent fsyncs of the log did not exceed"),
    /** Size of the log. */
    LOG_BYTES("Bytes that the log takes on disk"),
    /** Length of the log. */
    LOG_ENTRIES("Entries in the log since its snapshot"),
    /** Where the snapshot stands. */
    SNAPSHOT_INDEX("Index of the last entry that the newest snapshot covers; 0 without a snapshot"),
    /** Room left. */
    DISK_FREE_BYTES("Bytes free on the disk that holds the data directory"),
    /** Where sends end. */
    DISK_WATERMARK_BYTES("Below so many free bytes sends are refused; 0 turns the check off"),
    /** Requests of local callers. */
    PENDING_REQUESTS("Requests of this node's callers that are not answered yet"),
    /** Changes of leader. */
    LEADER_CHANGES("Changes of leader that this node has seen since it was started");

    private final String description;

    NodeFigure(String description) {
        this.description = description;
    }

    /** The name in {@link NodeStatus#figures()}, such as {@code log_bytes}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What it says, with its unit. */
    public String description() {
        return description;
    }
}
