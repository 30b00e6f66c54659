package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.raftqueue.server.NodeClient.Answer;
import io.raftqueue.server.faults.NetworkLab;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A leader that is cut off from both followers, while clients still reach it: it acknowledges nothing and answers no read,
 * from the first moment to the last, through no path. (Figures that say what this node knows may answer: {@code /stats},
 * {@code /metrics}, {@code GET /queues}.) Four seconds here; {@code -Dqueue.drill.seconds=30} for the long form. Needs root.
 */
class IsolatedLeaderIT {
    private static final int SECONDS = Integer.getInteger("queue.drill.seconds", 4);

    @RegisterExtension
    final Processes processes = new Processes();

    private interface Request {
        Answer to(NodeProcess node) throws Exception;
    }

    /** Sends to the isolated node, and what it said of each. */
    private final Map<String, Integer> sends = new ConcurrentHashMap<>();

    private final AtomicInteger numbers = new AtomicInteger();

    private Map<String, Request> requests() {
        Map<String, Request> all = new LinkedHashMap<>();
        all.put("POST /send", this::send);
        all.put("GET /recieve", node -> node.get("/recieve?timeout=1s"));
        all.put("GET /receive?wait", node -> node.get("/receive?wait=200ms&timeout=1s"));
        all.put("POST messages", node -> node.post("/queues/other/messages?timeout=1s", "isolated"));
        all.put("POST batch", node -> node.post("/queues/other/messages:batch?timeout=1s", "[1,2]"));
        all.put("POST receive", node -> node.post("/queues/default/receive?max=2&timeout=1s", ""));
        all.put("POST receive, empty", node -> node.post("/queues/empty/receive?timeout=1s", ""));
        all.put("POST receive, none", node -> node.post("/queues/none/receive?timeout=1s", ""));
        all.put("browse", node -> node.get("/queues/default/messages?timeout=1s"));
        all.put("browse, empty", node -> node.get("/queues/empty/messages?timeout=1s"));
        all.put("purge", node -> node.delete("/queues/other/messages?timeout=1s"));
        all.put("DELETE queue", node -> node.delete("/queues/empty?timeout=1s"));
        return all;
    }

    private Answer send(NodeProcess node) throws Exception {
        String content = "isolated " + numbers.incrementAndGet();
        Answer answer = node.post("/send?timeout=1s", SeedCluster.comment(content));
        sends.put(content, answer.status());
        return answer;
    }

