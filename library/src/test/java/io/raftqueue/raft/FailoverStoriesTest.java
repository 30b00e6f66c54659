package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.raftqueue.ClosedException;
import io.raftqueue.NoLeaderException;
import io.raftqueue.NodeFailedException;
import io.raftqueue.NodeListener;
import io.raftqueue.OutcomeUnknownException;
import io.raftqueue.RaftQueueException;
import io.raftqueue.Role;
import io.raftqueue.command.Command;
import io.raftqueue.command.CommandBatch;
import io.raftqueue.command.CommandCodec;
import io.raftqueue.command.Result;
import io.raftqueue.command.ResultCodec;
import io.raftqueue.log.SegmentedLog;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What calls under way live through when nodes stop, fail and are closed. */
@Timeout(60)
class FailoverStoriesTest {
    @TempDir
    Path directory;

    private static List<Throwable> failures(List<? extends CompletableFuture<?>> calls) {
        List<Throwable> failures = new ArrayList<>();
        for (CompletableFuture<?> call : calls) {
            try {
                call.get(20, TimeUnit.SECONDS);
            } catch (Exception e) {
                failures.add(e.getCause() == null ? e : e.getCause());
            }
        }
        return failures;
    }

    private static List<Long> ids(List<CompletableFuture<Result>> sends) {
        return sends.stream().map(f -> ((Result.Sent) f.join()).firstId()).toList();
    }

    @Test
    void oneCallersSendsKeepTheirOrderThroughTheLossOfTheLeader() {
        try (var cluster = new ReplicasFixture(directory, 3)) {
            int leader = cluster.awaitLeader();
            int caller = cluster.follower();
            List<CompletableFuture<Result>> sends = new ArrayList<>();
            for (int i = 0; i < 6_000; i++) {
                sends.add(cluster.send(caller, "m" + i));
                if (i == 3_000) {
                    sends.get(500).join();
                    cluster.kill(leader);
                }
            }
            assertThat(failures(sends)).isEmpty();
            assertThat(ids(sends)).isSorted().doesNotHaveDuplicates();
            assertThat(cluster.depth(caller)).isEqualTo(6_000);
        }
    }

    @Test
    void everyCallOfANodeThatDiesEnds() {
        try (var cluster = new ReplicasFixture(directory, 3)) {
            int leader = cluster.awaitLeader();
            JGroupsReplica dying = cluster.replica(leader);
            AtomicBoolean dead = new AtomicBoolean();
            List<CompletableFuture<?>> calls = new ArrayList<>();
            Thread caller = new Thread(() -> {
                while (!dead.get()) {
                    CompletableFuture<Result> send = dying.submit(
                            new Command.Send(ReplicasFixture.QUEUE, ReplicasFixture.body("x")),
                            ReplicasFixture.in(Duration.ofSeconds(30)));
                    calls.add(send);
                    calls.add(dying.readBarrier(ReplicasFixture.in(Duration.ofSeconds(30))));
                    calls.add(dying.join("node09", "localhost:1", ReplicasFixture.in(Duration.ofSeconds(30))));
                    if (calls.size() % 30 == 0) {
                        send.exceptionally(e -> null).join();
                    }
                }
            });
            caller.start();
            await().until(() -> dying.status().commitIndex() > 20);
            cluster.kill(leader);
            dead.set(true);
            await().until(() -> !caller.isAlive());
            for (CompletableFuture<?> call : calls) {
                assertThat(call).isDone();
            }
            assertThat(failures(calls)).hasOnlyElementsOfType(RaftQueueException.class);
        }
    }

