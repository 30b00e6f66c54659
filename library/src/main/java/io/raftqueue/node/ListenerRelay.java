package io.raftqueue.node;

import io.raftqueue.MemberStatus;
import io.raftqueue.NodeListener;
import io.raftqueue.Role;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries events from the replica's threads to the users' listeners, in order, on one thread of its own. */
final class ListenerRelay implements NodeListener {
    private static final Logger LOG = LoggerFactory.getLogger(ListenerRelay.class);
    private static final long SAME_QUEUE_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final List<NodeListener> listeners;
    private final ThreadPoolExecutor thread;
    private final Consumer<Throwable> whenFailed;
    private final ConcurrentMap<String, Long> toldFull = new ConcurrentHashMap<>();

    /** Calls {@code whenFailed}, on the replica's thread, before any listener hears of a failure. */
    ListenerRelay(List<NodeListener> listeners, ThreadFactory threads, Consumer<Throwable> whenFailed) {
        this.listeners = new CopyOnWriteArrayList<>(listeners);
        this.thread = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
        // Not when there is something to tell: where no thread is to be had, the replica's own would end by that.
        this.thread.prestartCoreThread();
        this.whenFailed = whenFailed;
    }

    void add(NodeListener listener) {
        listeners.add(listener);
    }

    void remove(NodeListener listener) {
        listeners.remove(listener);
    }

    /** What has been told so far still reaches the listeners. */
    void close() {
        thread.shutdown();
    }

    private void tell(Consumer<NodeListener> event) {
        try {
            thread.execute(() -> {
                for (NodeListener listener : listeners) {
                    try {
                        event.accept(listener);
                    } catch (RuntimeException e) {
                        LOG.warn("{} threw; the other listeners are told all the same", listener, e);
                    }
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("an event came after the node was closed", e);
        }
    }

    @Override
    public void roleChanged(Role from, Role to, long term) {
        tell(listener -> listener.roleChanged(from, to, term));
    }

    @Override
    public void leaderChanged(@Nullable String leaderId, long term) {
        tell(listener -> listener.leaderChanged(leaderId, term));
    }

    @Override
    public void membersChanged(List<MemberStatus> members) {
        tell(listener -> listener.membersChanged(members));
    }

    @Override
    public void queuesChanged() {
        tell(NodeListener::queuesChanged);
    }

    @Override
    public void queueFull(String queue) {
        long now = System.nanoTime();
        Long last = toldFull.get(queue);
        if (last == null || now - last >= SAME_QUEUE_AGAIN_NANOS) {
            toldFull.put(queue, now);
            tell(listener -> listener.queueFull(queue));
        }
    }

    @Override
    public void diskTrouble(String what) {
        tell(listener -> listener.diskTrouble(what));
    }

    @Override
    public void failed(Throwable cause) {
        whenFailed.accept(cause);
        tell(listener -> listener.failed(cause));
    }
}
