package io.raftqueue.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftqueue.ClosedException;
import io.raftqueue.RaftQueue;
import io.raftqueue.RaftQueueException;
import io.raftqueue.RaftQueueException.Retry;
import io.raftqueue.simulation.FifoChecker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Senders and takers on every node while nodes crash and come back: no message lost, doubled or out of order. */
@Timeout(180)
class ClusterChaosTest {
    private static final int ROUNDS = 6;

    @TempDir
    Path directory;

    private final FifoChecker checker = new FifoChecker();
    private final AtomicLong values = new AtomicLong();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong inDoubt = new AtomicLong();

    @Test
    void whileNodesCrashAndComeBackAQueueStaysAQueue() throws Exception {
        clientsWorkWhile(ClusterFixture::kill);
    }

    @Test
    void whileNodesAreStoppedInGoodOrderNoCallIsLeftInDoubt() throws Exception {
        clientsWorkWhile(ClusterFixture::stop);
        assertThat(inDoubt).hasValue(0);
    }

    private void clientsWorkWhile(BiConsumer<ClusterFixture, Integer> downing) throws Exception {
        try (var cluster = ClusterFixture.started(directory, 3)) {
            ExecutorService clients = Executors.newCachedThreadPool();
            List<Future<?>> running = new ArrayList<>();
            for (int node = 1; node <= 3; node++) {
                int mine = node;
                running.add(clients.submit(() -> sendOn(cluster, mine)));
                running.add(clients.submit(() -> takeOn(cluster, mine)));
            }
            var random = new Random(4);
            for (int round = 0; round < ROUNDS; round++) {
                int leader = cluster.awaitLeader();
                long before = acknowledged.get();
                int victim = round % 2 == 0 ? leader : 1 + random.nextInt(3);
                downing.accept(cluster, victim);
                cluster.awaitLeader();
                awaitProgress(before + 200);
                cluster.start(victim);
                awaitProgress(before + 400);
            }
            over.set(true);
            for (Future<?> client : running) {
                client.get(60, TimeUnit.SECONDS);
            }
            clients.shutdown();
            drain(cluster.queue(cluster.awaitLeader()));
            assertThat(checker.verdicts()).isEmpty();
            assertThat(acknowledged.get()).isGreaterThan(400L * ROUNDS);
        }
    }

    private void awaitProgress(long sends) {
        await().atMost(Duration.ofSeconds(30)).until(() -> acknowledged.get() >= sends);
    }

    private void sendOn(ClusterFixture cluster, int node) {
        while (!over.get()) {
            RaftQueue<String> queue = cluster.awaitQueue(node);
            try {
                while (!over.get()) {
                    send(queue);
                    LockSupport.parkNanos(500_000);
                }
            } catch (ClosedException killed) {
                assertThat(killed.retry()).isEqualTo(Retry.NOT_APPLIED);
            }
        }
    }

    private void send(RaftQueue<String> queue) {
        long value = values.incrementAndGet();
        long start = System.nanoTime();
        try {
            queue.send(Long.toString(value));
            synchronized (checker) {
                checker.sent(value, start, System.nanoTime());
            }
            acknowledged.incrementAndGet();
        } catch (RaftQueueException e) {
            if (e.retry() == Retry.MAY_HAVE_BEEN_APPLIED) {
                inDoubt.incrementAndGet();
                synchronized (checker) {
                    checker.maybeSent(value, start);
                }
            }
            if (e instanceof ClosedException) {
                throw e;
            }
        }
    }

    private void takeOn(ClusterFixture cluster, int node) {
        var random = new Random(node);
        while (!over.get()) {
            RaftQueue<String> queue = cluster.awaitQueue(node);
            try {
                while (!over.get()) {
                    take(queue, Duration.ofMillis(random.nextInt(3) * 20L));
                }
            } catch (ClosedException killed) {
                assertThat(killed.retry()).isEqualTo(Retry.NOT_APPLIED);
            }
        }
    }

    private void take(RaftQueue<String> queue, Duration wait) {
        long start = System.nanoTime();
        try {
            String message = queue.poll(wait);
            synchronized (checker) {
                if (message == null) {
                    // With a wait, the moment of emptiness lies at its end.
                    checker.foundEmpty(start + wait.toNanos(), System.nanoTime());
                } else {
                    checker.taken(Long.parseLong(message), start, System.nanoTime());
                }
            }
        } catch (RaftQueueException e) {
            if (e.retry() != Retry.NOT_APPLIED) {
                inDoubt.incrementAndGet();
                synchronized (checker) {
                    checker.maybeTaken();
                }
            }
            if (e instanceof ClosedException) {
                throw e;
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void drain(RaftQueue<String> queue) {
        while (true) {
            long start = System.nanoTime();
            String message = queue.poll();
            synchronized (checker) {
                if (message == null) {
                    checker.foundEmpty(start, System.nanoTime());
                    return;
                }
                checker.taken(Long.parseLong(message), start, System.nanoTime());
            }
        }
    }
}
