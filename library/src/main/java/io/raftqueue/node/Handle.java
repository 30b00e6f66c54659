package io.raftqueue.node;

import io.raftqueue.ClosedException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What the views of one queue handle (of different deadlines) have in common: whether it is closed, and who waits. */
final class Handle {
    private final String queue;
    private final Runnable whenClosed;

    private final Set<Waiter> waiting = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;

    Handle(String queue, Runnable whenClosed) {
        this.queue = queue;
        this.whenClosed = whenClosed;
    }

    void checkOpen() {
        if (closed) {
            throw closedException();
        }
    }

    /** Ends the wait of {@code waiter} when the handle is closed. */
    @SuppressWarnings("CollectionUndefinedEquality") // identity is what is meant
    void register(Waiter waiter) {
        if (waiter.isDone()) {
            return;
        }
        waiting.add(waiter);
        Calls.whenDone(waiter, (value, failure) -> waiting.remove(waiter));
        if (closed) {
            waiter.stopWaiting(this::closedException);
        }
    }

    void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        waiting.forEach(waiter -> waiter.stopWaiting(this::closedException));
        whenClosed.run();
    }

    private ClosedException closedException() {
        return new ClosedException("this handle of queue " + queue + " is closed: open another one on its node");
    }
}
