package io.raftqueue.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.raftqueue.Message;
import io.raftqueue.QueueSettings;
import io.raftqueue.QueueStats;
import io.raftqueue.RaftNode;
import io.raftqueue.RaftQueue;
import io.raftqueue.codec.EncodedMessage;
import io.raftqueue.codec.PayloadCodec;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Named queues as resources. */
final class QueueRoutes {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final Pattern CONTENT_TYPE = Pattern.compile("[\\x21-\\x7e][\\x20-\\x7e]{0,254}");
    private static final int BATCH_BYTES = 16 << 20;
    private static final int MOST_AT_ONCE = 100;

    private final RaftNode node;
    private final Executor blocking;

    /** @param blocking for what the API has no asynchronous form of */
    QueueRoutes(RaftNode node, Executor blocking) {
        this.node = node;
        this.blocking = blocking;
    }

    void addTo(Routes routes) {
        routes.read("/queues", this::list);
        routes.read("/queues/{}", this::show);
        routes.on("PUT", "/queues/{}", this::configure);
        routes.on("DELETE", "/queues/{}", this::delete);
        routes.on("POST", "/queues/{}/messages", this::send);
        routes.on("POST", "/queues/{}/messages:batch", Math.max(BATCH_BYTES, routes.bodyLimit()), this::sendAll);
        routes.on("POST", "/queues/{}/receive", this::receive);
        routes.read("/queues/{}/messages", this::browse);
        routes.on("DELETE", "/queues/{}/messages", this::purge);
    }

    private static String name(Call call) {
        String name = call.uri().path().get(1);
        if (!NAME.matcher(name).matches()) {
            throw Problem.MALFORMED.refuse("queue name " + Uri.shortened(name)
                    + " is not usable: it is 1 to 128 characters of A-Z a-z 0-9 . _ -");
        }
        return name;
    }

    private RaftQueue<EncodedMessage> queue(Call call, Duration timeout) {
        return node.queue(name(call), PayloadCodec.raw()).withTimeout(timeout);
    }

    private static Problem.Refusal unknown(String queue) {
        return Problem.NOT_FOUND.refuse("there is no queue " + queue + ": the first send, or PUT, makes it");
    }

    private static EncodedMessage message(byte[] payload, String contentType) {
        return new EncodedMessage(0, payload, contentType, Map.of(), Instant.EPOCH, null);
    }

    private CompletableFuture<Answer> send(Call call) {
        call.uri().allowOnly(Set.of("timeout"));
        Duration timeout = Deadlines.timeout(call);
        Unsupported.refuseIdempotencyKey(call);
        String given = call.header("Content-Type");
        if (given != null && !CONTENT_TYPE.matcher(given).matches()) {
            throw Problem.MALFORMED.refuse(
                    "Content-Type is " + Uri.shortened(given) + ": it is up to 255 printable ASCII characters");
        }
        call.within(timeout);
        return queue(call, timeout)
                .sendAsync(message(call.body(), MessageJson.contentType(given, call.body())))
                .thenApply(id -> Answer.json(201, "{\"id\":\"" + id + "\"}").with("Message-Id", Long.toString(id)));
    }

    private CompletableFuture<Answer> sendAll(Call call) {
        call.uri().allowOnly(Set.of("timeout"));
        Duration timeout = Deadlines.timeout(call);
        Unsupported.refuseIdempotencyKey(call);
        List<byte[]> elements = MessageJson.elements(call.body());
        if (elements == null) {
            throw Problem.MALFORMED.refuse("the body is no JSON array of messages");
        }
        var messages = new ArrayList<EncodedMessage>();
        elements.forEach(json -> messages.add(message(json, Answer.JSON)));
        call.within(timeout);
        return queue(call, timeout).sendAllAsync(messages).thenApply(ids -> {
            var json = new StringBuilder("{\"ids\":[");
            ids.forEach(id -> json.append(json.charAt(json.length() - 1) == '[' ? "\"" : ",\"")
                    .append(id)
                    .append('"'));
            return Answer.json(201, json.append("]}"));
        });
    }

