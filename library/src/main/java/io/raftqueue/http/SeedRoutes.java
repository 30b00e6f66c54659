package io.raftqueue.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.raftqueue.JoinOutcome;
import io.raftqueue.NodeStatus;
import io.raftqueue.RaftNode;
import io.raftqueue.RaftQueue;
import io.raftqueue.codec.EncodedMessage;
import io.raftqueue.codec.PayloadCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The seed's four requests, {@code /receive} as a second name, and {@code GET /}. */
final class SeedRoutes {
    private static final String QUEUE = "default";
    private static final Answer EMPTY_QUEUE = Answer.json(200, "{\"Data\":{}}").with("Cache-Control", "no-store");
    private static final Pattern NODE_ID = Pattern.compile("[^\\s,=\\p{Cntrl}]{1,128}");
    private static final Pattern ADDRESS =
            Pattern.compile("(\\[[0-9a-fA-F:.%]{1,253}]|[^\\s,=/:@\\[\\]]{1,253}):([0-9]{1,5})");
    private static final int LARGEST_PORT = 65_535;

    private final RaftNode node;
    private final RaftQueue<EncodedMessage> queue;
    private final Function<Call, String> ownAddress;

    SeedRoutes(RaftNode node, Function<Call, String> ownAddress) {
        this.node = node;
        this.queue = node.queue(QUEUE, PayloadCodec.raw());
        this.ownAddress = ownAddress;
    }

    void addTo(Routes routes) {
        routes.on("POST", "/send", this::send);
        routes.on("GET", "/recieve", this::receive);
        routes.on("GET", "/receive", this::receive);
        routes.read("/stats", this::stats);
        routes.on("POST", "/join", this::join);
        routes.read("/", this::front);
    }

    private CompletableFuture<Answer> send(Call call) {
        Duration timeout = Deadlines.timeout(call);
        Unsupported.refuseIdempotencyKey(call);
        Comment comment;
        try {
            comment = Comment.parse(call.body());
        } catch (IOException e) {
            throw Problem.MALFORMED.refuse("the body is no comment: " + Json.complaint(e));
        }
        var message = new EncodedMessage(0, comment.toJson(), Answer.JSON, Map.of(), Instant.EPOCH, null);
        call.within(timeout);
        return queue.withTimeout(timeout)
                .sendAsync(message)
                .thenApply(id -> Answer.empty(201).with("Message-Id", Long.toString(id)));
    }

    private CompletableFuture<Answer> receive(Call call) {
        Duration timeout = Deadlines.timeout(call);
        Duration wait = Deadlines.waiting(call);
        Unsupported.refuseIdempotencyKey(call);
        call.within(timeout.plus(wait));
        return Receiver.of(call, node, QUEUE, timeout, wait)
                .poll(wait)
                .thenApply(message -> message == null ? EMPTY_QUEUE : data(message));
    }

    private static Answer data(EncodedMessage message) {
        byte[] json = MessageJson.isJson(message.contentType()) ? Json.compact(message.payload()) : null;
        byte[] data = json != null ? json : wrapped(message);
        byte[] body = new byte[data.length + 10];
        byte[] before = "{\"Data\":".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(before, 0, body, 0, before.length);
        System.arraycopy(data, 0, body, before.length, data.length);
        body[body.length - 2] = '}';
        body[body.length - 1] = '\n';
        return Answer.of(200, Answer.JSON, body)
                .with("Cache-Control", "no-store")
                .with("Message-Id", Long.toString(message.id()));
    }

    private static byte[] wrapped(EncodedMessage message) {
        String json = "{\"contentType\":" + Json.quote(message.contentType()) + ",\"payloadBase64\":\""
                + Base64.getEncoder().encodeToString(message.payload()) + "\"}";
        return json.getBytes(StandardCharsets.UTF_8);
    }

    private CompletableFuture<Answer> stats(Call call) {
        var json = new StringBuilder("{");
        new TreeMap<>(node.status().stats()).forEach((key, value) -> {
            Json.quote(json.append(json.length() > 1 ? "," : ""), key).append(':');
            Json.quote(json, value);
        });
        return CompletableFuture.completedFuture(
                Answer.json(200, json.append('}')).with("Cache-Control", "no-store"));
    }

    private CompletableFuture<Answer> join(Call call) {
        Duration timeout = Deadlines.timeout(call);
        Newcomer newcomer;
        try {
            newcomer = newcomer(call.body());
        } catch (IOException e) {
            throw Problem.MALFORMED.refuse("the body is not {\"id\":…,\"address\":…}: " + Json.complaint(e));
        }
        call.within(timeout);
        return node.join(newcomer.id(), newcomer.address(), timeout)
                .thenApply(outcome -> outcome == JoinOutcome.VOTER
                        ? Answer.empty(201)
                        : Answer.empty(202).with("Location", "/members/" + Uri.encode(newcomer.id())));
    }

    private record Newcomer(String id, String address) {}

    private static Newcomer newcomer(byte[] body) throws IOException {
        try (JsonParser parser = Json.parser(body)) {
            JsonToken first = parser.nextToken();
            if (first != JsonToken.START_OBJECT) {
                throw new IOException("it is " + Json.kind(first) + ", not an object");
            }
            String id = null;
            String address = null;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals("id") && id == null) {
                    id = checked(name, value, parser, NODE_ID);
                } else if (name.equals("address") && address == null) {
                    address = checked(name, value, parser, ADDRESS);
                } else {
                    throw new IOException("key " + Uri.shortened(name) + " is one too many");
                }
            }
            Json.expectEnd(parser);
            if (id == null || address == null) {
                throw new IOException("key " + (id == null ? "id" : "address") + " is missing");
            }
            int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
            if (port < 1 || port > LARGEST_PORT) {
                throw new IOException("the port of address " + Uri.shortened(address) + " is not 1 to 65535");
            }
            return new Newcomer(id, address);
        }
    }

    private static String checked(String name, @Nullable JsonToken value, JsonParser parser, Pattern wanted)
            throws IOException {
        if (value != JsonToken.VALUE_STRING) {
            throw new IOException(name + " is " + Json.kind(value) + ", not a string");
        }
        String text = parser.getText();
        if (!wanted.matcher(text).matches()) {
            throw new IOException(name + " " + Uri.shortened(text) + " is malformed: "
                    + (name.equals("id")
                            ? "it is 1 to 128 characters without blanks, commas or ="
                            : "it is host:port, such as localhost:3007"));
        }
        return text;
    }

    private CompletableFuture<Answer> front(Call call) {
        NodeStatus status = node.status();
        String url = "http://" + ownAddress.apply(call);
        String leader = status.leaderId() == null
                ? "none known"
                : status.leaderId()
                        + (status.leaderHttpAddress() == null
                                        || status.leaderHttpAddress().isEmpty()
                                ? ""
                                : " (" + status.leaderHttpAddress() + ")");
        return CompletableFuture.completedFuture(Answer.text(
                200, """
                id: %s
                role: %s
                leader: %s

                curl -X POST -d '{"timestamp": "2022-05-15T17:19:09Z", "author": "John Doe", "content": "This is a sample comment."}' %s/send
                curl -X GET %s/recieve
                curl -X GET '%s/receive?wait=20s'
                curl -X GET %s/stats
                curl -X POST -d '{"id": "node04", "address": "localhost:3007"}' %s/join
                curl -X GET %s/members
                """.formatted(status.id(), status.role().title(), leader, url, url, url, url, url, url)));
    }
}
