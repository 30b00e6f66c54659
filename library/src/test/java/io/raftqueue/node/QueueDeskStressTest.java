package io.raftqueue.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.RaftQueue;
import io.raftqueue.RaftQueueException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Callers that wait, give up, are interrupted and cancelled, while commands stall and time out: nothing lost or doubled. */
class QueueDeskStressTest {
    private static final int MESSAGES = 20_000;

    private final ConcurrentLinkedQueue<String> received = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean over = new AtomicBoolean();

    @Test
    void everyMessageReachesExactlyOneCaller() throws Exception {
        try (var lone = new LoneNode()) {
            ExecutorService takers = Executors.newCachedThreadPool();
            List<Future<?>> running = new ArrayList<>();
            List<Thread> interruptible = new ArrayList<>();
            RaftQueue<String> queue = lone.queue();
            for (int i = 0; i < 3; i++) {
                long seed = i;
                running.add(takers.submit(() -> pollAndCancel(queue, new Random(seed))));
                running.add(takers.submit(() -> pollForAWhile(queue, new Random(seed))));
                var taker = new Thread(() -> takeInterrupted(queue));
                taker.start();
                interruptible.add(taker);
            }
            var random = new Random(17);
            for (int i = 0; i < MESSAGES; i += 10) {
                List<String> batch = new ArrayList<>();
                for (int j = i; j < i + 10; j++) {
                    batch.add("m" + j);
                }
                queue.sendAll(batch);
                interruptible.get(random.nextInt(3)).interrupt();
                if (random.nextInt(50) == 0) {
                    lone.replica.hold();
                    lone.replica.heldCommands();
                    lone.replica.timeOutHeld();
                    lone.replica.release();
                }
            }
            long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (received.size() < MESSAGES && System.nanoTime() < giveUp) {
                String message = queue.poll(Duration.ofMillis(10));
                if (message != null) {
                    received.add(message);
                }
            }
            over.set(true);
            for (Future<?> task : running) {
                task.get(10, TimeUnit.SECONDS);
            }
            for (Thread taker : interruptible) {
                while (taker.isAlive()) {
                    taker.interrupt();
                    taker.join(5);
                }
            }
            takers.shutdown();
            assertThat(received).hasSize(MESSAGES).doesNotHaveDuplicates();
        }
    }

    private void takeInterrupted(RaftQueue<String> queue) {
        while (!over.get()) {
            try {
                received.add(queue.take());
            } catch (InterruptedException expected) {
                Thread.onSpinWait();
            }
        }
    }

    private void pollForAWhile(RaftQueue<String> queue, Random random) {
        while (!over.get()) {
            try {
                String message = queue.poll(Duration.ofNanos(random.nextInt(2_000_000)));
                if (message != null) {
                    received.add(message);
                }
            } catch (RaftQueueException timedOut) {
                assertThat(timedOut.retry()).isEqualTo(RaftQueueException.Retry.MAY_HAVE_BEEN_APPLIED);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void pollAndCancel(RaftQueue<String> queue, Random random) {
        while (!over.get()) {
            CompletableFuture<String> poll =
                    random.nextBoolean() ? queue.pollAsync() : queue.pollAsync(Duration.ofMillis(random.nextInt(3)));
            if (random.nextInt(3) == 0) {
                poll.cancel(false);
            }
            try {
                String message = poll.join();
                if (message != null) {
                    received.add(message);
                }
            } catch (CancellationException cancelled) {
                assertThat(poll).isCancelled();
            } catch (CompletionException timedOut) {
                assertThat(timedOut).hasCauseInstanceOf(RaftQueueException.class);
            }
        }
    }
}
