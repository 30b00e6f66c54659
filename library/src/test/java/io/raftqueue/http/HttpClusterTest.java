package io.raftqueue.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftqueue.RaftNode;
import io.raftqueue.RaftNodeBuilder;
import io.raftqueue.node.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three real nodes, spoken to by HTTP only. */
class HttpClusterTest {
    @TempDir
    Path directory;

    private final List<RaftNode> nodes = new ArrayList<>();
    private final List<HttpAdapter> https = new ArrayList<>();
    private final List<String> raftAddresses = new ArrayList<>();

    @AfterEach
    void stop() {
        https.forEach(HttpAdapter::close);
        nodes.forEach(RaftNode::close);
    }

    private void startCluster() throws IOException {
        start(true);
        for (int i = 1; i < 3; i++) {
            start(false);
            // Through the newest member, a follower: any node will do.
            assertThat(join(i - 1, "node0" + (i + 1), raftAddresses.get(i)).status())
                    .isEqualTo(201);
        }
    }

    private void start(boolean first) throws IOException {
        String id = "node0" + (nodes.size() + 1);
        String raft = "localhost:" + FreePorts.one();
        RaftNodeBuilder builder =
                RaftNode.builder().id(id).directory(directory.resolve(id)).raftAddress(raft);
        RaftNode node = (first ? builder.bootstrap() : builder.awaitJoin()).start();
        nodes.add(node);
        raftAddresses.add(raft);
        https.add(HttpAdapter.builder(node).address("localhost:0").start());
    }

    @Test
    void everyNodeServesAndTheOrderHoldsAcrossThem() throws IOException {
        startCluster();
        for (int i = 0; i < 30; i++) {
            assertThat(send(i % 3, "c" + i).status()).isEqualTo(201);
        }
        for (int i = 0; i < 30; i++) {
            assertThat(get((i + 1) % 3, "/recieve").text()).isEqualTo("{\"Data\":{\"content\":\"c" + i + "\"}}\n");
        }
        for (int i = 0; i < 3; i++) {
            assertThat(get(i, "/recieve").text()).isEqualTo("{\"Data\":{}}\n");
            assertThat(get(i, "/readyz").status()).isEqualTo(200);
            assertThat(get(i, "/stats").text()).contains("\"num_peers\":\"2\"");
            assertThat(get(i, "/members").text()).contains("\"node01\"", "\"node02\"", "\"node03\"");
        }
    }

    @Test
    void aReceiverWaitsOnOneNodeForAMessageSentThroughAnother() throws IOException {
        startCluster();
        try (var receiver = new RawHttp(https.get(1).address())) {
            receiver.write("GET /receive?wait=20s HTTP/1.1\r\nHost: x\r\n\r\n");
            send(2, "late");

            assertThat(receiver.read().text()).isEqualTo("{\"Data\":{\"content\":\"late\"}}\n");
        }
    }

