package io.raftqueue.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.raftqueue.server.NodeClient.Answer;
import io.raftqueue.simulation.FifoChecker;
import java.io.Closeable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients of all three nodes that send numbers, and one that takes, each call noted for the FIFO checker. What a node
 * refuses as not applied (429, 503, 507) must never come out; of what is answered otherwise, or not at all, nothing is
 * known. Nobody repeats a call.
 */
final class CheckedClients implements Closeable {
    /** Short, so that a client is soon back at work after a fault. */
    private static final String DEADLINE = "timeout=2s";

    private static final Set<Integer> NOT_APPLIED = Set.of(429, 503, 507);
    private static final long TAKE_PERIOD_MILLIS = 50;

    private final SeedCluster cluster;
    private final FifoChecker history = new FifoChecker();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong numbers = new AtomicLong();
    private final Map<Integer, Integer> answers = new TreeMap<>();
    private final Deque<Long> lastAcknowledged = new ArrayDeque<>();
    /** A take's deadline is 2 s. */
    private final CutOffTakes cutOff = new CutOffTakes(Duration.ofSeconds(5));

    private long acknowledged;
    private long taken;

    private CheckedClients(SeedCluster cluster) {
        this.cluster = cluster;
    }

    /**
     * Starts them.
     *
     * @param perNode senders on each node
     * @param periodMillis between two sends of one of them
     */
    static CheckedClients start(SeedCluster cluster, int perNode, long periodMillis) {
        var clients = new CheckedClients(cluster);
        for (int i = 0; i < 3 * perNode; i++) {
            int node = i % 3;
            clients.run("sender" + i, periodMillis, () -> clients.send(node));
        }
        var round = new AtomicLong();
        clients.run("taker", TAKE_PERIOD_MILLIS, () -> clients.take((int) (round.incrementAndGet() % 3)));
        return clients;
    }

    private interface Call {
        void call() throws InterruptedException;
    }

    private void run(String name, long periodMillis, Call call) {
        var thread = new Thread(
                () -> {
                    try {
                        while (!stop.await(periodMillis, TimeUnit.MILLISECONDS)) {
                            call.call();
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                name);
        thread.start();
        threads.add(thread);
    }

    private void send(int node) throws InterruptedException {
        long number = numbers.incrementAndGet();
        long called = System.nanoTime();
        int status;
        try {
            status = cluster.node(node)
                    .post("/send?" + DEADLINE, SeedCluster.comment(Long.toString(number)))
                    .status();
        } catch (ConnectException | HttpConnectTimeoutException e) {
            return; // nothing was sent to anybody
        } catch (IOException e) {
            status = 0; // the node went away; it may have stored it before
        }
        long returned = System.nanoTime();
        synchronized (this) {
            answers.merge(status, 1, Integer::sum);
            if (status == 201) {
                acknowledged++;
                cutOff.sent(number, called, returned);
                lastAcknowledged.addLast(returned);
                history.sent(number, called, returned);
            } else if (!NOT_APPLIED.contains(status)) {
                history.maybeSent(number, called);
            }
        }
    }

    /** By POST: of a GET the JDK's client might make two. */
    private void take(int node) throws InterruptedException {
        long called = System.nanoTime();
        Answer answer;
        try {
            answer = cluster.node(node).post("/queues/default/receive?" + DEADLINE, "");
        } catch (ConnectException | HttpConnectTimeoutException e) {
            return;
        } catch (IOException e) {
            unknownTake(called);
            return;
        }
        long returned = System.nanoTime();
        switch (answer.status()) {
            case 200 -> taken(answer, called, returned);
            case 204 -> {
                synchronized (this) {
                    history.foundEmpty(called, returned);
                }
            }
            case 404, 429, 503, 507 -> {}
            default -> unknownTake(called);
        }
    }

    private synchronized void taken(Answer answer, long called, long returned) {
        for (JsonNode message : answer.json().path("messages")) {
            long number = message.path("payload").path("content").asLong();
            taken++;
            cutOff.taken(number, called, returned);
        }
    }

    private synchronized void unknownTake(long called) {
        cutOff.cutOff(called);
        history.maybeTaken();
    }

    synchronized long acknowledged() {
        return acknowledged;
    }

    /** Acknowledged in the last second. */
    synchronized int acknowledgedPerSecond() {
        long since = System.nanoTime() - TimeUnit.SECONDS.toNanos(1);
        while (!lastAcknowledged.isEmpty() && lastAcknowledged.getFirst() < since) {
            lastAcknowledged.removeFirst();
        }
        return lastAcknowledged.size();
    }

    /** How often each status was answered to a send; 0 is no answer. */
    synchronized Map<Integer, Integer> answers() {
        return new TreeMap<>(answers);
    }

    void stop() throws InterruptedException {
        stop.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** Stops, takes out everything that waits, and says what is wrong with the history; empty when nothing is. */
    List<String> verdictsAfterDraining(int node) throws IOException, InterruptedException {
        stop();
        drain(node);
        synchronized (this) {
            return cutOff.verdicts(history);
        }
    }

    /** Takes until nothing waits. */
    void drain(int node) throws IOException, InterruptedException {
        while (true) {
            long called = System.nanoTime();
            Answer answer = cluster.node(node).post("/queues/default/receive?max=100", "");
            if (answer.status() == 204) {
                synchronized (this) {
                    history.foundEmpty(called, System.nanoTime());
                }
                return;
            }
            if (answer.status() != 200) {
                throw new IOException("while draining: " + answer);
            }
            taken(answer, called, System.nanoTime());
        }
    }

    /** Without waiting: their nodes are gone. */
    @Override
    public void close() {
        stop.countDown();
        threads.forEach(Thread::interrupt);
    }

    /** Whether the takes that were cut off account for what is missing after draining. */
    synchronized String account() {
        return cutOff.toString();
    }

    @Override
    public synchronized String toString() {
        return "%d sends acknowledged, %d taken, %d not yet, %d takes of unknown outcome, answers to sends %s"
                .formatted(acknowledged, taken, cutOff.missing(), cutOff.count(), answers);
    }
}