    @Test
    void aMinorityAcknowledgesNothingAndSaysWhatBecameOfACall() {
        try (var cluster = new ReplicasFixture(directory, 3)) {
            int leader = cluster.awaitLeader();
            cluster.send(leader, "before").join();
            List<Integer> others = new ArrayList<>(List.of(1, 2, 3));
            others.remove(Integer.valueOf(leader));
            others.forEach(cluster::kill);

            assertThatThrownBy(() -> cluster.send(leader, "perhaps", Duration.ofMillis(600))
                            .join())
                    .hasCauseInstanceOf(OutcomeUnknownException.class);
            await().until(() -> cluster.replica(leader).status().role() != Role.LEADER);
            long called = System.nanoTime();
            assertThatThrownBy(() -> cluster.send(leader, "surely not", Duration.ofMillis(600))
                            .join())
                    .hasCauseInstanceOf(NoLeaderException.class)
                    .hasMessageContaining("not applied");
            assertThatThrownBy(() -> cluster.replica(leader)
                            .readBarrier(ReplicasFixture.in(Duration.ofMillis(300)))
                            .join())
                    .hasCauseInstanceOf(NoLeaderException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - called)).isLessThan(Duration.ofSeconds(3));
            assertThat(cluster.replica(leader).status().notReady()).isNotEmpty();

            others.forEach(cluster::start);
            cluster.awaitLeader();
            assertThat(cluster.depth(others.get(0))).as("before, and perhaps").isBetween(1L, 2L);
        }
    }

    @Test
    void whatWasAcknowledgedIsReadAtOnceAfterAFailover() {
        try (var cluster = new ReplicasFixture(directory, 3)) {
            for (int round = 1; round <= 4; round++) {
                int leader = cluster.awaitLeader();
                int other = cluster.follower();
                cluster.send(round % 2 == 0 ? leader : other, "m" + round).join();
                cluster.kill(leader);
                assertThat(cluster.depth(other)).isEqualTo(round);
                cluster.start(leader);
            }
        }
    }

    @Test
    void closingFinishesWhatIsUnderWayAndHandsOver() {
        try (var cluster = new ReplicasFixture(directory, 3)) {
            int leader = cluster.awaitLeader();
            int other = cluster.follower();
            cluster.send(other, "warm").join();
            List<CompletableFuture<Result>> sends = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                sends.add(cluster.send(leader, "m" + i));
            }
            long term = cluster.replica(other).status().term();
            cluster.close(leader);
            assertThat(failures(sends)).isEmpty();
            long closed = System.nanoTime();
            cluster.send(other, "after").join();
            // Some 100 ms on a machine that does nothing else.
            assertThat(Duration.ofNanos(System.nanoTime() - closed)).isLessThan(Duration.ofSeconds(1));
            assertThat(cluster.replica(other).status().term()).isEqualTo(term + 1);
            assertThat(cluster.depth(other)).isEqualTo(502);
        }
    }

    @Test
    void aClosedReplicaLeavesNoThreadAndFreesPortAndDirectory() throws Exception {
        Set<String> before = threads();
        try (var cluster = new ReplicasFixture(directory, 1)) {
            JGroupsReplica replica = cluster.replica(1);
            cluster.send(1, "a").join();
            cluster.close(1);
            replica.close(); // again: nothing
            assertThatThrownBy(() -> replica.submit(
                                    new Command.Purge(ReplicasFixture.QUEUE), ReplicasFixture.in(Duration.ofSeconds(1)))
                            .join())
                    .hasCauseInstanceOf(ClosedException.class);
            await().untilAsserted(() -> assertThat(threads()).isEqualTo(before));
            new ServerSocket(cluster.port(1), 1, InetAddress.getLoopbackAddress()).close();
            cluster.start(1);
            assertThat(cluster.depth(1)).isEqualTo(1);
        }
    }

    /** Of the library and of JGroups, without the numbers that make names unique. */
    private static Set<String> threads() {
        Set<String> names = new TreeSet<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            String name = thread.getName();
            if (name.startsWith("raftqueue") || name.contains("jgroups") || name.contains("FD_")) {
                names.add(name);
            }
        }
        return names;
    }

    @Test
    void aNodeWhoseDiskFailsFailsItsCallsAndTheOthersGoOn() throws Exception {
        CompletableFuture<Throwable> told = new CompletableFuture<>();
        NodeListener listener = new NodeListener() {
            @Override
            public void failed(Throwable cause) {
                told.complete(cause);
            }
        };
        try (var cluster = new ReplicasFixture(directory, 3, listener)) {
            int leader = cluster.awaitLeader();
            int other = cluster.follower();
            cluster.send(other, "before").join();
            JGroupsReplica failing = cluster.replica(leader);
            failing.core().log.close(); // from now on each write is refused

            List<CompletableFuture<Result>> calls = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                calls.add(cluster.send(leader, "x" + i));
            }
            assertThat(failures(calls))
                    .hasSize(50)
                    .allSatisfy(e ->
                            assertThat(e).isInstanceOfAny(NodeFailedException.class, OutcomeUnknownException.class));
            assertThat(told.get(10, TimeUnit.SECONDS)).hasMessageContaining("log");
            assertThat(failing.status().failed()).isTrue();
            assertThat(failing.status().role()).isEqualTo(Role.SHUTDOWN);
            assertThatThrownBy(() -> cluster.send(leader, "y").join()).hasCauseInstanceOf(NodeFailedException.class);
            assertThatThrownBy(() -> failing.readBarrier(ReplicasFixture.in(Duration.ofSeconds(1)))
                            .join())
                    .hasCauseInstanceOf(NodeFailedException.class);

            cluster.send(other, "after").join();
            assertThat(cluster.depth(other)).isBetween(2L, 52L);
        }
    }

    @Test
    void whoLacksWhatOnlyASnapshotHoldsGetsItWithTheBodies() {
        try (var cluster = new ReplicasFixture(directory, 3)) {
            int leader = cluster.awaitLeader();
            int away = cluster.follower();
            int third = 6 - leader - away;
            cluster.send(away, "m0").join();
            cluster.kill(away);
            // More bytes than a segment has, and more entries than a log keeps for those who lag a little.
            for (int i = 1; i < 40; i++) {
                cluster.send(leader, "m" + i + " ".repeat(1_000_000)).join();
            }
            assertThat(cluster.take(leader, 30)).hasSize(30);
            for (int i = 40; i < 1_150; i++) {
                cluster.send(leader, "m" + i).join();
            }
            for (int i : List.of(leader, third)) {
                SegmentedLog log = cluster.replica(i).core().log;
                cluster.replica(i).snapshot().join();
                await().until(() -> {
                    log.reclaim();
                    return log.firstIndex() > 1;
                });
            }

            cluster.start(away);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> cluster.replica(away).status().ready()
                            && cluster.replica(away).status().appliedIndex()
                                    >= cluster.replica(leader).status().commitIndex());
            assertThat(cluster.replica(away).core().log.snapshotIndex()).isPositive();
            cluster.kill(leader);
            assertThat(cluster.depth(away)).isEqualTo(1_120);
            for (int i = 30; i < 1_150; i += 20) {
                List<String> taken = cluster.take(away, 20);
                assertThat(taken).hasSize(20);
                assertThat(taken.get(0).strip()).isEqualTo("m" + i);
            }
            assertThat(cluster.depth(third)).isZero();
        }
    }

    @Test
    void theEnginesOwnHandleWorksOnTheLeader() throws Exception {
        try (var cluster = new ReplicasFixture(directory, 3)) {
            int leader = cluster.awaitLeader();
            UUID caller = cluster.replica(leader).core().world.identity().incarnation();
            byte[] batch = CommandCodec.encode(new CommandBatch(
                    caller, 1L << 40, 1, List.of(new Command.Send(ReplicasFixture.QUEUE, ReplicasFixture.body("a")))));
            byte[] answer = cluster.replica(leader)
                    .handle()
                    .setAsync(batch, 0, batch.length)
                    .get(10, TimeUnit.SECONDS);
            assertThat(ResultCodec.decode(answer)).hasSize(1).first().isInstanceOf(Result.Sent.class);
            assertThat(cluster.depth(cluster.follower())).isEqualTo(1);
            assertThatThrownBy(() -> cluster.replica(cluster.follower())
                            .handle()
                            .setAsync(batch, 0, batch.length)
                            .join())
                    .isInstanceOf(CompletionException.class)
                    .hasMessageContaining("not leader");
            assertThatThrownBy(() -> cluster.replica(leader).handle().getAsync(batch, 0, batch.length))
                    .isInstanceOf(UnsupportedOperationException.class);
            // A session that the engine's caller ended goes on under a newer number, and nobody notices.
            cluster.send(leader, "b").join();
            assertThat(cluster.depth(leader)).isEqualTo(2);
        }
    }
}