    @Test
    void aMessageThatComesWhileAWaitersNodeClosesHttpIsNeitherLostNorDeniedFalsely() throws Exception {
        long seed = System.nanoTime();
        var random = new Random(seed);
        startCluster();
        assertThat(send(0, "makes the queue").status()).isEqualTo(201);
        assertThat(get(1, "/recieve").text()).contains("makes the queue");
        int handedOver = 0;
        int rounds = 150;
        for (int i = 0; i < rounds; i++) {
            String content = "m" + i;
            HttpAdapter closing =
                    HttpAdapter.builder(nodes.get(1)).address("localhost:0").start();
            String path = random.nextBoolean() ? "GET /recieve?wait=20s" : "POST /queues/default/receive?wait=20s";
            CompletableFuture<Integer> sent = CompletableFuture.completedFuture(0);
            try (var waiter = new RawHttp(closing.address())) {
                waiter.write(path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
                await().pollInterval(Duration.ofMillis(1)).until(() -> closing.underWay() == 1);
                // Before, within and after the time that sending, waking and removing take.
                LockSupport.parkNanos(random.nextInt(4_000_000));
                sent = CompletableFuture.supplyAsync(() -> status(2, content));
                LockSupport.parkNanos(random.nextInt(12_000_000));
                closing.close();

                String got = waiter.read().text();
                assertThat(sent.join()).isEqualTo(201);
                if (got.contains("\"" + content + "\"")) {
                    handedOver++;
                } else {
                    assertThat(got).as("seed " + seed + ", round " + i).isIn("{\"Data\":{}}\n", "");
                    assertThat(get(0, "/recieve").text())
                            .as("seed " + seed + ", round " + i + ": nobody had it, so it is there for others")
                            .contains("\"" + content + "\"");
                }
            } finally {
                closing.close();
                sent.join();
            }
        }
        assertThat(handedOver).as("seed " + seed + ": rounds of both kinds").isBetween(1, rounds - 1);
    }

    private int status(int node, String content) {
        try {
            return send(node, content).status();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void joiningTwiceIsFineAndWrongJoinsChangeNothing() throws IOException {
        startCluster();
        String members = get(0, "/members").text().replaceAll("\"(lag|lastContact)\":[^,}]+", "");

        assertThat(join(2, "node02", raftAddresses.get(1)).status()).isEqualTo(201);
        assertThat(join(1, "node02", "localhost:" + FreePorts.one()).status()).isEqualTo(409);
        var unreachable = RawHttp.once(
                https.get(0).address(),
                "POST /join?timeout=2s HTTP/1.1",
                List.of(),
                bytes("{\"id\":\"node04\",\"address\":\"localhost:" + FreePorts.one() + "\"}"));
        assertThat(unreachable.status()).isEqualTo(502);
        assertThat(unreachable.text()).contains("urn:raftqueue:not-applied:unreachable");

        assertThat(get(0, "/members").text().replaceAll("\"(lag|lastContact)\":[^,}]+", ""))
                .isEqualTo(members);
    }

    @Test
    void aMemberLeavesAndUnknownOnesCannot() throws IOException {
        startCluster();
        assertThat(request(1, "DELETE /members/node09").status()).isEqualTo(404);
        assertThat(request(1, "DELETE /members/node03").status()).isEqualTo(204);

        await().untilAsserted(() ->
                assertThat(get(0, "/members").text()).contains("node02").doesNotContain("node03"));
        assertThat(send(1, "still").status()).isEqualTo(201);
    }

    @Test
    void anElectionIsASlowAnswerAndAMinorityAnHonestOne() throws IOException {
        startCluster();
        https.get(0).close();
        nodes.get(0).close();

        assertThat(send(1, "after the leader").status()).isEqualTo(201);
        assertThat(get(2, "/recieve").text()).contains("after the leader");

        https.get(1).close();
        nodes.get(1).close();
        long begun = System.nanoTime();
        var refused = RawHttp.once(
                https.get(2).address(), "POST /send?timeout=1s HTTP/1.1", List.of(), bytes("{\"content\":\"lost?\"}"));
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(4));
        // A leader that does not know yet that it is alone has appended it: then nobody can tell.
        assertThat(refused.status()).isIn(503, 504);
        assertThat(refused.text())
                .contains(
                        refused.status() == 503
                                ? "urn:raftqueue:not-applied:no-leader"
                                : "urn:raftqueue:may-have-been-applied:outcome-unknown");

        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            var later = RawHttp.once(https.get(2).address(), "GET /recieve?timeout=200ms HTTP/1.1", List.of(), null);
            assertThat(later.status()).isEqualTo(503);
            assertThat(later.header("Retry-After")).isEqualTo("1");
        });
        await().untilAsserted(() -> {
            assertThat(get(2, "/readyz").status()).isEqualTo(503);
            assertThat(get(2, "/readyz").text()).contains("[-] ");
        });
        assertThat(get(2, "/livez").status()).isEqualTo(200);
        assertThat(get(2, "/stats").status()).isEqualTo(200);
    }

    @Test
    void aNodeThatWaitsToBeJoinedSaysSo() throws IOException {
        start(false);

        assertThat(get(0, "/stats").status()).isEqualTo(200);
        assertThat(get(0, "/").text()).contains("id: node01\n", "leader: none known\n");
        assertThat(get(0, "/readyz").text()).contains("[-] member: ", "[-] leader: ");
        var answer = RawHttp.once(https.get(0).address(), "POST /send?timeout=100ms HTTP/1.1", List.of(), bytes("{}"));
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.text()).contains("urn:raftqueue:not-applied:no-leader");
    }

    private RawHttp.Answer send(int node, String content) throws IOException {
        return RawHttp.once(
                https.get(node).address(),
                "POST /send HTTP/1.1",
                List.of(),
                bytes("{\"content\":\"" + content + "\"}"));
    }

    private RawHttp.Answer join(int through, String id, String address) throws IOException {
        return RawHttp.once(
                https.get(through).address(),
                "POST /join?timeout=20s HTTP/1.1",
                List.of(),
                bytes("{\"id\":\"" + id + "\",\"address\":\"" + address + "\"}"));
    }

    private RawHttp.Answer get(int node, String path) throws IOException {
        return request(node, "GET " + path);
    }

    private RawHttp.Answer request(int node, String line) throws IOException {
        return RawHttp.once(https.get(node).address(), line + " HTTP/1.1", List.of(), null);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
