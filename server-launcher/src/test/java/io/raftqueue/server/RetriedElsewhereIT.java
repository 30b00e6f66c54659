package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftqueue.NoLeaderException;
import io.raftqueue.OutcomeUnknownException;
import io.raftqueue.RaftNode;
import io.raftqueue.RaftQueue;
import io.raftqueue.Role;
import io.raftqueue.server.NodeClient.Answer;
import io.raftqueue.simulation.FifoChecker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The leader freezes (SIGSTOP) with calls under way on every member, some of which run into their deadline; the library
 * retries them at the next leader; the old one thaws (SIGCONT) and knows of its own copies. Each call was applied exactly
 * once: what was acknowledged, or ended in doubt, is there once, what was refused is not there, and no take loses or
 * doubles a message. Two members are the jar, the third is in this JVM, so that its calls are the library's own.
 *
 * <p>Two rounds here; {@code -Dqueue.drill.rounds=200} for the long form.
 */
class RetriedElsewhereIT {
    private static final int ROUNDS = Integer.getInteger("queue.drill.rounds", 2);
    private static final long SEED = Long.getLong("queue.seed", 1);
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int SENDS_AT_ONCE = 16;

    @RegisterExtension
    final Processes processes = new Processes();

    private final FifoChecker history = new FifoChecker();
    /** Guarded by history. */
    private final Set<Long> inDoubt = new HashSet<>();
    /** Guarded by history. */
    private final Set<Long> refused = new HashSet<>();
    /** Guarded by history. */
    private final Set<Long> out = new HashSet<>();

    private final AtomicLong values = new AtomicLong();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicInteger sendsUnderWay = new AtomicInteger();
    private final AtomicInteger takesUnderWay = new AtomicInteger();
    private final List<RaftNode> embedded = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    private final int[] raft = new int[3];
    private final NodeProcess[] jars = new NodeProcess[2];

    @AfterEach
    void closeAll() {
        threads.shutdownNow();
        embedded.forEach(RaftNode::close);
    }

    @Test
    void aCallThatItsLeaderFrozeOnIsAppliedOnce() throws Exception {
        start();
        var random = new Random(SEED);
        int sendsCaught = 0;
        int takesCaught = 0;
        var toTheNextAck = new Timings();

        for (int round = 0; round < ROUNDS; round++) {
            NodeProcess leader = aJarThatLeads();
            var clients = new Clients(random.nextLong());
            clients.pass(50 + random.nextInt(100));
            leader.freeze();
            long frozen = System.nanoTime();
            sendsCaught += sendsUnderWay.get() > 0 ? 1 : 0;
            takesCaught += takesUnderWay.get() > 0 ? 1 : 0;
            long before = acknowledged.get() + 3L * SENDS_AT_ONCE; // what was decided, and not yet told
            await("acknowledged by the next leader, round " + round + ", seed " + SEED)
                    .atMost(NodeProcess.SOON)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> acknowledged.get() > before);
            toTheNextAck.addSince(frozen);
            clients.pass(random.nextInt(300));
            leader.thaw();
            clients.pass(random.nextInt(300));
            clients.stop();
            if ((round + 1) % 20 == 0 || round + 1 == ROUNDS) {
                drainAndCheck();
                System.out.printf(
                        "SIGSTOP of the leader, %d rounds: sends under way in %d, takes in %d; %d acknowledged, "
                                + "%d in doubt, %d refused; to an ack of the next leader %s%n",
                        round + 1,
                        sendsCaught,
                        takesCaught,
                        acknowledged.get(),
                        inDoubt.size(),
                        refused.size(),
                        toTheNextAck);
            }
        }

