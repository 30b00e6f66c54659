package io.raftqueue;

/**
 * A queue's figures as applied on this node. Counters count since the queue was created and are equal on all members at
 * equal applied index.
 *
 * @param depth waiting messages
 * @param bytes payload bytes waiting (exact while sizes are alike, else rounded over neighbours)
 * @param oldestAgeMillis age of the head by wall clock, 0 when empty
 */
public record QueueStats(
        String name,
        long depth,
        long bytes,
        long inFlight,
        long oldestAgeMillis,
        long sent,
        long taken,
        long purged,
        long refused,
        QueueSettings settings) {}
