package io.raftqueue;

/**
 * Limits of one queue, replicated.
 *
 * @param maxMessages sends beyond it are refused as queue full; 0 means no limit
 * @param maxBytes payload bytes; 0 means no limit
 */
public record QueueSettings(long maxMessages, long maxBytes) {
    /** No limits. */
    public static final QueueSettings UNLIMITED = new QueueSettings(0, 0);

    /** Checks the limits. */
    public QueueSettings {
        if (maxMessages < 0 || maxBytes < 0) {
            throw new IllegalArgumentException("limits must be 0 (none) or positive: " + maxMessages + ", " + maxBytes);
        }
    }
}
