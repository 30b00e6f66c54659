package io.raftqueue;

/**
 * A queue's figures as applied on this node. Counters count since the queue was created and are equal on all members at
 * equal applied index.
 *
 * @param name of the queue
 * @param depth waiting messages
 * @param bytes payload bytes waiting (exact while sizes are alike, else rounded over neighbours)
 * @param inFlight messages this node has removed and not yet handed to a caller
 * @param oldestAgeMillis age of the head by wall clock, 0 when empty
 * @param sent messages accepted
 * @param taken messages removed by poll and take
 * @param purged messages removed by purge
 * @param refused messages refused because the queue was full
 * @param settings limits in force
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