    private CompletableFuture<Answer> receive(Call call) {
        call.uri().allowOnly(Set.of("max", "wait", "timeout"));
        Duration timeout = Deadlines.timeout(call);
        Duration wait = Deadlines.waiting(call);
        int max = call.uri().number("max", 1, MOST_AT_ONCE, 1);
        Unsupported.refuseIdempotencyKey(call);
        RaftQueue<EncodedMessage> queue = queue(call, timeout);
        call.within(timeout.multipliedBy(max + 1L).plus(wait));
        Receiver receiver = Receiver.of(call, node, queue.name(), timeout, wait);
        // At once, first: an answer to that also tells whether there is such a queue.
        return receiver.poll()
                .thenCompose(head -> {
                    if (head == null && node.queueStats(queue.name()) == null) {
                        throw unknown(queue.name());
                    }
                    return head != null || wait.isZero()
                            ? CompletableFuture.completedFuture(head)
                            : receiver.poll(wait);
                })
                .thenCompose(head -> head == null
                        ? CompletableFuture.completedFuture(Answer.empty(204))
                        : more(receiver, new ArrayList<>(List.of(head)), max));
    }

    /**
     * Takes more, one by one, until there are enough or no more. What was taken is handed over in any case; that yet
     * another one may have been taken, which nobody knows, is told with it.
     */
    private static CompletableFuture<Answer> more(Receiver receiver, List<EncodedMessage> taken, int max) {
        if (taken.size() == max) {
            return CompletableFuture.completedFuture(received(taken, null));
        }
        return receiver.poll()
                .thenCompose(next -> {
                    if (next == null) {
                        return CompletableFuture.completedFuture(received(taken, null));
                    }
                    taken.add(next);
                    return more(receiver, taken, max);
                })
                .exceptionally(failure -> {
                    Answer problem = Problem.of(failure);
                    return received(taken, Problem.leavesOpen(problem.status()) ? problem : null);
                });
    }

    private static Answer received(List<EncodedMessage> messages, @Nullable Answer incomplete) {
        return Answer.of(200, Answer.JSON, MessageJson.list(messages, incomplete))
                .with("Cache-Control", "no-store");
    }

    private CompletableFuture<Answer> browse(Call call) {
        call.uri().allowOnly(Set.of("limit", "timeout"));
        Duration timeout = Deadlines.timeout(call);
        int limit = call.uri().number("limit", 1, MOST_AT_ONCE, 10);
        RaftQueue<EncodedMessage> queue = queue(call, timeout);
        call.within(timeout);
        return inTurn(queue, timeout, inTime -> {
            List<EncodedMessage> messages =
                    inTime.browse(limit).stream().map(Message::payload).toList();
            if (messages.isEmpty() && node.queueStats(queue.name()) == null) {
                throw unknown(queue.name());
            }
            return received(messages, null);
        });
    }

    private CompletableFuture<Answer> purge(Call call) {
        call.uri().allowOnly(Set.of("timeout"));
        Duration timeout = Deadlines.timeout(call);
        RaftQueue<EncodedMessage> queue = queue(call, timeout);
        call.within(timeout);
        return inTurn(queue, timeout, inTime -> {
            long purged = inTime.purge();
            if (purged == 0 && node.queueStats(queue.name()) == null) {
                throw unknown(queue.name());
            }
            return Answer.json(200, "{\"purged\":" + purged + "}");
        });
    }

    /** There are few threads to block, and what waited for one has the less time left; if none is, it is not begun. */
    private CompletableFuture<Answer> inTurn(
            RaftQueue<EncodedMessage> queue, Duration timeout, Function<RaftQueue<EncodedMessage>, Answer> work) {
        long asked = System.nanoTime();
        return CompletableFuture.supplyAsync(
                () -> {
                    Duration left = timeout.minusNanos(System.nanoTime() - asked);
                    if (left.isNegative() || left.isZero()) {
                        throw Problem.OVERLOADED.refuse("too many requests of this kind are under way on this node: its"
                                + " turn did not come within " + timeout.toMillis() + " ms");
                    }
                    return work.apply(queue.withTimeout(left));
                },
                blocking);
    }

