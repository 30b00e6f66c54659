package io.raftqueue.node;

import io.raftqueue.Message;
import io.raftqueue.QueueFullException;
import io.raftqueue.QueueSettings;
import java.time.Duration;
import java.util.AbstractQueue;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's view of a replicated queue.
 *
 * <table>
 * <caption>What is supported</caption>
 * <tr><th>Method</th><th>What it does here</th></tr>
 * <tr><td>{@code add}, {@code offer}</td><td>sends; when the queue is full, {@code add} throws
 *     {@link IllegalStateException} and {@code offer} answers false</td></tr>
 * <tr><td>{@code put}, {@code offer(e, time)}</td><td>sends, waiting while the queue is full</td></tr>
 * <tr><td>{@code addAll}</td><td>sends all or none, as one atomic batch</td></tr>
 * <tr><td>{@code poll}, {@code poll(time)}, {@code take}, {@code remove()}</td><td>removes the head: at most once</td></tr>
 * <tr><td>{@code peek}, {@code element}</td><td>the head, not removed</td></tr>
 * <tr><td>{@code drainTo}</td><td>removes what is there, in batches; what the collection refuses goes to the next local
 *     caller</td></tr>
 * <tr><td>{@code size}, {@code isEmpty}</td><td>true for the whole cluster at a moment during the call; at most
 *     {@code Integer.MAX_VALUE}</td></tr>
 * <tr><td>{@code remainingCapacity}</td><td>by the figures of this member; {@code Integer.MAX_VALUE} without a
 *     limit</td></tr>
 * <tr><td>{@code clear}</td><td>removes every waiting message, atomically</td></tr>
 * <tr><td>{@code iterator}, {@code stream}, {@code forEach}, {@code contains}, {@code containsAll}, {@code toArray}</td><td>read the messages that waited at the start and still do when their turn comes; slow on a
 *     long queue</td></tr>
 * <tr><td>{@code remove(Object)}, {@code removeAll}, {@code retainAll}, {@code removeIf},
 *     {@code iterator().remove}</td><td>{@link UnsupportedOperationException}: a replicated FIFO is left at its head
 *     only</td></tr>
 * <tr><td>{@code equals}, {@code hashCode}</td><td>identity</td></tr>
 * <tr><td>{@code toString}</td><td>names the queue, reads nothing</td></tr>
 * </table>
 *
 * <p>Beyond the JDK's exceptions, every method that reaches the cluster may throw a
 * {@link io.raftqueue.RaftQueueException}.
 *
 * @param <T> the payload type
 */
public final class QueueView<T> extends AbstractQueue<T> implements BlockingQueue<T> {
    private static final long LOOK_FOR_SPACE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final ReplicatedQueue<T> queue;
    private final ReplicatedNode node;

    QueueView(ReplicatedQueue<T> queue, ReplicatedNode node) {
        this.queue = queue;
        this.node = node;
    }

    @Override
    public boolean offer(T element) {
        try {
            queue.send(element);
            return true;
        } catch (QueueFullException e) {
            return false;
        }
    }

    @Override
    public boolean add(T element) {
        try {
            queue.send(element);
            return true;
        } catch (QueueFullException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    @Override
    public boolean addAll(Collection<? extends T> elements) {
        if (elements == this) {
            throw new IllegalArgumentException("a queue cannot be added to itself");
        }
        return !queue.sendAll(elements).isEmpty();
    }

    @Override
    public void put(T element) throws InterruptedException {
        while (!offer(element)) {
            awaitSpace(Long.MAX_VALUE);
        }
    }

    @Override
    public boolean offer(T element, long timeout, TimeUnit unit) throws InterruptedException {
        long end = System.nanoTime() + unit.toNanos(timeout);
        while (!offer(element)) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            awaitSpace(left);
        }
        return true;
    }

    /** Waits until this member's figures show space, or for {@code nanos}: asking costs nothing, sending would. */
    private void awaitSpace(long nanos) throws InterruptedException {
        long start = System.nanoTime();
        do {
            LockSupport.parkNanos(this, Math.min(LOOK_FOR_SPACE_NANOS, nanos));
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while " + queue + " was full");
            }
        } while (remainingCapacity() == 0 && System.nanoTime() - start < nanos);
    }

    @Override
    public @Nullable T poll() {
        return queue.poll();
    }

    @Override
    public @Nullable T poll(long timeout, TimeUnit unit) throws InterruptedException {
        return queue.poll(Duration.ofNanos(unit.toNanos(timeout)));
    }

    @Override
    public T take() throws InterruptedException {
        return queue.take();
    }

    @Override
    public @Nullable T peek() {
        Message<T> head = queue.peek();
        return head == null ? null : head.payload();
    }

    @Override
    public int size() {
        return (int) Math.min(Integer.MAX_VALUE, queue.size());
    }

    @Override
    public int remainingCapacity() {
        QueueSettings limits = node.settings(queue.name());
        if (limits.maxMessages() == 0) {
            return Integer.MAX_VALUE;
        }
        long left = limits.maxMessages() - node.depth(queue.name());
        return (int) Math.max(0, Math.min(Integer.MAX_VALUE, left));
    }

    @Override
    public void clear() {
        queue.purge();
    }

    @Override
    public int drainTo(Collection<? super T> target) {
        return drainTo(target, Integer.MAX_VALUE);
    }

    @Override
    public int drainTo(Collection<? super T> target, int maxElements) {
        Objects.requireNonNull(target, "target");
        if (target == this) {
            throw new IllegalArgumentException("a queue cannot be drained to itself");
        }
        int drained = 0;
        while (drained < maxElements) {
            List<Popped> messages = queue.takeNow(maxElements - drained);
            if (messages.isEmpty()) {
                break;
            }
            addAll(target, messages);
            drained += messages.size();
        }
        return drained;
    }

    private void addAll(Collection<? super T> target, List<Popped> messages) {
        int next = 0;
        try {
            while (next < messages.size()) {
                Popped message = messages.get(next++);
                T payload = Objects.requireNonNull(queue.payload(message), "a removed message has a payload");
                try {
                    target.add(payload);
                } catch (RuntimeException e) {
                    next--;
                    throw e;
                }
            }
        } finally {
            node.desk(queue.name()).handOver(messages.subList(next, messages.size()));
        }
    }

    @Override
    public Iterator<T> iterator() {
        Browse browse = queue.browsing(Integer.MAX_VALUE);
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return browse.hasNext();
            }

            @Override
            public T next() {
                return queue.decoded(browse.next()).payload();
            }
        };
    }

    @Override
    public boolean remove(@Nullable Object element) {
        throw headOnly("remove(Object)");
    }

    @Override
    public boolean removeAll(Collection<?> elements) {
        throw headOnly("removeAll");
    }

    @Override
    public boolean retainAll(Collection<?> elements) {
        throw headOnly("retainAll");
    }

    @Override
    public boolean removeIf(Predicate<? super T> filter) {
        throw headOnly("removeIf");
    }

    @Override
    public String toString() {
        return "view of " + queue;
    }

    private static UnsupportedOperationException headOnly(String method) {
        return new UnsupportedOperationException(
                method + " is not supported: messages leave a replicated FIFO at its head only, by poll or take");
    }
}
