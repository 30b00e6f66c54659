package io.raftqueue.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.raftqueue.RaftNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The seed's HTTP contract, byte for byte. */
class SeedContractTest {
    private static final String SAMPLE = "{\"timestamp\": \"2022-05-15T17:19:09Z\", \"author\": \"John Doe\","
            + " \"content\": \"This is a sample comment.\"}";

    private RaftNode node;
    private HttpAdapter http;

    RaftNode startNode() {
        return new InMemoryNode();
    }

    String address() {
        return http.address();
    }

    int underWay() {
        return http.underWay();
    }

    @BeforeEach
    void start() {
        node = startNode();
        http = HttpAdapter.builder(node).address("localhost:0").start();
    }

    @AfterEach
    void stop() {
        http.close();
        node.close();
    }

    @Test
    void theReadmesLinesAnswerAsTheReadmeSays() throws IOException {
        var sent = send(SAMPLE);
        assertThat(sent.status()).isEqualTo(201);
        assertThat(sent.body()).isEmpty();
        assertThat(sent.header("Content-Length")).isEqualTo("0");
        assertThat(sent.header("Message-Id")).isEqualTo("1");

        var received = get("/recieve");
        assertThat(received.status()).isEqualTo(200);
        assertThat(received.text())
                .isEqualTo("{\"Data\":{\"timestamp\":\"2022-05-15T17:19:09Z\",\"author\":\"John Doe\","
                        + "\"content\":\"This is a sample comment.\"}}\n");
        assertThat(received.header("Content-Type")).isEqualTo("application/json");
        assertThat(received.header("Cache-Control")).isEqualTo("no-store");
        assertThat(received.header("Message-Id")).isEqualTo("1");

        var empty = get("/recieve");
        assertThat(empty.status()).isEqualTo(200);
        assertThat(empty.text()).isEqualTo("{\"Data\":{}}\n");
        assertThat(empty.header("Content-Type")).isEqualTo("application/json");
        assertThat(empty.header("Cache-Control")).isEqualTo("no-store");
        assertThat(empty.header("Message-Id")).isNull();
    }

    @Test
    void theOtherSpellingIsTheSame() throws IOException {
        send(SAMPLE);

        assertThat(get("/receive").text())
                .startsWith("{\"Data\":{\"timestamp\"")
                .endsWith("}}\n");
        assertThat(get("/receive").text()).isEqualTo("{\"Data\":{}}\n");
    }

