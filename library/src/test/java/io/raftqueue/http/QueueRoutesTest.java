package io.raftqueue.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.RaftNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Named queues as resources, on a real node. */
class QueueRoutesTest {
    private RaftNode node;
    private HttpAdapter http;

    @BeforeEach
    void start() throws InterruptedException {
        node = RaftNode.temporary();
        node.awaitReady(Duration.ofSeconds(10));
        http = HttpAdapter.builder(node).address("localhost:0").start();
    }

    @AfterEach
    void stop() {
        http.close();
        node.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "application/json | {\"a\": 1.50e+400} | application/json | \"payload\":{\"a\":1.50e+400}",
                "application/vnd.x+json; v=1 | [ 1 ] | application/vnd.x+json; v=1 | \"payload\":[1]",
                "application/json | {broken | application/json | \"payloadBase64\":\"e2Jyb2tlbg==\"",
                "text/plain | h\u00e9 \"llo | text/plain | \"payload\":\"h\u00e9 \\\"llo\"",
                "text/plain; charset=iso-8859-1 | x | text/plain; charset=iso-8859-1 | \"payloadBase64\":\"eA==\"",
                "image/png | x | image/png | \"payloadBase64\":\"eA==\"",
                "application/x-www-form-urlencoded | {\"a\":1} | application/json | \"payload\":{\"a\":1}",
                "application/x-www-form-urlencoded | a=b | text/plain; charset=utf-8 | \"payload\":\"a=b\"",
                "- | 17 | application/json | \"payload\":17",
                "- | seventeen | text/plain; charset=utf-8 | \"payload\":\"seventeen\""
            })
    void anyBodyComesBackAsWhatItIs(String sent, String body, String kept, String shown) throws IOException {
        List<String> headers = sent.equals("-") ? List.of() : List.of("Content-Type: " + sent);

        var answer = request("POST /queues/any/messages", headers, body);
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.text()).isEqualTo("{\"id\":\"1\"}\n");
        for (String line : List.of("GET /queues/any/messages", "POST /queues/any/receive")) {
            var received = request(line, List.of(), line.startsWith("POST") ? "" : null);
            assertThat(received.status()).isEqualTo(200);
            assertThat(received.text())
                    .startsWith("{\"messages\":[{\"id\":\"1\",\"sentAt\":\"20")
                    .contains("\"contentType\":\"" + kept + "\"")
                    .endsWith("," + shown + "}]}\n");
        }
    }

    @Test
    void whatIsNoTextIsKeptAsBytes() throws IOException {
        var body = new byte[] {(byte) 0xff, 0, 1};
        RawHttp.once(http.address(), "POST /queues/default/messages HTTP/1.1", List.of(), body);
        RawHttp.once(http.address(), "POST /queues/default/messages HTTP/1.1", List.of(), "hi".getBytes());

        // Never popped and dropped: /recieve shows it as what it is, too.
        assertThat(request("GET /recieve", List.of(), null).text())
                .isEqualTo("{\"Data\":{\"contentType\":\"application/octet-stream\",\"payloadBase64\":\"/wAB\"}}\n");
        assertThat(request("GET /recieve", List.of(), null).text())
                .isEqualTo("{\"Data\":{\"contentType\":\"text/plain; charset=utf-8\",\"payloadBase64\":\"aGk=\"}}\n");
    }

    @Test
    void recieveShowsAnyJsonAsData() throws IOException {
        for (String json : List.of("[1, 2]", "\"text\"", "null", "{\"x\" : {\"y\":[ true ]} }")) {
            request("POST /queues/default/messages", List.of("Content-Type: application/json"), json);
            assertThat(request("GET /recieve", List.of(), null).text())
                    .isEqualTo("{\"Data\":" + json.replace(" ", "") + "}\n");
        }
    }

    @Test
    void aBatchIsAllOrNone() throws IOException {
        var batch =
                request("POST /queues/orders/messages:batch", List.of(), "[1, {\"a\":[\"],[\"]}, \"x,\\\"y\", [] ]");
        assertThat(batch.status()).isEqualTo(201);
        assertThat(batch.text()).isEqualTo("{\"ids\":[\"1\",\"2\",\"3\",\"4\"]}\n");

        var received = request("POST /queues/orders/receive?max=10", List.of(), "");
        assertThat(received.text().split("\"payload\":"))
                .hasSize(5)
                .satisfies(parts -> assertThat(parts[1]).startsWith("1}"))
                .satisfies(parts -> assertThat(parts[2]).startsWith("{\"a\":[\"],[\"]}}"))
                .satisfies(parts -> assertThat(parts[3]).startsWith("\"x,\\\"y\"}"))
                .satisfies(parts -> assertThat(parts[4]).startsWith("[]}"));
        assertThat(request("POST /queues/orders/messages:batch", List.of(), "[]")
                        .text())
                .isEqualTo("{\"ids\":[]}\n");
        assertThat(request("POST /queues/orders/messages:batch", List.of(), "{}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void aQueueIsMadeShownFilledEmptiedAndDeleted() throws IOException {
        assertThat(request("PUT /queues/orders", List.of(), "{\"maxMessages\":2}")
                        .status())
                .isEqualTo(204);
        request("POST /queues/orders/messages", List.of(), "1");
        request("POST /queues/orders/messages", List.of(), "2");
        var full = request("POST /queues/orders/messages", List.of(), "3");
        assertThat(full.status()).isEqualTo(429);
        assertThat(full.text()).contains("not-applied:queue-full");

        assertThat(request("GET /queues/orders", List.of(), null).text())
                .startsWith("{\"name\":\"orders\",\"depth\":2,")
                .endsWith("\"refused\":1,\"settings\":{\"maxMessages\":2,\"maxBytes\":0}}\n");
        assertThat(request("GET /queues", List.of(), null).text()).startsWith("{\"queues\":[{\"name\":\"orders\",");
        assertThat(request("DELETE /queues/orders/messages", List.of(), null).text())
                .isEqualTo("{\"purged\":2}\n");
        assertThat(request("POST /queues/orders/receive", List.of(), "").status())
                .isEqualTo(204);
        assertThat(request("DELETE /queues/orders", List.of(), null).status()).isEqualTo(204);
        assertThat(request("DELETE /queues/orders", List.of(), null).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({
        "POST /queues/none/receive?wait=20s,404",
        "GET /queues/none/messages,404",
        "DELETE /queues/none/messages,404",
        "GET /queues/none,404",
        "DELETE /queues/none,404",
        "POST /queues/b%20d/messages,400",
        "POST /queues/orders/messages?delay=5s,400",
        "POST /queues/orders/messages?ttl=5s,400",
        "POST /queues/orders/receive?max=0,400",
        "POST /queues/orders/receive?max=1000,400",
        "GET /queues/orders/messages?limit=x,400",
        "PUT /queues/orders,400",
        "POST /queues/orders/lease,404",
        "POST /queues,405"
    })
    void whatIsNotThereOrNotKnown(String line, int status) throws IOException {
        var answer = request(line, List.of(), line.startsWith("PUT") ? "{\"maxDeliveries\":3}" : "");

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(node.queues()).isEmpty();
    }

    @Test
    void aSnapshotCanBeAskedFor() throws IOException {
        assertThat(request("POST /snapshot", List.of(), "").status()).isEqualTo(204);
    }

    private RawHttp.Answer request(String line, List<String> headers, String body) throws IOException {
        return RawHttp.once(
                http.address(),
                line + " HTTP/1.1",
                headers,
                body == null ? null : body.getBytes(StandardCharsets.UTF_8));
    }
}
