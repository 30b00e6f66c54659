package io.raftqueue.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.raftqueue.ClosedException;
import io.raftqueue.JoinOutcome;
import io.raftqueue.MembershipException;
import io.raftqueue.MessageTooLargeException;
import io.raftqueue.NoLeaderException;
import io.raftqueue.NodeFailedException;
import io.raftqueue.OutcomeUnknownException;
import io.raftqueue.OverloadedException;
import io.raftqueue.QueueFullException;
import io.raftqueue.Role;
import io.raftqueue.StorageFullException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What clients are told when something fails: above all, whether it may have been applied. */
class HttpErrorsTest {
    private static final String NOT_APPLIED = "urn:raftqueue:not-applied:";
    private static final String MAYBE = "urn:raftqueue:may-have-been-applied:";

    private final InMemoryNode node = new InMemoryNode();
    private HttpAdapter http;

    @BeforeEach
    void start() {
        http = HttpAdapter.builder(node).address("localhost:0").start();
    }

    @AfterEach
    void stop() {
        http.close();
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                failure(new NoLeaderException("no leader for 10 s"), 503, NOT_APPLIED + "no-leader", true),
                failure(new OutcomeUnknownException("submitted 10 s ago"), 504, MAYBE + "outcome-unknown", false),
                failure(new QueueFullException("default holds 10"), 429, NOT_APPLIED + "queue-full", true),
                failure(new OverloadedException("too many wait"), 429, NOT_APPLIED + "overloaded", true),
                failure(new StorageFullException("3 MB free"), 507, NOT_APPLIED + "storage-full", false),
                failure(new NodeFailedException("disk broken"), 503, NOT_APPLIED + "node-failed", true),
                failure(new ClosedException("closed"), 503, NOT_APPLIED + "closing", true),
                failure(new MessageTooLargeException("over the limit"), 413, NOT_APPLIED + "too-large", false),
                failure(new IllegalArgumentException("absurd"), 400, NOT_APPLIED + "malformed", false),
                failure(new CompletionException(new NoLeaderException("x")), 503, NOT_APPLIED + "no-leader", true),
                failure(new IllegalStateException("a bug"), 500, MAYBE + "internal", false));
    }

    private static Arguments failure(RuntimeException failure, int status, String type, boolean retryAfter) {
        return Arguments.of(failure, status, type, retryAfter);
    }

    @Test
    void aBatchThatIsCutShortByATakeOfUnknownOutcomeSaysSo() throws IOException {
        request("POST /queues/default/messages:batch", "[1,2,3]");
        node.failAfter(2, new OutcomeUnknownException("submitted 10 s ago"));
        var answer = request("POST /queues/default/receive?max=3", "");
        assertThat(answer.status()).isEqualTo(200);
        var json = new ObjectMapper().readTree(answer.body());
        assertThat(json.path("messages")).hasSize(2);
        assertThat(json.path("incomplete").path("type").asText()).isEqualTo(MAYBE + "outcome-unknown");
        assertThat(json.path("incomplete").path("detail").asText()).isEqualTo("submitted 10 s ago");
    }

    @Test
    void aBatchThatIsCutShortByATakeThatWasNotAppliedIsAShortBatch() throws IOException {
        request("POST /queues/default/messages:batch", "[1,2,3]");
        node.failAfter(2, new NoLeaderException("no leader for 10 s"));
        var answer = request("POST /queues/default/receive?max=3", "");
        assertThat(answer.text()).contains("\"payload\":2}]}").doesNotContain("incomplete");
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aFailureOfTheLibraryHasAStatusAndATypeThatSaysWhetherItWasApplied(
            RuntimeException failure, int status, String type, boolean retryAfter) throws IOException {
        node.failWith(failure);
        for (RawHttp.Answer answer : List.of(request("POST /send", "{}"), request("GET /recieve", null))) {
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(answer.header("Retry-After") != null).isEqualTo(retryAfter);
            var problem = new ObjectMapper().readTree(answer.body());
            assertThat(problem.path("type").asText()).isEqualTo(type);
            assertThat(problem.path("status").asInt()).isEqualTo(status);
            assertThat(problem.path("title").asText()).isNotEmpty();
            assertThat(problem.path("detail").asText()).isNotEmpty();
            assertThat(answer.text()).endsWith("}\n");
        }
    }

    @Test
    void aNodeThatSaysNothingAtAllIsGivenUpAsUnknown() throws IOException {
        node.fallSilent();
        long begun = System.nanoTime();

        assertThat(request("POST /send?timeout=1ms", "{}").status()).isEqualTo(504);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(8));
    }

    @Test
    void whoJoins() throws IOException {
        var joined = request("POST /join?timeout=3s", "{\"id\":\"node04\",\"address\":\"localhost:3007\"}");
        assertThat(joined.status()).isEqualTo(201);
        assertThat(joined.body()).isEmpty();
        assertThat(node.lastJoin).isEqualTo("node04@localhost:3007 within PT3S");

        node.joined = JoinOutcome.CATCHING_UP;
        var later = request("POST /join", "{\"address\":\"[::1]:3007\",\"id\":\"nöde/4\"}");
        assertThat(later.status()).isEqualTo(202);
        assertThat(later.header("Location")).isEqualTo("/members/n%C3%B6de%2F4");

        String endless = "x".repeat(70_000);
        var refused = request("POST /join", "{\"id\":\"node05\",\"address\":\"" + endless + ":3007\"}");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text()).contains("is malformed").hasSizeLessThan(500);
    }

    @ParameterizedTest
    @CsvSource({"UNREACHABLE,502,unreachable", "CONFLICT,409,conflict", "UNKNOWN_MEMBER,404,not-found"})
    void whoDoesNotJoinOrLeave(MembershipException.Reason reason, int status, String type) throws IOException {
        node.failWith(new MembershipException(reason, "because"));

        assertThat(request("POST /join", "{\"id\":\"node04\",\"address\":\"localhost:3007\"}"))
                .satisfies(a -> assertThat(a.status()).isEqualTo(status))
                .satisfies(a -> assertThat(a.text()).contains(NOT_APPLIED + type, "because"));
        assertThat(request("DELETE /members/node02", null).status()).isEqualTo(status);
    }

    @Test
    void membersAreListedShownAndRemoved() throws IOException {
        assertThat(request("GET /members", null).text())
                .isEqualTo("{\"cluster\":\"3f2a\",\"leader\":\"node01\",\"term\":3,\"members\":["
                        + "{\"id\":\"node01\",\"raftAddress\":\"localhost:3001\",\"httpAddress\":\"localhost:3000\","
                        + "\"role\":\"Leader\",\"voter\":true,\"self\":true,\"reachable\":true,\"lag\":0,"
                        + "\"lastContact\":null},"
                        + "{\"id\":\"node02\",\"raftAddress\":\"localhost:3003\",\"httpAddress\":\"\","
                        + "\"role\":\"Follower\",\"voter\":true,\"self\":false,\"reachable\":true,\"lag\":7,"
                        + "\"lastContact\":\"12ms\"}]}\n");
        assertThat(request("GET /members/node02", null).text())
                .startsWith("{\"id\":\"node02\",")
                .endsWith("}\n");
        assertThat(request("GET /members/node09", null).status()).isEqualTo(404);

        assertThat(request("DELETE /members/n%20%2f%C3%BC", null).status()).isEqualTo(204);
        assertThat(node.lastRemoved).isEqualTo("n /ü");
        assertThat(request("DELETE /members/node02?force=true", null).status()).isEqualTo(204);
        assertThat(node.lastRemoved).isEqualTo("node02 by force");
    }

    @Test
    void readinessHasOneLineForEachCheck() throws IOException {
        assertThat(request("GET /livez", null).text()).isEqualTo("ok\n");
        var ready = request("GET /readyz", null);
        assertThat(ready.status()).isEqualTo(200);
        assertThat(ready.text()).isEqualTo("[+] node ok\n[+] member ok\n[+] leader ok\n[+] ready ok\n");

        node.status = InMemoryNode.status(Role.FOLLOWER, null, List.of("no leader for 3 s", "12 entries\nbehind"));
        var unready = request("GET /readyz", null);
        assertThat(unready.status()).isEqualTo(503);
        assertThat(unready.text())
                .isEqualTo("[+] node ok\n[+] member ok\n[-] leader: none is known\n"
                        + "[-] ready: no leader for 3 s\n[-] ready: 12 entries behind\n");
        assertThat(request("GET /livez", null).status()).isEqualTo(200);

        node.status = InMemoryNode.status(Role.LEARNER, "node02", List.of("removed from cluster 3f2a"), true);
        assertThat(request("GET /readyz", null).text())
                .isEqualTo("[+] node ok\n[-] member: was removed\n[+] leader ok\n"
                        + "[-] ready: removed from cluster 3f2a\n");
    }

    @Test
    void metricsShowTheFiguresOfJmx() throws IOException {
        request("POST /send", "{}");
        var metrics = request("GET /metrics", null);

        assertThat(metrics.header("Content-Type")).startsWith("text/plain; version=0.0.4");
        assertThat(metrics.text().lines())
                .contains(
                        "raftqueue_node_info{id=\"node01\",cluster=\"3f2a\",role=\"Leader\",leader=\"node01\"} 1",
                        "raftqueue_commit_index 17",
                        "raftqueue_fsync_p99_millis 1.5",
                        "raftqueue_disk_free_bytes 1000000000",
                        "raftqueue_member_lag{member=\"node02\"} 7",
                        "# TYPE raftqueue_queue_sent_total counter",
                        "raftqueue_queue_sent_total{queue=\"default\"} 1",
                        "raftqueue_queue_depth{queue=\"default\"} 1")
                .allMatch(line -> line.matches("# (HELP|TYPE) [a-z0-9_]+ .+|[a-z0-9_]+(\\{.+\\})? [0-9.E+-]+"));
    }

    @Test
    void aPageOfAnotherSiteCannotUseTheServerThroughABrowser() throws IOException {
        request("POST /send", "{}");
        for (String header : List.of("Sec-Fetch-Site: cross-site", "Origin: http://evil.example", "Origin: null")) {
            assertThat(RawHttp.once(http.address(), "GET /recieve HTTP/1.1", List.of(header), null)
                            .status())
                    .isEqualTo(403);
        }
        var own = List.of("Sec-Fetch-Site: same-origin", "Origin: http://" + http.address());
        assertThat(RawHttp.once(http.address(), "GET /recieve HTTP/1.1", own, null)
                        .header("Message-Id"))
                .isEqualTo("1");
    }

    private RawHttp.Answer request(String line, String body) throws IOException {
        return RawHttp.once(http.address(), line, body);
    }
}
