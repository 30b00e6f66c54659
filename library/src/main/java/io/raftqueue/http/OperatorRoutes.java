package io.raftqueue.http;

import io.raftqueue.MemberStatus;
import io.raftqueue.NodeStatus;
import io.raftqueue.RaftNode;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What operators and their tools ask: members, liveness, readiness, metrics, snapshot. */
final class OperatorRoutes {
    private static final Duration SNAPSHOT_DEADLINE = Duration.ofMinutes(5);
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final RaftNode node;

    OperatorRoutes(RaftNode node) {
        this.node = node;
    }

    void addTo(Routes routes) {
        routes.read("/members", this::members);
        routes.read("/members/{}", this::member);
        routes.on("DELETE", "/members/{}", this::remove);
        routes.read("/livez", call -> now(Answer.text(200, "ok\n")));
        routes.read("/readyz", call -> now(readiness(node.status())));
        routes.read("/metrics", this::metrics);
        routes.on("POST", "/snapshot", this::snapshot);
    }

    private CompletableFuture<Answer> members(Call call) {
        NodeStatus status = node.status();
        var json = new StringBuilder("{\"cluster\":").append(nullable(status.clusterId()));
        json.append(",\"leader\":").append(nullable(status.leaderId()));
        json.append(",\"term\":").append(status.term()).append(",\"members\":[");
        String separator = "";
        for (MemberStatus member : status.members()) {
            append(json.append(separator), member);
            separator = ",";
        }
        return now(Answer.json(200, json.append("]}")).with("Cache-Control", "no-store"));
    }

    private CompletableFuture<Answer> member(Call call) {
        String id = call.uri().path().get(1);
        for (MemberStatus member : node.status().members()) {
            if (member.id().equals(id)) {
                var json = new StringBuilder();
                append(json, member);
                return now(Answer.json(200, json).with("Cache-Control", "no-store"));
            }
        }
        throw Problem.NOT_FOUND.refuse("there is no member " + Uri.shortened(id));
    }

    private static void append(StringBuilder json, MemberStatus member) {
        Json.quote(json.append("{\"id\":"), member.id());
        Json.quote(json.append(",\"raftAddress\":"), member.raftAddress());
        Json.quote(json.append(",\"httpAddress\":"), member.httpAddress());
        Json.quote(json.append(",\"role\":"), member.role().title());
        json.append(",\"voter\":").append(member.voter());
        json.append(",\"self\":").append(member.self());
        json.append(",\"reachable\":").append(member.reachable());
        // What is not known here is null: the lag is known on the leader only.
        json.append(",\"lag\":").append(member.lag() < 0 ? "null" : Long.toString(member.lag()));
        Duration contact = member.lastContact();
        json.append(",\"lastContact\":")
                .append(contact == null ? "null" : "\"" + contact.toMillis() + "ms\"")
                .append('}');
    }

    private static String nullable(@Nullable String text) {
        return text == null ? "null" : Json.quote(text);
    }

    private CompletableFuture<Answer> remove(Call call) {
        call.uri().allowOnly(Set.of("force", "timeout"));
        Duration timeout = Deadlines.timeout(call);
        boolean force = call.uri().flag("force");
        call.within(timeout);
        return node.remove(call.uri().path().get(1), force, timeout).thenApply(nothing -> Answer.empty(204));
    }

    /** One line for each check, and what to do about it is in the reasons. */
    private static Answer readiness(NodeStatus status) {
        var lines = new StringBuilder();
        check(lines, "node", !status.failed(), status.lastError() == null ? "failed" : status.lastError());
        check(
                lines,
                "member",
                status.clusterId() != null && !status.removed(),
                status.removed() ? "was removed" : "belongs to no cluster yet");
        check(lines, "leader", status.leaderId() != null, "none is known");
        for (String reason : status.notReady()) {
            check(lines, "ready", false, reason);
        }
        if (status.ready()) {
            check(lines, "ready", true, "");
        }
        return Answer.text(status.ready() && !status.failed() ? 200 : 503, lines)
                .with("Cache-Control", "no-store");
    }

    private static void check(StringBuilder lines, String name, boolean good, String reason) {
        lines.append(good ? "[+] " : "[-] ")
                .append(name)
                .append(good ? " ok" : ": " + reason.replace('\n', ' '))
                .append('\n');
    }

    private CompletableFuture<Answer> metrics(Call call) {
        String text = new Prometheus(node.status(), node.queues()).text();
        return now(Answer.of(200, PROMETHEUS, text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    private CompletableFuture<Answer> snapshot(Call call) {
        call.within(SNAPSHOT_DEADLINE);
        return node.snapshot().thenApply(nothing -> Answer.empty(204));
    }

    private static CompletableFuture<Answer> now(Answer answer) {
        return CompletableFuture.completedFuture(answer);
    }
}