    private CompletableFuture<Answer> list(Call call) {
        var json = new StringBuilder("{\"queues\":[");
        String separator = "";
        for (QueueStats queue : node.queues()) {
            append(json.append(separator), queue);
            separator = ",";
        }
        return CompletableFuture.completedFuture(
                Answer.json(200, json.append("]}")).with("Cache-Control", "no-store"));
    }

    private CompletableFuture<Answer> show(Call call) {
        QueueStats queue = node.queueStats(name(call));
        if (queue == null) {
            throw unknown(name(call));
        }
        var json = new StringBuilder();
        append(json, queue);
        return CompletableFuture.completedFuture(Answer.json(200, json).with("Cache-Control", "no-store"));
    }

    private static void append(StringBuilder json, QueueStats queue) {
        Json.quote(json.append("{\"name\":"), queue.name());
        json.append(",\"depth\":").append(queue.depth());
        json.append(",\"bytes\":").append(queue.bytes());
        json.append(",\"inFlight\":").append(queue.inFlight());
        json.append(",\"oldestAge\":\"").append(queue.oldestAgeMillis()).append("ms\"");
        json.append(",\"sent\":").append(queue.sent());
        json.append(",\"taken\":").append(queue.taken());
        json.append(",\"purged\":").append(queue.purged());
        json.append(",\"refused\":").append(queue.refused());
        json.append(",\"settings\":{\"maxMessages\":").append(queue.settings().maxMessages());
        json.append(",\"maxBytes\":").append(queue.settings().maxBytes()).append("}}");
    }

    private CompletableFuture<Answer> configure(Call call) {
        call.uri().allowOnly(Set.of("timeout"));
        Duration timeout = Deadlines.timeout(call);
        String name = name(call);
        QueueStats known = node.queueStats(name);
        QueueSettings settings;
        try {
            settings = settings(call.body(), known == null ? QueueSettings.UNLIMITED : known.settings());
        } catch (IOException e) {
            throw Problem.MALFORMED.refuse(
                    "the body is no settings, {\"maxMessages\":…,\"maxBytes\":…}: " + Json.complaint(e));
        }
        call.within(timeout);
        return Deadlines.bounded(node.configureQueue(name, settings), timeout).thenApply(nothing -> Answer.empty(204));
    }

    /** Any subset; what is not named stays. An empty body names nothing. */
    private static QueueSettings settings(byte[] body, QueueSettings before) throws IOException {
        if (body.length == 0) {
            return before;
        }
        long maxMessages = before.maxMessages();
        long maxBytes = before.maxBytes();
        try (JsonParser parser = Json.parser(body)) {
            JsonToken first = parser.nextToken();
            if (first != JsonToken.START_OBJECT) {
                throw new IOException("it is " + Json.kind(first) + ", not an object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken token = parser.nextToken();
                if (!name.equals("maxMessages") && !name.equals("maxBytes")) {
                    throw new IOException(Uri.shortened(name) + " is no setting of this version");
                }
                if (token != JsonToken.VALUE_NUMBER_INT || parser.getTextLength() > 18 || parser.getLongValue() < 0) {
                    throw new IOException(name + " is not a whole number from 0 (no limit) on");
                }
                maxMessages = name.equals("maxMessages") ? parser.getLongValue() : maxMessages;
                maxBytes = name.equals("maxBytes") ? parser.getLongValue() : maxBytes;
            }
            Json.expectEnd(parser);
        }
        return new QueueSettings(maxMessages, maxBytes);
    }

    private CompletableFuture<Answer> delete(Call call) {
        call.uri().allowOnly(Set.of("timeout"));
        Duration timeout = Deadlines.timeout(call);
        String name = name(call);
        call.within(timeout);
        return Deadlines.bounded(node.deleteQueue(name), timeout).thenApply(was -> {
            if (!was) {
                throw unknown(name);
            }
            return Answer.empty(204);
        });
    }
}
