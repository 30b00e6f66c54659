package io.raftqueue.server;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Clients that send until they are stopped, and remember when each send was acknowledged. */
final class Load implements AutoCloseable {
    private final CountDownLatch stop = new CountDownLatch(1);
    private final List<Thread> clients = new ArrayList<>();
    private final List<Long> acknowledged = new ArrayList<>();
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();

    /**
     * Starts the clients.
     *
     * @param perSecond of all clients together; 0: as fast as they can
     */
    static Load on(SeedCluster cluster, List<Integer> nodes, int clients, int perSecond) {
        var load = new Load();
        long periodNanos = perSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(clients) / perSecond;
        for (int i = 0; i < clients; i++) {
            int node = nodes.get(i % nodes.size());
            var client = new Thread(() -> load.send(cluster, node, periodNanos), "load" + i);
            client.start();
            load.clients.add(client);
        }
        return load;
    }

    private void send(SeedCluster cluster, int node, long periodNanos) {
        try {
            long due = System.nanoTime();
            while (!stop.await(Math.max(0, due - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                due += periodNanos;
                try {
                    if (cluster.send(node, "c" + numbers.incrementAndGet()).status() == 201) {
                        synchronized (acknowledged) {
                            acknowledged.add(System.nanoTime());
                        }
                    } else {
                        failed.incrementAndGet();
                    }
                } catch (IOException e) {
                    failed.incrementAndGet();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    long failed() {
        return failed.get();
    }

    int count() {
        synchronized (acknowledged) {
            return acknowledged.size();
        }
    }

    /** Acknowledged per second in this interval of {@link System#nanoTime()}. */
    double perSecond(long from, long to) {
        synchronized (acknowledged) {
            return acknowledged.stream().filter(at -> at >= from && at < to).count() * 1e9 / (to - from);
        }
    }

    /** The longest time in this interval without any acknowledgement, in milliseconds. */
    long longestGapMillis(long from, long to) {
        synchronized (acknowledged) {
            long last = from;
            long longest = 0;
            for (long at : acknowledged.stream().sorted().toList()) {
                if (at >= from && at < to) {
                    longest = Math.max(longest, at - last);
                    last = at;
                }
            }
            return TimeUnit.NANOSECONDS.toMillis(Math.max(longest, to - last));
        }
    }

    @Override
    public void close() throws InterruptedException {
        stop.countDown();
        for (Thread client : clients) {
            client.join();
        }
    }
}