        assertThat(sendsCaught).as("rounds with a send under way").isGreaterThanOrEqualTo(ROUNDS * 9 / 10);
        assertThat(takesCaught).as("rounds with a take under way").isGreaterThanOrEqualTo(ROUNDS / 2);
        assertThat(inDoubt).as("deadlines that passed").isNotEmpty();
    }

    private void drainAndCheck() throws Exception {
        for (int member = 0; member < 3; member++) {
            drain(member);
        }
        assertThat(history.verdicts()).as("seed %d", SEED).isEmpty();
        assertThat(out).as("in doubt, and resent by the library, seed %d", SEED).containsAll(inDoubt);
        assertThat(out).as("refused as not applied, seed %d", SEED).doesNotContainAnyElementsOf(refused);
    }

    private void start() {
        for (int i = 0; i < 3; i++) {
            raft[i] = processes.freePort();
        }
        for (int i = 0; i < 2; i++) {
            jars[i] = processes.start("-id=%s -raddr=localhost:%d -haddr=localhost:%d -dir=./tmp/%s -members=%s"
                    .formatted(
                            SeedCluster.id(i),
                            raft[i],
                            processes.freePort(),
                            SeedCluster.id(i),
                            String.join(",", members())));
        }
        startEmbedded();
        for (NodeProcess jar : jars) {
            jar.awaitLine(".* is (leader|follower) .*");
        }
    }

    private String[] members() {
        var members = new String[3];
        for (int i = 0; i < 3; i++) {
            members[i] = SeedCluster.id(i) + "=localhost:" + raft[i];
        }
        return members;
    }

    private void startEmbedded() {
        Path directory = processes.directory().resolve("tmp").resolve(SeedCluster.id(2));
        embedded.add(RaftNode.builder()
                .id(SeedCluster.id(2))
                .members(members())
                .directory(directory)
                .start());
    }

    private RaftNode node() {
        return embedded.get(0);
    }

    private RaftQueue<Long> queue() {
        return node().queue("default", Long.class).withTimeout(LONG);
    }

    /** This JVM cannot freeze its own member: where that leads, it is restarted, and so hands leadership over. */
    private NodeProcess aJarThatLeads() throws InterruptedException {
        while (true) {
            node().awaitReady(NodeProcess.SOON);
            await("all follow one leader").atMost(NodeProcess.SOON).until(() -> {
                String leader = node().status().leaderId();
                return leader != null
                        && jars[0].stat("leader").equals(leader)
                        && jars[1].stat("leader").equals(leader);
            });
            if (node().status().role() != Role.LEADER) {
                return jars[0].stat("state").equals("Leader") ? jars[0] : jars[1];
            }
            embedded.remove(0).close();
            startEmbedded();
        }
    }

    /** Senders and takers on every member, for one round. */
    private final class Clients {
        private final CountDownLatch stop = new CountDownLatch(1);
        private final List<Future<?>> running = new ArrayList<>();

        Clients(long seed) {
            var sends = new Semaphore(SENDS_AT_ONCE);
            var random = new Random(seed);
            run(1, () -> {
                sends.acquire();
                sendEmbedded(random.nextBoolean() ? SHORT : LONG, sends);
                return null;
            });
            run(2, () -> take(() -> queue().poll()));
            for (NodeProcess jar : jars) {
                run(3, () -> sendOver(jar, random.nextBoolean() ? SHORT : LONG));
                run(4, () -> take(() -> number(jar.get("/recieve?timeout=20s"))));
            }
        }

        private void run(int pauseMillis, Callable<?> call) {
            running.add(threads.submit(() -> {
                while (!stop.await(pauseMillis, TimeUnit.MILLISECONDS)) {
                    call.call();
                }
                return null;
            }));
        }

        void pass(int millis) throws InterruptedException {
            stop.await(millis, TimeUnit.MILLISECONDS);
        }

        void stop() throws Exception {
            stop.countDown();
            for (Future<?> client : running) {
                client.get(60, TimeUnit.SECONDS);
            }
            await("every send has ended").atMost(LONG.plusSeconds(10)).until(() -> sendsUnderWay.get() == 0);
            for (int member = 0; member < 3; member++) {
                sendBehindWhatIsResent(member);
            }
        }
    }

    private void sendEmbedded(Duration deadline, Semaphore sends) {
        long value = values.incrementAndGet();
        long called = System.nanoTime();
        sendsUnderWay.incrementAndGet();
        var unused = queue().withTimeout(deadline).sendAsync(value).whenComplete((id, failed) -> {
            Throwable failure = failed instanceof CompletionException ? failed.getCause() : failed;
            if (failure == null) {
                sent(value, called);
            } else if (failure instanceof NoLeaderException) {
                refused(value);
            } else if (failure instanceof OutcomeUnknownException) {
                inDoubt(value, called);
            } else {
                inDoubt(-value, called); // not in the plan: no such message comes out, and the drill fails
            }
            sendsUnderWay.decrementAndGet();
            sends.release();
        });
    }

    private Answer sendOver(NodeProcess jar, Duration deadline) throws Exception {
        long value = values.incrementAndGet();
        long called = System.nanoTime();
        sendsUnderWay.incrementAndGet();
        Answer answer =
                jar.post("/queues/default/messages?timeout=" + deadline.toMillis() + "ms", Long.toString(value));
        sendsUnderWay.decrementAndGet();
        switch (answer.status()) {
            case 201 -> sent(value, called);
            case 503 -> refused(value);
            case 504 -> inDoubt(value, called);
            default -> throw new AssertionError(answer);
        }
        return answer;
    }

    /** A member's batches are applied in their order: when this one is acknowledged, nothing before it is under way. */
    private void sendBehindWhatIsResent(int member) throws Exception {
        if (member < 2) {
            assertThat(sendOver(jars[member], LONG).status()).isEqualTo(201);
        } else {
            long value = values.incrementAndGet();
            long called = System.nanoTime();
            queue().send(value);
            sent(value, called);
        }
    }

    private void sent(long value, long called) {
        synchronized (history) {
            history.sent(value, called, System.nanoTime());
        }
        acknowledged.incrementAndGet();
    }

    private void inDoubt(long value, long called) {
        synchronized (history) {
            history.maybeSent(value, called);
            inDoubt.add(value);
        }
    }

    private void refused(long value) {
        synchronized (history) {
            refused.add(value);
        }
    }

    private static Long number(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.messageId().isEmpty() ? null : answer.json().path("Data").asLong();
    }

    private boolean take(Callable<Long> poll) throws Exception {
        long called = System.nanoTime();
        takesUnderWay.incrementAndGet();
        Long message = poll.call();
        takesUnderWay.decrementAndGet();
        synchronized (history) {
            if (message == null) {
                history.foundEmpty(called, System.nanoTime());
                return false;
            }
            history.taken(message, called, System.nanoTime());
            out.add(message);
            return true;
        }
    }

    /** The first takes nearly all. At each of them, for what it took for callers in doubt is for its next callers. */
    private void drain(int member) throws Exception {
        boolean more = true;
        while (more) {
            more = member == 2 ? take(() -> queue().poll()) : takeMany(jars[member]);
        }
    }

    private boolean takeMany(NodeProcess jar) throws Exception {
        long called = System.nanoTime();
        Answer answer = jar.post("/queues/default/receive?max=100&timeout=20s", "");
        long returned = System.nanoTime();
        synchronized (history) {
            if (answer.status() == 204) {
                history.foundEmpty(called, returned);
                return false;
            }
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            answer.json().path("messages").forEach(message -> {
                history.taken(message.path("payload").asLong(), called, returned);
                out.add(message.path("payload").asLong());
            });
            return true;
        }
    }
}
