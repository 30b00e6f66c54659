package io.raftqueue.server;

import io.raftqueue.server.NodeClient.Answer;
import io.raftqueue.simulation.FifoChecker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Clients that send until they are stopped, and remember when each send was acknowledged. */
final class Load implements AutoCloseable {
    private final CountDownLatch stop = new CountDownLatch(1);
    private final List<Thread> clients = new ArrayList<>();
    private final List<Long> acknowledged = new ArrayList<>();
    private final AtomicLong numbers;
    /** Guarded by itself. */
    private final FifoChecker history;

    private final AtomicLong failed = new AtomicLong();

    private Load(AtomicLong numbers, FifoChecker history) {
        this.numbers = numbers;
        this.history = history;
    }

    /**
     * Starts the clients.
     *
     * @param perSecond of all clients together; 0: as fast as they can
     */
    static Load on(SeedCluster cluster, List<Integer> nodes, int clients, int perSecond) {
        return new Load(new AtomicLong(), new FifoChecker()).start(cluster, nodes, clients, perSecond);
    }

    /** More of the same queue, in one history with what this one sent. */
    Load andThen(SeedCluster cluster, List<Integer> nodes, int clients, int perSecond) {
        return new Load(numbers, history).start(cluster, nodes, clients, perSecond);
    }

    private Load start(SeedCluster cluster, List<Integer> nodes, int clients, int perSecond) {
        long periodNanos = perSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(clients) / perSecond;
        for (int i = 0; i < clients; i++) {
            int node = nodes.get(i % nodes.size());
            var client = new Thread(() -> send(cluster, node, periodNanos), "load" + i);
            client.start();
            this.clients.add(client);
        }
        return this;
    }

    private void send(SeedCluster cluster, int node, long periodNanos) {
        try {
            long due = System.nanoTime();
            while (!stop.await(Math.max(0, due - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                due += periodNanos;
                send(cluster, node);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(SeedCluster cluster, int node) throws InterruptedException {
        long number = numbers.incrementAndGet();
        long called = System.nanoTime();
        boolean stored;
        try {
            stored = cluster.send(node, Long.toString(number)).status() == 201;
        } catch (IOException e) {
            stored = false; // the node went away; it may have stored it before
        }
        long returned = System.nanoTime();
        synchronized (history) {
            if (stored) {
                history.sent(number, called, returned);
            } else {
                history.maybeSent(number, called);
            }
        }
        if (stored) {
            synchronized (acknowledged) {
                acknowledged.add(returned);
            }
        } else {
            failed.incrementAndGet();
        }
    }

    /** Takes out all that waits, through these nodes, and says what is wrong with the history; empty when nothing is. */
    List<String> verdictsAfterDraining(SeedCluster cluster, List<Integer> nodes, int takers) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(takers);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < takers; i++) {
            int node = nodes.get(i % nodes.size());
            running.add(threads.submit(() -> {
                while (take(cluster.node(node))) {}
                return null;
            }));
        }
        for (Future<?> taker : running) {
            taker.get();
        }
        threads.shutdown();
        synchronized (history) {
            return history.verdicts();
        }
    }

    private boolean take(NodeProcess node) throws IOException, InterruptedException {
        long called = System.nanoTime();
        Answer answer = node.post("/queues/default/receive?max=100", "");
        long returned = System.nanoTime();
        synchronized (history) {
            switch (answer.status()) {
                case 200 ->
                    answer.json()
                            .path("messages")
                            .forEach(m -> history.taken(
                                    m.path("payload").path("content").asLong(), called, returned));
                case 204 -> history.foundEmpty(called, returned);
                default -> throw new IOException("while draining: " + answer);
            }
        }
        return answer.status() == 200;
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
