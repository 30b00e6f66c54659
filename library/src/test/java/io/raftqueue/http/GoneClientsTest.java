package io.raftqueue.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is not done any more for a client that has gone, or was told that its time is up. */
@Timeout(60)
class GoneClientsTest {
    private final InMemoryNode node = new InMemoryNode();
    private HttpAdapter http;

    @BeforeEach
    void start() throws IOException {
        http = HttpAdapter.builder(node).address("localhost:0").start();
        assertThat(request("POST /queues/default/messages:batch", "[1,2,3]").status())
                .isEqualTo(201);
    }

    @AfterEach
    void stop() {
        await().until(() -> http.underWay() == 0);
        http.close();
    }

    private RawHttp.Answer request(String line, String body) throws IOException {
        return RawHttp.once(http.address(), line, body);
    }

    private RawHttp begin(String line) throws IOException {
        var client = new RawHttp(http.address());
        client.write(line + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
        return client;
    }

    @Test
    void aReceiverOfManyThatHangsUpTakesNoMore() throws IOException {
        CompletableFuture<Void> second = node.holdTakesAfter(1);
        try (RawHttp gone = begin("POST /queues/default/receive?max=3")) {
            await().until(() -> second.getNumberOfDependents() == 1);
            assertThat(gone.socket.isConnected()).isTrue();
        }
        await("the take under way is given up").until(() -> http.underWay() == 0);
        second.complete(null);

        assertThat(request("GET /queues/default/messages", null).text()).contains("\"payload\":2", "\"payload\":3");
    }

    @Test
    void aPurgeThatCouldNotBeginInItsTimeIsNotBegunLater() throws IOException {
        List<RawHttp> clients = new ArrayList<>();
        try {
            synchronized (node) { // which so answers nobody
                for (int i = 0; i < 4; i++) {
                    clients.add(begin("GET /queues/default/messages"));
                }
                await().until(() -> http.underWay() == 4);
                RawHttp late = begin("DELETE /queues/default/messages?timeout=100ms");
                clients.add(late);
                assertThat(late.read().status()).isEqualTo(504);
            }
            for (RawHttp client : clients.subList(0, 4)) {
                assertThat(client.read().status()).isEqualTo(200);
            }
            assertThat(request("GET /queues/default/messages", null).text()).contains("\"payload\":1");
        } finally {
            for (RawHttp client : clients) {
                client.close();
            }
        }
    }
}
