package io.raftqueue.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.consensus.Entry;
import io.raftqueue.log.disk.DiskFile;
import io.raftqueue.log.disk.NioDirectory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Figures of the log beside the raw device, in one run. */
@Tag("benchmark")
class LogSpeedTest {
    private static final int BYTES = 200;

    @Test
    void appendAndForceBesideRawFdatasync(@TempDir Path path) throws Exception {
        ExecutorService background = Executors.newSingleThreadExecutor();
        try (NioDirectory raw = NioDirectory.open(path.resolve("raw"));
                DiskFile file = raw.create("raw");
                DataDirectory directory =
                        DataDirectory.open(NioDirectory.open(path.resolve("log")), "n", () -> LogFixture.INCARNATION);
                SegmentedLog log = directory.openLog(LogOptions.defaults(), LogFixture.BODIES, background)) {
            Segment.zero(file, 0, 64 << 20);
            file.force();
            ByteBuffer record = ByteBuffer.allocateDirect(BYTES + RecordFormat.HEADER_BYTES);
            log.saveTermAndVote(1, null);
            for (int round = 0; round < 3; round++) {
                double rawRate = rate("raw", 10_000, i -> {
                    try {
                        file.writeFully(record.clear(), i * record.capacity());
                        file.force();
                        return i;
                    } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
                double one = rate("append 1 + sync", 10_000, i -> {
                    log.append(List.of(next(log)));
                    log.sync();
                    return log.durableIndex();
                });
                rate("append 64 + sync (batches)", 3_000, i -> {
                    long first = log.lastIndex() + 1;
                    log.append(LogFixture.entries(first, first + 63, 1, BYTES));
                    log.sync();
                    return log.durableIndex();
                });
                rate("append without sync", 200_000, i -> {
                    log.append(List.of(next(log)));
                    return log.lastIndex();
                });
                log.sync();
                System.out.printf("ratio %.2f%n", one / rawRate);
                assertThat(one).isGreaterThan(rawRate * 0.5);
            }
            long last = log.lastIndex();
            rate(
                    "random read from disk",
                    20_000,
                    i -> log.entry(1 + (i * 7919) % (last / 2)).index());
            rate("sequential read from disk", 200_000, i -> log.entry(i + 1).index());
        } finally {
            background.shutdown();
        }
    }

    private static Entry next(SegmentedLog log) {
        return LogFixture.entry(log.lastIndex() + 1, 1, BYTES);
    }

    private static double rate(String what, int count, LongUnaryOperator step) {
        long start = System.nanoTime();
        long sum = 0;
        for (long i = 0; i < count; i++) {
            sum += step.applyAsLong(i);
        }
        double rate = count * 1e9 / (System.nanoTime() - start);
        assertThat(sum).as("something was done").isNotEqualTo(-1);
        System.out.printf("%-28s %,10.0f /s%n", what, rate);
        return rate;
    }
}
