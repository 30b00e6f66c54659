package io.raftqueue.state;

/** Counters of one queue as of some applied index; equal on all members at equal index. */
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