    @Test
    void overHttpItAnswersNothing() throws Exception {
        try (var lab = NetworkLab.open(3)) {
            assumeThat(lab.canCut()).as(lab.describe()).isTrue();
            var cluster = new SeedCluster(processes, lab).startAll();
            int leader = cluster.leader();
            assertThat(cluster.node(leader).post("/queues/empty/messages", "x").status())
                    .isEqualTo(201);
            assertThat(cluster.node(leader).post("/queues/empty/receive", "").status())
                    .isEqualTo(200);
            var expected = new ArrayList<String>();
            for (int i = 0; i < 5; i++) {
                expected.add("before " + i);
                assertThat(cluster.send(leader, "before " + i).status()).isEqualTo(201);
            }

            lab.isolate(leader);
            List<String> answered = askForAWhile(cluster, leader, expected);
            lab.heal();

            assertThat(answered).as("answered by an isolated leader").isEmpty();
            assertThat(sends).as("it was asked").isNotEmpty();
            sends.forEach((content, status) -> {
                if (status == 504) {
                    expected.add(content); // in doubt for its caller, and resent by the library until it was applied
                }
            });
            assertThat(drainWhenHealed(cluster, leader))
                    .as("all that was acknowledged or in doubt, once; nothing that was refused")
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    /** @return what it answered, of what was asked after it was cut off; the others serve meanwhile */
    private List<String> askForAWhile(SeedCluster cluster, int leader, List<String> expected) throws Exception {
        Set<String> answered = ConcurrentHashMap.newKeySet();
        var over = new CountDownLatch(1);
        ExecutorService clients = Executors.newCachedThreadPool();
        List<Future<?>> running = new ArrayList<>();
        requests()
                .forEach((name, request) -> running.add(clients.submit(() -> {
                    while (!over.await(10, TimeUnit.MILLISECONDS)) {
                        Answer answer = request.to(cluster.node(leader));
                        if (answer.status() != 503 && answer.status() != 504) {
                            answered.add(name + ": " + answer);
                        }
                    }
                    return null;
                })));
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        for (int i = 0; System.nanoTime() < until; i++, over.await(20, TimeUnit.MILLISECONDS)) {
            int other = (leader + 1 + i % 2) % 3;
            assertThat(cluster.send(other, "meanwhile " + i).status())
                    .as("the others serve")
                    .isEqualTo(201);
            expected.add("meanwhile " + i);
            assertThat(cluster.receive(other)).as("the others serve").isEqualTo(expected.remove(0));
        }
        over.countDown();
        for (Future<?> client : running) {
            client.get(30, TimeUnit.SECONDS);
        }
        clients.shutdown();
        return List.copyOf(answered);
    }

    /** At that node, for what it took for callers in doubt is for its next callers; behind the last of its calls. */
    private static List<String> drainWhenHealed(SeedCluster cluster, int healed) throws Exception {
        assertThat(cluster.send(healed, "last").status()).isEqualTo(201);
        List<String> all = cluster.drain(healed);
        assertThat(all.remove("last")).isTrue();
        return all;
    }

    @Test
    void throughTheJavaApiItAnswersNothing() throws Exception {
        try (var lab = NetworkLab.open(3)) {
            assumeThat(lab.canCut()).as(lab.describe()).isTrue();
            List<NodeProcess> nodes = new ArrayList<>();
            String members = "n0=%s,n1=%s,n2=%s".formatted(lab.raftAddress(0), lab.raftAddress(1), lab.raftAddress(2));
            for (int i = 0; i < 3; i++) {
                nodes.add(processes.start(
                        "n%d tmp/n%d %s %s %s".formatted(i, i, lab.raftAddress(i), lab.httpAddress(i), members),
                        Launch.in(lab, i).running(IsolatedMember.class)));
            }
            for (NodeProcess node : nodes) {
                awaitAnswers(node, 0);
            }
            NodeProcess leader = leader(nodes);

            lab.isolate(nodes.indexOf(leader));
            long cut = System.currentTimeMillis();
            new CountDownLatch(1).await(SECONDS, TimeUnit.SECONDS);
            long end = System.currentTimeMillis();
            lab.heal();

            awaitAnswers(leader, end);
            assertThat(calls(leader, "answered").filter(c -> c.began > cut && c.ended < end))
                    .as("answered by an isolated leader, between %d and %d", cut, end)
                    .isEmpty();
            assertThat(calls(leader, "refused")
                            .filter(c -> c.began > cut && c.began < end)
                            .map(Call::method))
                    .as("it was asked in every way")
                    .containsAll(ALL);
        }
    }

    private static final Set<String> ALL =
            Set.of("send", "sendAll", "poll", "pollOfNothing", "pollAndWait", "peek", "browse", "size", "purge");

    private record Call(String method, long began, long ended) {}

    private static Stream<Call> calls(NodeProcess node, String outcome) {
        return node.out().stream()
                .map(line -> line.split(" "))
                .filter(words -> words[0].equals(outcome))
                .map(words -> {
                    long began = Long.parseLong(words[2]);
                    return new Call(words[1], began, outcome.equals("answered") ? Long.parseLong(words[3]) : began);
                });
    }

    private static void awaitAnswers(NodeProcess node, long since) {
        await("every method is answered since " + since)
                .atMost(Duration.ofSeconds(60))
                .until(() -> calls(node, "answered")
                        .filter(c -> c.began > since)
                        .map(Call::method)
                        .collect(Collectors.toSet())
                        .containsAll(ALL));
    }

    private static NodeProcess leader(List<NodeProcess> nodes) throws InterruptedException {
        for (NodeProcess node : nodes) {
            if (node.stat("state").equals("Leader")) {
                return node;
            }
        }
        throw new AssertionError("nobody leads");
    }
}
