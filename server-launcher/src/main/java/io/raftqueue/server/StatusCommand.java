package io.raftqueue.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.raftqueue.server.HostPort.EmptyHost;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints the members of a cluster as one of its nodes sees them. */
@Command(
        name = "status",
        customSynopsis = "queue status [HOST:PORT]",
        description = "Print the members of the cluster as the node at this HTTP address sees them.",
        footer = {
            "",
            "Exit codes: 0 when there is a leader; 1 when there is none, or nothing answers; 2 for a wrong command line."
        })
final class StatusCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @Parameters(
            arity = "0..1",
            paramLabel = "HOST:PORT",
            defaultValue = Settings.DEFAULT_HADDR,
            description = "HTTP address of any node. Default: ${DEFAULT-VALUE}.")
    private String address = Settings.DEFAULT_HADDR;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public @Nullable Integer call() throws InterruptedException {
        HostPort node = HostPort.parse("HOST:PORT", address, EmptyHost.REFUSED);
        JsonNode stats = get(node, "/stats");
        JsonNode members = get(node, "/members").path("members");
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("ID", "ROLE", "RAFT", "HTTP", "LAG", "LAST CONTACT"));
        members.forEach(member -> rows.add(row(member)));
        rows.subList(1, rows.size()).sort(Comparator.comparing(row -> row.get(0)));
        var out = java.util.Objects.requireNonNull(spec).commandLine().getOut();
        String leader = stats.path("leader").asText("");
        out.println("cluster " + orDash(stats.path("cluster").asText("")) + ", leader " + orDash(leader) + ", term "
                + stats.path("term").asText("0") + ", seen by "
                + stats.path("id").asText(node.toString()));
        table(rows).forEach(out::println);
        out.flush();
        return leader.isEmpty() ? CommandFailure.RUNTIME : 0;
    }

    private static List<String> row(JsonNode member) {
        String role =
                member.path("reachable").asBoolean(true) ? member.path("role").asText() : "unreachable";
        long lag = member.path("lag").asLong(-1);
        return List.of(
                member.path("id").asText(),
                role,
                orDash(member.path("raftAddress").asText("")),
                orDash(member.path("httpAddress").asText("")),
                lag < 0 ? "-" : Long.toString(lag),
                orDash(member.path("lastContact").asText("")));
    }

    private static String orDash(String text) {
        return text.isEmpty() ? "-" : text;
    }

    /** Columns as wide as their widest cell. */
    static List<String> table(List<List<String>> rows) {
        int[] widths = new int[rows.get(0).size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        var lines = new ArrayList<String>();
        for (List<String> row : rows) {
            var line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    private static JsonNode get(HostPort node, String path) throws InterruptedException {
        NodeClient.Answer answer;
        try {
            answer = new NodeClient(PATIENCE).get(node, path);
        } catch (IOException e) {
            throw CommandFailure.runtime("no answer from " + node + " (" + NodeClient.reason(e)
                    + "): start a node there, or give the -haddr of one that runs");
        }
        if (answer.status() != 200 || !answer.json().isObject()) {
            throw CommandFailure.runtime(
                    node + path + " answered " + answer.detail() + ": give the HTTP address of a RaftQueue node");
        }
        return answer.json();
    }
}
