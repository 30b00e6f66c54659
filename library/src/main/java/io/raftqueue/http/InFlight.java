package io.raftqueue.http;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.xnio.XnioExecutor;
import org.xnio.XnioIoThread;

/** The requests under way: their number is bounded, their deadlines are kept, and closing waits for them. */
final class InFlight {
    private static final int ROUND_MILLIS = 100;

    /** Of the time to close, what is kept for telling those without an answer. */
    private static final int LAST_WORD_MILLIS = 500;

    private final Limits limits;
    private final BodyMemory memory;
    private final Set<Call> calls = ConcurrentHashMap.newKeySet();
    private final AtomicInteger count = new AtomicInteger();
    private final Pace largeBodies = BodyReader.pace();
    private final Pace lingering = Lingering.pace();
    private volatile boolean closing;

    InFlight(Limits limits) {
        this.limits = limits;
        this.memory = new BodyMemory(limits.bodyMemory());
    }

    /** Begins the regular rounds, on an I/O thread: no thread of our own is needed. */
    XnioExecutor.Key begin(XnioIoThread thread) {
        return thread.executeAtInterval(this::round, ROUND_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void round() {
        long now = System.nanoTime();
        for (Call call : calls) {
            call.round(now);
        }
    }

    /** Whether there is room for one more. */
    boolean enter(Call call) {
        if (count.incrementAndGet() > limits.requests()) {
            count.decrementAndGet();
            return false;
        }
        calls.add(call);
        return true;
    }

    void leave(Call call) {
        if (calls.remove(call) && count.decrementAndGet() == 0 && closing) {
            synchronized (this) {
                notifyAll();
            }
        }
    }

    int count() {
        return count.get();
    }

    boolean closing() {
        return closing;
    }

    Limits limits() {
        return limits;
    }

    BodyMemory memory() {
        return memory;
    }

    Pace largeBodies() {
        return largeBodies;
    }

    Pace lingering() {
        return lingering;
    }

    /**
     * From now on connections end with their answer. Waits for the requests under way; those that wait for a message
     * wait no longer, those that have no answer shortly before the end are told so.
     */
    synchronized void close(long millis) throws InterruptedException {
        closing = true;
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        calls.forEach(Call::closing);
        awaitNone(until - TimeUnit.MILLISECONDS.toNanos(LAST_WORD_MILLIS));
        calls.forEach(Call::abandoned);
        awaitNone(until);
    }

    private synchronized void awaitNone(long until) throws InterruptedException {
        while (count.get() > 0) {
            long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            if (left <= 0) {
                return;
            }
            wait(left);
        }
    }
}
