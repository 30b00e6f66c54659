package io.raftqueue.state;

/**
 * Counters of one queue as of some applied index; equal on all members at equal index. Messages are counted, not
 * commands, since the queue was created.
 *
 * @param uid of this life of the name; never given out again
 * @param depth waiting messages
 * @param bytes payload bytes waiting: exact while few messages wait or sizes are alike, else rounded over neighbours
 * @param headId id of the head, or of the next message when none waits
 * @param nextId id of the next message sent
 * @param headSentAtMillis wall clock of the head's send, interpolated when many wait; 0 when none waits
 * @param refused messages refused because the queue was full
 * @param maxMessages 0 means no limit
 * @param maxBytes 0 means no limit
 */
public record QueueFigures(
        String name,
        long uid,
        long depth,
        long bytes,
        long headId,
        long nextId,
        long headSentAtMillis,
        long sent,
        long taken,
        long purged,
        long refused,
        long maxMessages,
        long maxBytes) {}
