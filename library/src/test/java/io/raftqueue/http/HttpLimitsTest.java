package io.raftqueue.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftqueue.NoLeaderException;
import io.raftqueue.codec.EncodedMessage;
import io.raftqueue.codec.PayloadCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that are too big, too slow, too many, or gone. */
class HttpLimitsTest {
    private static final int LIMIT = 1 << 20;

    private final InMemoryNode node = new InMemoryNode();
    private HttpAdapter http;

    private void start(UnaryOperator<Limits> tuning) {
        http = HttpAdapter.builder(node).address("localhost:0").tuned(tuning).start();
    }

    @AfterEach
    void stop() {
        // Whatever happened, no request is left behind.
        await().until(() -> http.underWay() == 0);
        http.close();
    }

    @Test
    void aBodyOverTheLimitIsRefusedAndItsSenderSeesTheAnswer() throws IOException {
        start(l -> l);
        // Sends all of its 10 MB before it looks for an answer, as simple clients do.
        var answer = RawHttp.once(http.address(), "POST /send HTTP/1.1", List.of(), new byte[10 << 20]);

        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.header("Connection")).isEqualTo("close");
        assertThat(answer.text()).contains("urn:raftqueue:not-applied:too-large", "1048576");
        assertThat(node.queueStats("default")).isNull();
    }

    @Test
    void theLimitHoldsForChunkedBodiesToo() throws IOException {
        start(l -> l);
        try (var client = new RawHttp(http.address())) {
            client.write("POST /send HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 40; i++) {
                client.write("10000\r\n");
                client.write(new byte[0x10000]);
                client.write("\r\n");
            }
            assertThat(client.read().status()).isEqualTo(413);
            assertThat(client.socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void aBodyAtTheLimitIsTakenAndComesBack() throws IOException {
        start(l -> l);
        String content = "x".repeat(LIMIT - "{\"content\":\"\"}".length());
        byte[] body = ("{\"content\":\"" + content + "\"}").getBytes(StandardCharsets.UTF_8);

        assertThat(RawHttp.once(http.address(), "POST /send HTTP/1.1", List.of(), body)
                        .status())
                .isEqualTo(201);
        assertThat(get("/recieve").body()).hasSize(LIMIT + "{\"Data\":}\n".length());
    }

    @Test
    void aClientThatAsksFirstIsToldToGoOnOrNot() throws IOException {
        start(l -> l);
        try (var client = new RawHttp(http.address())) {
            client.write("POST /send HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.read().status()).isEqualTo(100);
            client.write("{}");
            assertThat(client.read().status()).isEqualTo(201);

            client.write("POST /send HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.read().status()).isEqualTo(413);
        }
    }

    @Test
    void absurdLengthsAreRefused() throws IOException {
        start(l -> l);
        for (String length : List.of("99999999999999999999", "9223372036854775807", "2147483648")) {
            var answer =
                    RawHttp.once(http.address(), "POST /send HTTP/1.1", List.of("Content-Length: " + length), null);
            assertThat(answer.status()).isIn(400, 413);
        }
        assertThat(get("/stats").status()).isEqualTo(200);
    }

    @Test
    void aBodyThatTricklesIsGivenUp() throws Exception {
        start(l -> l.withBodyDeadline(Duration.ofMillis(500)));
        try (var client = new RawHttp(http.address())) {
            client.write("POST /send HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"a\"");
            assertThat(client.read().status()).isEqualTo(408);
        }
        assertThat(get("/stats").status()).isEqualTo(200);
    }

    @Test
    void largeBodiesShareTheMemoryAndSmallOnesAlwaysPass() throws Exception {
        start(l -> l.withBodyMemory(300_000));
        var head = "POST /send HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n";
        try (var first = new RawHttp(http.address());
                var second = new RawHttp(http.address())) {
            first.write(head);
            first.write(new byte[200_000]);
            second.write(head);
            second.write(new byte[200_000]);
            // Whose bytes come first is not ours to say; one of the two has to give way.
            first.socket.setSoTimeout(100);
            second.socket.setSoTimeout(100);
            await().until(() -> refused(first) || refused(second));
        }
        assertThat(RawHttp.once(http.address(), "POST /send HTTP/1.1", List.of(), "{}".getBytes(StandardCharsets.UTF_8))
                        .status())
                .isEqualTo(201);
    }

    private static boolean refused(RawHttp client) throws IOException {
        try {
            return client.read().status() == 429;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        }
    }

    @Test
    void tooManyWaitersAreTurnedAwayAtOnce() throws Exception {
        start(l -> l.withRequests(3));
        var waiting = new ArrayList<RawHttp>();
        try {
            for (int i = 0; i < 3; i++) {
                var client = new RawHttp(http.address());
                client.write("GET /receive?wait=60s HTTP/1.1\r\nHost: x\r\n\r\n");
                waiting.add(client);
            }
            await().until(() -> node.waiting("default") == 3);

            var answer = get("/stats");
            assertThat(answer.status()).isEqualTo(429);
            assertThat(answer.header("Retry-After")).isEqualTo("1");
        } finally {
            for (RawHttp client : waiting) {
                client.close();
            }
        }
        // Their places are free again when they hang up.
        await().until(() -> get("/stats").status() == 200);
    }

    @Test
    void aReceiverThatHangsUpWhileItWaitsCostsNothing() throws Exception {
        start(l -> l);
        var gone = new RawHttp(http.address());
        gone.write("GET /receive?wait=60s HTTP/1.1\r\nHost: x\r\n\r\n");
        await().until(() -> node.waiting("default") == 1);
        gone.close();
        await().until(() -> node.waiting("default") == 0);

        RawHttp.once(http.address(), "POST /send HTTP/1.1", List.of(), "{}".getBytes(StandardCharsets.UTF_8));
        assertThat(get("/recieve").header("Message-Id")).isEqualTo("1");
    }

    @Test
    void aReceiverThatIsResetWhileItWaitsCostsNothing() throws Exception {
        start(l -> l);
        var gone = new RawHttp(http.address());
        gone.write("GET /receive?wait=60s HTTP/1.1\r\nHost: x\r\n\r\n");
        await().until(() -> node.waiting("default") == 1);
        gone.socket.setSoLinger(true, 0);
        gone.close();

        await().until(() -> node.waiting("default") == 0);
    }

    @Test
    void aReceiverMayAskForTheNextMessageWhileItWaits() throws Exception {
        start(l -> l);
        try (var client = new RawHttp(http.address())) {
            client.write("GET /receive?wait=60s HTTP/1.1\r\nHost: x\r\n\r\n");
            await().pollDelay(Duration.ofMillis(400)).until(() -> node.waiting("default") == 1);
            client.write("GET /receive?wait=60s HTTP/1.1\r\nHost: x\r\n\r\nGET /stats HTTP/1.1\r\nHost: x\r\n\r\n");
            for (String content : List.of("a", "b")) {
                RawHttp.once(
                        http.address(),
                        "POST /send HTTP/1.1",
                        List.of(),
                        ("{\"content\":\"" + content + "\"}").getBytes(StandardCharsets.UTF_8));
            }

            assertThat(client.read().text()).contains("\"a\"");
            assertThat(client.read().text()).contains("\"b\"");
            assertThat(client.read().text()).contains("applied_index");
        }
    }

    @Test
    void nonsenseOnTheWireLeavesNothingBehind() throws Exception {
        start(l -> l.withBodyDeadline(Duration.ofMillis(500)));
        var random = new java.util.Random(7);
        String sane = "POST /send?timeout=2s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "8\r\n{\"a\":\"b\"\r\n1\r\n}\r\n0\r\n\r\nGET /recieve?wait=1ms HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nxx";
        for (int round = 0; round < 3_000; round++) {
            byte[] bytes = sane.getBytes(StandardCharsets.ISO_8859_1);
            for (int i = 0, n = 1 + random.nextInt(4); i < n; i++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try (var client = new RawHttp(http.address())) {
                client.write(java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length)));
                client.socket.setSoLinger(random.nextBoolean(), 0);
            } catch (java.net.SocketException e) {
                assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe|abort).*");
            }
        }

        assertThat(get("/stats").status()).isEqualTo(200);
    }

    @Test
    void closingFinishesWhatIsUnderWay() throws Exception {
        start(l -> l);
        try (var waiting = new RawHttp(http.address());
                var idle = new RawHttp(http.address())) {
            idle.write("GET /stats HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(idle.read().status()).isEqualTo(200);
            waiting.write("GET /receive?wait=60s HTTP/1.1\r\nHost: x\r\n\r\n");
            await().until(() -> node.waiting("default") == 1);
            long begun = System.nanoTime();
            http.close();

            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(4));
            var answer = waiting.read();
            assertThat(answer.text()).isEqualTo("{\"Data\":{}}\n");
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(idle.read()).isNull();
        }
        assertThat(org.junit.jupiter.api.Assertions.assertThrows(IOException.class, () -> get("/stats")))
                .hasMessageContaining("refused");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /recieve", "POST /queues/default/receive"})
    void closingHandsOverTheMessageThatIsBeingRemoved(String take) throws Exception {
        start(l -> l);
        RawHttp.once(
                http.address(),
                "POST /send HTTP/1.1",
                List.of(),
                "{\"content\":\"kept\"}".getBytes(StandardCharsets.UTF_8));
        CompletableFuture<Void> removed = node.holdTakes();
        try (var taking = new RawHttp(http.address())) {
            taking.write(take + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
            await().until(() -> http.underWay() == 1);
            CompletableFuture<Void> closed = CompletableFuture.runAsync(http::close);
            await("no new connections").until(this::refuses);
            removed.complete(null);

            assertThat(taking.read().text()).contains("kept");
            closed.get(5, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /recieve?wait=60s", "GET /receive?wait=60s", "POST /queues/default/receive?wait=60s"})
    void closingHandsOverTheMessageThatIsBeingRemovedForOneThatWaits(String take) throws Exception {
        start(l -> l);
        assertThat(node.waiting("default")).as("waiters of a queue that exists").isZero();
        try (var waiting = new RawHttp(http.address())) {
            waiting.write(take + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
            await().until(() -> node.waiting("default") == 1);
            CompletableFuture<Void> removed = node.holdTakes();
            node.queue("default", PayloadCodec.raw()).sendAsync(message("kept"));
            CompletableFuture<Void> closed = CompletableFuture.runAsync(http::close);
            await("no new connections").until(this::refuses);
            removed.complete(null);

            assertThat(waiting.read().text()).contains("kept");
            closed.get(5, TimeUnit.SECONDS);
        }
    }

    private static EncodedMessage message(String content) {
        byte[] json = ("{\"content\":\"" + content + "\"}").getBytes(StandardCharsets.UTF_8);
        return new EncodedMessage(0, json, "application/json", Map.of(), Instant.EPOCH, null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /recieve?wait=60s", "POST /queues/default/receive?wait=60s"})
    void closingDoesNotCallAQueueEmptyThatItCannotAsk(String take) throws Exception {
        start(l -> l);
        assertThat(node.waiting("default")).as("waiters of a queue that exists").isZero();
        try (var waiting = new RawHttp(http.address())) {
            waiting.write(take + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
            await().until(() -> node.waiting("default") == 1);
            node.failWith(new NoLeaderException("no leader"));
            http.close();

            var answer = waiting.read();
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.text()).contains("urn:raftqueue:not-applied:no-leader");
        }
    }

    @Test
    void closingDoesNotWaitForOneWhoseBodyCameLate() throws Exception {
        start(l -> l);
        node.queue("q", PayloadCodec.raw()).sendAsync(message("x"));
        node.queue("q", PayloadCodec.raw()).pollAsync();
        try (var late = new RawHttp(http.address())) {
            late.write("POST /queues/q/receive?wait=60s HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n");
            await().until(() -> http.underWay() == 1);
            CompletableFuture<Void> closed = CompletableFuture.runAsync(http::close);
            await("no new connections").until(this::refuses);
            late.write("x");

            assertThat(late.read().status()).isEqualTo(204);
            closed.get(2, TimeUnit.SECONDS);
        }
    }

    private boolean refuses() {
        try {
            get("/livez");
            return false;
        } catch (IOException refused) {
            return true;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /recieve", "POST /queues/default/receive"})
    void closingDoesNotSayThatATakeWithoutAnAnswerTookNothing(String take) throws Exception {
        start(l -> l);
        node.fallSilent();
        try (var asking = new RawHttp(http.address())) {
            asking.write(take + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
            await().until(() -> http.underWay() == 1);
            http.close();

            var answer = asking.read();
            assertThat(answer.status()).isEqualTo(504);
            assertThat(answer.text()).contains("urn:raftqueue:may-have-been-applied:outcome-unknown");
        }
    }

    @Test
    void proxiesMayNameTheWholeAddress() throws Exception {
        start(l -> l);
        String address = http.address();

        assertThat(RawHttp.once(address, "GET http://" + address + "/stats?x=1 HTTP/1.1", List.of(), null)
                        .status())
                .isEqualTo(200);
        assertThat(RawHttp.once(address, "CONNECT " + address + " HTTP/1.1", List.of(), null)
                        .status())
                .isBetween(400, 499);
        assertThat(RawHttp.once(address, "OPTIONS * HTTP/1.1", List.of(), null).status())
                .isBetween(400, 499);
        assertThat(RawHttp.once(address, "GET /stats;x=1 HTTP/1.1", List.of(), null)
                        .status())
                .isIn(200, 404);
    }

    private RawHttp.Answer get(String path) throws IOException {
        return RawHttp.once(http.address(), "GET " + path + " HTTP/1.1", List.of(), null);
    }
}
