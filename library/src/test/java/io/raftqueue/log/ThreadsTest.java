package io.raftqueue.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.log.disk.NioDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The raft thread appends and applies, others force, publish, reclaim and read bodies: on real files, all at once. */
@Timeout(60)
class ThreadsTest {
    private static final int ROUNDS = 6_000;

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong head = new AtomicLong(1);
    private final AtomicLong next = new AtomicLong(1);
    private final AtomicReference<SnapshotDraft> draft = new AtomicReference<>();
    private final AtomicLong read = new AtomicLong();

    @Test
    void everyWaitingMessageIsReadableAtAnyMoment(@TempDir Path directory) throws Exception {
        LogOptions options = LogFixture.SMALL.withSegmentBytes(64 << 10).withTailCacheBytes(20_000);
        ExecutorService threads = Executors.newCachedThreadPool();
        try (DataDirectory data =
                        DataDirectory.open(NioDirectory.open(directory), "node01", () -> LogFixture.INCARNATION);
                SegmentedLog log = data.openLog(options, QueueStory.BODIES, threads)) {
            List<Future<?>> others = new ArrayList<>();
            others.add(threads.submit(() -> repeat(log::sync)));
            others.add(threads.submit(() -> repeat(() -> publishAndReclaim(log))));
            for (int i = 0; i < 2; i++) {
                Random random = new Random(i);
                others.add(threads.submit(() -> repeat(() -> readOne(log, random))));
            }
            QueueStory story = new QueueStory(log);
            story.send(2, 1, 77);
            Random random = new Random(9);
            for (int i = 0; i < ROUNDS; i++) {
                step(story, random, i);
            }
            over.set(true);
            for (Future<?> other : others) {
                other.get(30, TimeUnit.SECONDS);
            }
            story.checkBodies("at the end");
            assertThat(read).hasPositiveValue();
            assertThat(log.failure()).isNull();
            assertThat(log.sizeInBytes())
                    .as("what was taken gave its space back")
                    .isLessThan(story.applied * 900);
        } finally {
            over.set(true);
            threads.shutdownNow();
        }
        LogFixture after = LogFixture.open(NioDirectory.open(directory), options, QueueStory.BODIES);
        QueueStory again = new QueueStory(after.log);
        assertThat(again.queues.get(1L)).containsExactly(head.get(), next.get());
        again.checkBodies("after a restart");
        after.close();
    }

    private void step(QueueStory story, Random random, int i) {
        if (random.nextInt(100) < 53) {
            story.send(1, 1 + random.nextInt(6), 50 + random.nextInt(300));
            next.set(story.queues.get(1L)[1]);
        } else {
            story.take(1, 1 + random.nextInt(7));
            if (story.queues.containsKey(1L)) {
                head.set(story.queues.get(1L)[0]);
            }
        }
        if (i % 40 == 39) {
            draft.set(story.draft());
        }
    }

    private void repeat(Runnable task) {
        while (!over.get()) {
            task.run();
        }
    }

    private void publishAndReclaim(SegmentedLog log) {
        SnapshotDraft noted = draft.getAndSet(null);
        if (noted != null) {
            log.publish(noted);
        }
        log.reclaim();
    }

    private void readOne(SegmentedLog log, Random random) {
        long from = head.get();
        long to = next.get();
        if (to <= from) {
            return;
        }
        long id = from + random.nextLong(to - from);
        byte[] body = log.body(1, id);
        if (body == null) {
            assertThat(id).as("only what was taken meanwhile may be gone").isLessThan(head.get());
        } else {
            assertThat(body).isEqualTo(QueueStory.body(1, id, body.length));
            read.incrementAndGet();
        }
    }
}
