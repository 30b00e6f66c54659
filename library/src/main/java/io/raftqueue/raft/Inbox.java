package io.raftqueue.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What waits for the raft thread: many put, one takes all at once. What came from peers is bounded in bytes, and its readers
 * wait, so that TCP slows the sender; what came from callers is bounded where it is kept.
 */
final class Inbox {
    private static final long MAX_PEER_BYTES = 64L << 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Condition drained = lock.newCondition();
    private List<Work> waiting = new ArrayList<>();
    private List<Work> spare = new ArrayList<>();
    private long peerBytes;
    private boolean closed;

    /**
     * Something for the raft thread.
     *
     * @param whenDropped runs instead, on that thread, when it ends before it came to the task
     */
    record Work(Runnable task, Runnable whenDropped) {}

    /** Adds a task; false when the raft thread has ended: neither of the two will run. */
    boolean put(Runnable task, Runnable whenDropped) {
        lock.lock();
        try {
            return add(new Work(task, whenDropped));
        } finally {
            lock.unlock();
        }
    }

    /** Waits while too much waits. */
    boolean putFromPeer(Runnable task, int bytes) throws InterruptedException {
        lock.lock();
        try {
            while (peerBytes > MAX_PEER_BYTES && !closed) {
                drained.await();
            }
            peerBytes += bytes;
            return add(new Work(task, () -> {}));
        } finally {
            lock.unlock();
        }
    }

    private boolean add(Work work) {
        if (closed) {
            return false;
        }
        waiting.add(work);
        if (waiting.size() == 1) {
            arrived.signal();
        }
        return true;
    }

    /** Everything that waits, after at most {@code maxNanos}; valid until the next call. */
    List<Work> take(long maxNanos) throws InterruptedException {
        lock.lock();
        try {
            long nanos = maxNanos;
            while (waiting.isEmpty() && nanos > 0 && !closed) {
                nanos = arrived.awaitNanos(nanos);
            }
            List<Work> taken = waiting;
            spare.clear();
            waiting = spare;
            spare = taken;
            peerBytes = 0;
            drained.signalAll();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Refuses what comes from now on. @return what was left */
    List<Work> close() {
        lock.lock();
        try {
            closed = true;
            arrived.signalAll();
            drained.signalAll();
            List<Work> left = List.copyOf(waiting);
            waiting.clear();
            return left;
        } finally {
            lock.unlock();
        }
    }
}
