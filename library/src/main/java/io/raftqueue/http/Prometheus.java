package io.raftqueue.http;

import io.raftqueue.MemberStatus;
import io.raftqueue.NodeStatus;
import io.raftqueue.QueueStats;
import io.raftqueue.Role;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/** The figures that JMX shows, in Prometheus' text format. */
final class Prometheus {
    private final NodeStatus status;
    private final List<QueueStats> queues;
    private final Set<String> written = new HashSet<>();
    private final StringBuilder text = new StringBuilder(4096);

    Prometheus(NodeStatus status, List<QueueStats> queues) {
        this.status = status;
        this.queues = queues;
    }

    String text() {
        head("raftqueue_node_info", "gauge", "1, with the node's id, cluster, role and leader as labels");
        text.append("raftqueue_node_info{id=\"")
                .append(label(status.id()))
                .append("\",cluster=\"")
                .append(label(status.clusterId() == null ? "" : status.clusterId()))
                .append("\",role=\"")
                .append(status.role().title())
                .append("\",leader=\"")
                .append(label(status.leaderId() == null ? "" : status.leaderId()))
                .append("\"} 1\n");
        gauge("raftqueue_ready", "1 when the node can serve", status.ready() ? 1 : 0);
        gauge("raftqueue_failed", "1 when the node stopped for good", status.failed() ? 1 : 0);
        gauge("raftqueue_leader", "1 when the node leads", status.role() == Role.LEADER ? 1 : 0);
        gauge("raftqueue_term", "the Raft term", status.term());
        gauge("raftqueue_commit_index", "the last committed log index known here", status.commitIndex());
        gauge("raftqueue_applied_index", "the last log index applied here", status.appliedIndex());
        gauge("raftqueue_last_log_index", "the last log index here", status.lastLogIndex());
        gauge("raftqueue_members", "members of the cluster", status.members().size());
        new TreeMap<>(status.figures()).forEach((name, value) -> {
            if (written.contains("raftqueue_" + snake(name))) {
                return; // a metric may stand there once only
            }
            head("raftqueue_" + snake(name), "gauge", "figure " + name + " of the node, as in JMX");
            text.append("raftqueue_")
                    .append(snake(name))
                    .append(' ')
                    .append(number(value))
                    .append('\n');
        });
        members();
        queues();
        return text.toString();
    }

    private void members() {
        head("raftqueue_member_reachable", "gauge", "1 when the member is heard of");
        for (MemberStatus member : status.members()) {
            text.append("raftqueue_member_reachable{member=\"")
                    .append(label(member.id()))
                    .append("\"} ")
                    .append(member.reachable() || member.self() ? 1 : 0)
                    .append('\n');
        }
        head("raftqueue_member_lag", "gauge", "log entries the member is behind, where this node knows");
        for (MemberStatus member : status.members()) {
            if (member.lag() >= 0) {
                text.append("raftqueue_member_lag{member=\"")
                        .append(label(member.id()))
                        .append("\"} ")
                        .append(member.lag())
                        .append('\n');
            }
        }
    }

    private void queues() {
        perQueue("depth", "gauge", "messages waiting", QueueStats::depth);
        perQueue("bytes", "gauge", "payload bytes waiting", QueueStats::bytes);
        perQueue("in_flight", "gauge", "messages removed and not yet handed over", QueueStats::inFlight);
        perQueue("oldest_age_millis", "gauge", "age of the head by wall clock", QueueStats::oldestAgeMillis);
        perQueue("sent_total", "counter", "messages accepted", QueueStats::sent);
        perQueue("taken_total", "counter", "messages removed by receivers", QueueStats::taken);
        perQueue("purged_total", "counter", "messages removed by purges", QueueStats::purged);
        perQueue("refused_total", "counter", "messages refused because the queue was full", QueueStats::refused);
    }

    private void perQueue(String name, String type, String help, ToLongFunction<QueueStats> value) {
        head("raftqueue_queue_" + name, type, help);
        for (QueueStats queue : queues) {
            text.append("raftqueue_queue_")
                    .append(name)
                    .append("{queue=\"")
                    .append(label(queue.name()))
                    .append("\"} ")
                    .append(value.applyAsLong(queue))
                    .append('\n');
        }
    }

    private void gauge(String name, String help, long value) {
        head(name, "gauge", help);
        text.append(name).append(' ').append(value).append('\n');
    }

    private void head(String name, String type, String help) {
        written.add(name);
        text.append("# HELP ").append(name).append(' ').append(help.replace("\n", " "));
        text.append("\n# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    /** {@code fsyncP99Millis} becomes {@code fsync_p99_millis}. */
    private static String snake(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2")
                .replaceAll("[^A-Za-z0-9]+", "_")
                .toLowerCase(Locale.ROOT);
    }

    private static String label(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
