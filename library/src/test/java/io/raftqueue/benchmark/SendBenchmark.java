package io.raftqueue.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.RaftNode;
import io.raftqueue.RaftQueue;
import io.raftqueue.codec.PayloadCodec;
import io.raftqueue.node.FreePorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jgroups.raft.RaftHandle;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sends of 100 bytes through the leader, each confirmed when a majority has it on disk, against the bare engine doing the
 * same with an empty state machine: three nodes each in this JVM, round by round in turn.
 *
 * <pre>mvn -pl library test -Dtest=SendBenchmark -Dgroups=benchmark -DexcludedGroups=none</pre>
 */
@Tag("benchmark")
final class SendBenchmark {
    private static final byte[] PAYLOAD = new byte[100];
    private static final int ROUNDS = Integer.getInteger("benchmark.rounds", 5);

    @TempDir
    Path directory;

    @Test
    void sendsOnTheLeaderAgainstTheBareEngine() throws Exception {
        try (StockEngine stock = new StockEngine(directory.resolve("stock"), 3);
                Ours ours = new Ours(directory.resolve("ours"), 3)) {
            RaftHandle handle = stock.awaitLeader(Duration.ofSeconds(30));
            RaftQueue<byte[]> leader = ours.leader();
            RaftQueue<byte[]> follower = ours.follower();
            for (int window : new int[] {1, 64, 256}) {
                int count = window == 1 ? 2_000 : 60_000;
                List<Double> ratios = new ArrayList<>();
                run(window, count, () -> StockEngine.append(handle, PAYLOAD));
                run(window, count, () -> leader.sendAsync(PAYLOAD));
                run(window, count, () -> follower.sendAsync(PAYLOAD));
                for (int round = 0; round < ROUNDS; round++) {
                    double theirs = run(window, count, () -> StockEngine.append(handle, PAYLOAD));
                    double onLeader = run(window, count, () -> leader.sendAsync(PAYLOAD));
                    double onFollower = run(window, count, () -> follower.sendAsync(PAYLOAD));
                    ratios.add(onLeader / theirs);
                    System.out.printf(
                            Locale.ROOT,
                            "in flight %3d: bare engine %7.0f/s, queue on leader %7.0f/s (%.2f x), on follower %7.0f/s%n",
                            window,
                            theirs,
                            onLeader,
                            onLeader / theirs,
                            onFollower);
                }
                double median = ratios.stream().sorted().toList().get(ratios.size() / 2);
                System.out.printf(Locale.ROOT, "in flight %3d: median ratio %.2f%n", window, median);
            }
            assertThat(leader.size()).isPositive();
        }
    }

    /** Keeps {@code window} sends in flight until {@code count} are confirmed. Returns sends per second. */
    private static double run(int window, int count, Supplier<? extends CompletableFuture<?>> send) throws Exception {
        Semaphore free = new Semaphore(window);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        long began = System.nanoTime();
        for (int i = 0; i < count; i++) {
            free.acquire();
            send.get().whenComplete((done, e) -> {
                if (e != null) {
                    failure.set(e);
                }
                free.release();
            });
        }
        assertThat(free.tryAcquire(window, 60, TimeUnit.SECONDS)).isTrue();
        assertThat(failure.get()).isNull();
        return count * 1e9 / (System.nanoTime() - began);
    }

    private static final class Ours implements AutoCloseable {
        private final List<RaftNode> nodes = new ArrayList<>();

        Ours(Path directory, int count) throws InterruptedException {
            List<Integer> ports = FreePorts.of(count);
            String[] members = new String[count];
            Arrays.setAll(members, i -> "node" + i + "=localhost:" + ports.get(i));
            for (int i = 0; i < count; i++) {
                nodes.add(RaftNode.builder()
                        .id("node" + i)
                        .members(members)
                        .directory(directory.resolve("node" + i))
                        .start());
            }
            for (RaftNode node : nodes) {
                node.awaitReady(Duration.ofSeconds(30));
            }
        }

        RaftQueue<byte[]> leader() {
            return queue(true);
        }

        RaftQueue<byte[]> follower() {
            return queue(false);
        }

        private RaftQueue<byte[]> queue(boolean leading) {
            RaftNode node = nodes.stream()
                    .filter(n -> n.id().equals(n.status().leaderId()) == leading)
                    .findFirst()
                    .orElseThrow();
            return node.queue("default", PayloadCodec.bytes());
        }

        @Override
        public void close() {
            nodes.forEach(RaftNode::close);
        }
    }
}