    @Test
    void anEmptyCommentIsToldFromAnEmptyQueueByItsId() throws IOException {
        assertThat(send("{}").status()).isEqualTo(201);

        var received = get("/recieve");
        assertThat(received.text()).isEqualTo("{\"Data\":{}}\n");
        assertThat(received.header("Message-Id")).isEqualTo("1");
        assertThat(get("/recieve").header("Message-Id")).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"content":"c","author":"a"}                 | {"author":"a","content":"c"}
            {"author":"a","likes":3,"tags":["x",{"y":1}]} | {"author":"a"}
            {"author":null,"content":"c"}                | {"content":"c"}
            {"timestamp":null}                           | {}
            {"author":"","content":""}                   | {}
            {"AUTHOR":"a","Content":"c"}                 | {"author":"a","content":"c"}
            {"author":"a","author":"b"}                  | {"author":"b"}
            {"content":"<b>&\\u0027"}                    | {"content":"<b>&'"}
            {"content":"a\\/b"}                          | {"content":"a/b"}
            {"content":"\\u0000\\u001f\\n\\t\\"\\\\"}    | {"content":"\\u0000\\u001f\\n\\t\\"\\\\"}
            {"content":"\\ud83d\\ude00"}                 | {"content":"😀"}
            {"content":"\\ud83d"}                        | {"content":"\\ud83d"}
            """)
    void whatIsKeptOfAComment(String body, String data) throws IOException {
        assertThat(send(body).status()).isEqualTo(201);

        assertThat(get("/recieve").text()).isEqualTo("{\"Data\":" + data + "}\n");
    }

    @Test
    void everyUnicodeCharacterComesBack() throws IOException {
        for (int block = 0; block < 0x110000; block += 0x8000) {
            var text = new StringBuilder();
            for (int c = block; c < block + 0x8000; c++) {
                if (c < 0xd800 || c > 0xdfff) {
                    text.appendCodePoint(c);
                }
            }
            String json = Json.quote(text.toString());
            assertThat(send("{\"content\":" + json + "}").status()).isEqualTo(201);

            assertThat(get("/recieve").text())
                    .isEqualTo("{\"Data\":{" + (text.isEmpty() ? "" : "\"content\":" + json) + "}}\n");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2022-05-15T17:19:09Z,2022-05-15T17:19:09Z",
        "2022-05-15T17:19:09+00:00,2022-05-15T17:19:09Z",
        "2022-05-15T17:19:09-00:00,2022-05-15T17:19:09Z",
        "2022-05-15T17:19:09+02:00,2022-05-15T17:19:09+02:00",
        "2022-05-15T17:19:09-23:59,2022-05-15T17:19:09-23:59",
        "2022-05-15T17:19:09.120Z,2022-05-15T17:19:09.12Z",
        "2022-05-15T17:19:09.000Z,2022-05-15T17:19:09Z",
        "2022-05-15T17:19:09.123456789Z,2022-05-15T17:19:09.123456789Z",
        "2022-05-15T17:19:09.1234567891Z,2022-05-15T17:19:09.123456789Z",
        "0000-01-01T00:00:00Z,0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999999Z,9999-12-31T23:59:59.999999999Z",
        "2024-02-29T00:00:00Z,2024-02-29T00:00:00Z",
        "0000-02-29T00:00:00Z,0000-02-29T00:00:00Z"
    })
    void timestampsAreKeptAsGoKeepsThem(String sent, String kept) throws IOException {
        assertThat(send("{\"timestamp\":\"" + sent + "\"}").status()).isEqualTo(201);

        assertThat(get("/recieve").text()).isEqualTo("{\"Data\":{\"timestamp\":\"" + kept + "\"}}\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2022-05-15t17:19:09Z",
                "2022-05-15T17:19:09z",
                "2022-05-15T17:19:09",
                "2022-02-30T17:19:09Z",
                "2023-02-29T17:19:09Z",
                "2022-13-01T17:19:09Z",
                "2022-00-01T17:19:09Z",
                "2022-05-00T17:19:09Z",
                "2022-05-15T24:00:00Z",
                "2022-05-15T17:60:09Z",
                "2022-05-15T17:19:60Z",
                "2022-05-15T17:19:09,5Z",
                "2022-05-15T17:19:09.Z",
                "2022-05-15T7:19:09Z",
                "2022-05-15T17:19:09+24:00",
                "2022-05-15T17:19:09+02:60",
                "2022-05-15T17:19:09+0200",
                "2022-05-15 17:19:09Z",
                "22-05-15T17:19:09Z",
                "10000-01-01T00:00:00Z",
                "-001-01-01T00:00:00Z",
                "2022-05-15",
                " 2022-05-15T17:19:09Z",
                ""
            })
    void whatIsNoTimestampIsRefused(String timestamp) throws IOException {
        var answer = send("{\"timestamp\":\"" + timestamp + "\"}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.text()).contains("timestamp").endsWith("}\n");
        assertThat(get("/recieve").header("Message-Id")).isNull();
    }

    @Test
    void theContentTypeDoesNotMatterAndChunksDoNotEither() throws IOException {
        for (String type : List.of("application/x-www-form-urlencoded", "text/xml", "application/json")) {
            assertThat(request("POST /send", List.of("Content-Type: " + type), SAMPLE)
                            .status())
                    .isEqualTo(201);
        }
        var chunked = request(
                "POST /send", List.of("Transfer-Encoding: chunked"), "9\r\n{\"author\"\r\n5\r\n:\"a\"}\r\n0\r\n\r\n");
        assertThat(chunked.status()).isEqualTo(201);
        assertThat(chunked.header("Message-Id")).isEqualTo("4");
    }

    @Test
    void messagesLeaveInTheOrderInWhichTheyCame() throws IOException {
        for (int i = 1; i <= 20; i++) {
            assertThat(send("{\"content\":\"" + i + "\"}").header("Message-Id")).isEqualTo("" + i);
        }
        for (int i = 1; i <= 20; i++) {
            assertThat(get("/recieve").text()).isEqualTo("{\"Data\":{\"content\":\"" + i + "\"}}\n");
        }
    }

    @Test
    void aWaitingReceiverIsToldOfAnArrival() throws Exception {
        try (var receiver = new RawHttp(http.address())) {
            receiver.write("GET /receive?wait=20s HTTP/1.1\r\nHost: x\r\n\r\n");
            send("{\"content\":\"late\"}");

            assertThat(receiver.read().text()).isEqualTo("{\"Data\":{\"content\":\"late\"}}\n");
        }
    }

    @Test
    void aWaitEndsWithAnEmptyAnswer() throws IOException {
        long begun = System.nanoTime();

        assertThat(get("/recieve?wait=200ms").text()).isEqualTo("{\"Data\":{}}\n");
        assertThat(System.nanoTime() - begun).isBetween(200_000_000L, 5_000_000_000L);
    }

    @Test
    void statsAreOneFlatObjectOfStringsWithItsKeysInOrder() throws IOException {
        var stats = get("/stats");

        assertThat(stats.status()).isEqualTo(200);
        assertThat(stats.header("Content-Type")).isEqualTo("application/json");
        assertThat(stats.text()).startsWith("{\"").endsWith("\"}\n");
        var keys = new ArrayList<String>();
        new ObjectMapper().readTree(stats.body()).properties().forEach(property -> {
            keys.add(property.getKey());
            assertThat(property.getValue().isTextual()).isTrue();
        });
        assertThat(keys).isSorted().contains("applied_index", "state");
    }

    @Test
    void thePageAtTheRootSaysWhoThisIsAndHowToTalkToIt() throws IOException {
        var root = get("/");

        assertThat(root.status()).isEqualTo(200);
        assertThat(root.header("Content-Type")).startsWith("text/plain");
        assertThat(root.text())
                .contains("id: node01\n", "role: Leader\n", "leader: node01")
                .endsWith("\n");
        assertThat(root.text().lines().filter(line -> line.startsWith("curl ")))
                .hasSize(6)
                .allMatch(line -> line.contains("http://" + http.address() + "/"));
    }

    @Test
    void headIsGetWithoutABodyOnReadsOnly() throws IOException {
        var head = RawHttp.once(http.address(), "HEAD /stats HTTP/1.1", List.of(), null);
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("Content-Length"))
                .isEqualTo("" + get("/stats").text().getBytes(StandardCharsets.UTF_8).length);

        send(SAMPLE);
        var refused = RawHttp.once(http.address(), "HEAD /recieve HTTP/1.1", List.of(), null);
        assertThat(refused.status()).isEqualTo(405);
        assertThat(refused.header("Allow")).isEqualTo("GET");
        assertThat(get("/recieve").header("Message-Id")).isEqualTo("1");
    }

    @ParameterizedTest
    @CsvSource({
        "GET /send,POST",
        "PUT /send,POST",
        "POST /recieve,GET",
        "DELETE /receive,GET",
        "POST /stats,'GET, HEAD'",
        "GET /join,POST",
        "POST /,'GET, HEAD'",
        "PUT /members,'GET, HEAD'",
        "POST /members/node02,'DELETE, GET, HEAD'"
    })
    void theWrongMethodIsToldTheRightOnes(String line, String allowed) throws IOException {
        var answer = request(line, List.of(), "");

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("Allow")).isEqualTo(allowed);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    }

    @Test
    void aConnectionGoesOnAfterErrors() throws IOException {
        try (var connection = new RawHttp(http.address())) {
            for (String line : List.of("GET /nowhere", "POST /send", "DELETE /stats", "GET /stats")) {
                connection.write(line + " HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n[]");
            }
            assertThat(List.of(
                            connection.read().status(),
                            connection.read().status(),
                            connection.read().status(),
                            connection.read().status()))
                    .containsExactly(404, 400, 405, 200);
        }
    }

    private RawHttp.Answer send(String body) throws IOException {
        return request("POST /send", List.of("Content-Type: application/x-www-form-urlencoded"), body);
    }

    private RawHttp.Answer get(String path) throws IOException {
        return RawHttp.once(http.address(), "GET " + path + " HTTP/1.1", List.of(), null);
    }

    private RawHttp.Answer request(String line, List<String> headers, String body) throws IOException {
        return RawHttp.once(http.address(), line + " HTTP/1.1", headers, body.getBytes(StandardCharsets.UTF_8));
    }
}
