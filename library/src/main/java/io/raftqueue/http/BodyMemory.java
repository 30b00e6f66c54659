package io.raftqueue.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much memory all bodies under way may take together. Small bodies are always let in, so that a crowd of large ones
 * cannot shut them out; their number is bounded by the number of connections.
 */
final class BodyMemory {
    /** Up to this size a body is small. */
    static final int SMALL = 64 << 10;

    private final long limit;
    private final AtomicLong used = new AtomicLong();

    BodyMemory(long limit) {
        this.limit = limit;
    }

    /** Whether a body that has {@code before} bytes may have {@code after}. */
    boolean reserve(int before, int after) {
        long more = counted(after) - counted(before);
        if (more == 0) {
            return true;
        }
        if (used.addAndGet(more) > limit) {
            used.addAndGet(-more);
            return false;
        }
        return true;
    }

    /** Gives back what a body had. */
    void release(int room) {
        used.addAndGet(-counted(room));
    }

    private static long counted(int room) {
        return room <= SMALL ? 0 : room;
    }
}
