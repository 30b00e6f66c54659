package io.raftqueue.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** HTTP to a RaftQueue node, as curl would. */
final class NodeClient {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final Duration patience;

    /** @param patience how long to wait for an answer */
    NodeClient(Duration patience) {
        this.patience = patience;
    }

    /** An answer, of a RaftQueue node or of whatever listens there. */
    record Answer(int status, String body, Optional<String> messageId) {
        /** The body as JSON; a missing node when it is none. */
        JsonNode json() {
            try {
                JsonNode parsed = JSON.readTree(body);
                return parsed == null ? MissingNode.getInstance() : parsed;
            } catch (JsonProcessingException e) {
                return MissingNode.getInstance();
            }
        }

        /** What a refusal says, or at least its status. */
        String detail() {
            String detail = json().path("detail").asText("");
            return detail.isEmpty() ? "HTTP " + status : detail;
        }
    }

    Answer get(HostPort node, String path) throws IOException, InterruptedException {
        return exchange(request(node, path).GET());
    }

    Answer post(HostPort node, String path, String body) throws IOException, InterruptedException {
        return exchange(request(node, path).POST(BodyPublishers.ofString(body)));
    }

    Answer delete(HostPort node, String path) throws IOException, InterruptedException {
        return exchange(request(node, path).DELETE());
    }

    /** The body of {@code POST /join}. */
    static String joinBody(Settings settings) {
        try {
            var body = JSON.createObjectNode();
            body.put("id", settings.id());
            body.put("address", settings.raft().toString());
            return JSON.writeValueAsString(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("two strings are always JSON: " + Map.of("id", settings.id()), e);
        }
    }

    /** Why there was no answer, in words. */
    static String reason(IOException failure) {
        if (failure instanceof HttpConnectTimeoutException) {
            return "no connection within 2 s";
        }
        if (failure instanceof HttpTimeoutException) {
            return "no answer in time";
        }
        if (failure instanceof ConnectException) {
            return failure.getMessage() == null ? "connection refused" : CommandFailure.oneLine(failure);
        }
        return CommandFailure.oneLine(failure);
    }

    private HttpRequest.Builder request(HostPort node, String path) {
        return HttpRequest.newBuilder(URI.create("http://" + node + path)).timeout(patience);
    }

    private Answer exchange(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
        return new Answer(
                response.statusCode(), response.body(), response.headers().firstValue("Message-Id"));
    }
}
