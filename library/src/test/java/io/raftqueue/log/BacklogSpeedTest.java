package io.raftqueue.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.log.disk.NioDirectory;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a long backlog costs: -Dbacklog.messages=10000000 -Dbacklog.bytes=100 and so on. */
@Tag("benchmark")
class BacklogSpeedTest {
    private static final long MESSAGES = Long.getLong("backlog.messages", 1_000_000);
    private static final int BYTES = Integer.getInteger("backlog.bytes", 100);
    private static final int BATCH = Integer.getInteger("backlog.batch", 16);

    @Test
    void sendRestartTransferAndDrain(@TempDir Path path) throws Exception {
        ExecutorService background = Executors.newSingleThreadExecutor();
        DataDirectory directory =
                DataDirectory.open(NioDirectory.open(path.resolve("a")), "n", () -> LogFixture.INCARNATION);
        SegmentedLog log = directory.openLog(LogOptions.defaults(), QueueStory.BODIES, background);
        QueueStory story = new QueueStory(log);
        long slowest = 0;
        long slowestAppend = 0;
        long start = System.nanoTime();
        for (long sent = 0; sent < MESSAGES; sent += BATCH) {
            long stepStart = System.nanoTime();
            story.send(1, BATCH, BYTES);
            slowestAppend = Math.max(slowestAppend, System.nanoTime() - stepStart);
            if (sent / BATCH % 16 == 0) {
                log.sync();
            }
            if (sent / BATCH % 50_000 == 49_999) {
                snapshot(story, "snapshot at " + sent);
            }
            slowest = Math.max(slowest, System.nanoTime() - stepStart);
        }
        log.sync();
        rate("sent", MESSAGES, start);
        System.out.printf(
                "slowest step %.1f ms (snapshots included), append %.1f ms%n", slowest / 1e6, slowestAppend / 1e6);
        snapshot(story, "snapshot of all");
        long bytes = log.sizeInBytes();
        System.out.printf("%,d bytes, %.0f a message%n", bytes, (double) bytes / MESSAGES);
        log.close();
        directory.close();

        start = System.nanoTime();
        directory = DataDirectory.open(NioDirectory.open(path.resolve("a")), "n", () -> LogFixture.INCARNATION);
        log = directory.openLog(LogOptions.defaults(), QueueStory.BODIES, background);
        story = new QueueStory(log);
        System.out.printf("restart %.0f ms%n", (System.nanoTime() - start) / 1e6);
        assertThat(story.waiting()).isGreaterThanOrEqualTo(MESSAGES);

        DataDirectory other =
                DataDirectory.open(NioDirectory.open(path.resolve("b")), "m", () -> new java.util.UUID(1, 1));
        SegmentedLog joiner = other.openLog(LogOptions.defaults(), QueueStory.BODIES, background);
        start = System.nanoTime();
        SnapshotReceiver receiver = joiner.receiveSnapshot();
        try (SnapshotSource source = log.openSnapshotSource(snapshot -> List.of())) {
            while (!receiver.complete()) {
                receiver.write(receiver.offset(), source.read(receiver.offset(), 512 << 10));
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                "transfer of %,d bytes: %.1f s, %.0f MB/s%n",
                receiver.offset(), seconds, receiver.offset() / seconds / 1e6);
        start = System.nanoTime();
        receiver.install();
        System.out.printf("install %.0f ms%n", (System.nanoTime() - start) / 1e6);
        joiner.close();
        other.close();

        start = System.nanoTime();
        long slowestReclaim = 0;
        for (long taken = 0; taken < MESSAGES; taken += BATCH) {
            long first = story.queues.get(1L)[0];
            story.take(1, BATCH);
            for (int i = 0; i < BATCH; i++) {
                assertThat(log.body(1, first + i).length).isEqualTo(BYTES);
            }
            if (taken / BATCH % 16 == 0) {
                log.sync();
            }
            if (taken / BATCH % 20_000 == 19_999) {
                story.snapshot();
                long reclaim = System.nanoTime();
                log.reclaim();
                slowestReclaim = Math.max(slowestReclaim, System.nanoTime() - reclaim);
            }
        }
        rate("taken", MESSAGES, start);
        System.out.printf("slowest reclaim %.1f ms%n", slowestReclaim / 1e6);
        story.snapshot();
        for (int i = 0; i < 3; i++) {
            log.reclaim();
        }
        System.out.printf("drained: %,d bytes%n", log.sizeInBytes());
        assertThat(log.sizeInBytes()).isLessThan(128 << 20);
        log.close();
        directory.close();
        background.shutdown();
    }

    private static void snapshot(QueueStory story, String what) {
        long start = System.nanoTime();
        story.snapshot();
        System.out.printf("%s: %.1f ms%n", what, (System.nanoTime() - start) / 1e6);
    }

    private static void rate(String what, long count, long start) {
        System.out.printf("%s: %,.0f /s%n", what, count * 1e9 / (System.nanoTime() - start));
    }
}
