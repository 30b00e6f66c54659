package io.raftqueue.node;

import static org.awaitility.Awaitility.await;

import io.raftqueue.MemberStatus;
import io.raftqueue.RaftNode;
import io.raftqueue.RaftNodeBuilder;
import io.raftqueue.RaftQueue;
import io.raftqueue.Role;
import io.raftqueue.codec.PayloadCodec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.UnaryOperator;

/**
 * A cluster of real nodes in this JVM, for stories: real sockets on free loopback ports, real directories. Nodes are numbered
 * from 1, and are named node01, node02 and so on.
 */
public final class ClusterFixture implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Path directory;
    private final List<Integer> ports;
    private final Map<Integer, RaftNode> running = new ConcurrentSkipListMap<>();

    /** Chooses the ports; starts nothing. */
    public ClusterFixture(Path directory, int nodes) {
        this.directory = directory;
        this.ports = FreePorts.of(nodes);
    }

    /** A cluster with that fixed membership, all started, with a leader. */
    public static ClusterFixture started(Path directory, int nodes) {
        var cluster = new ClusterFixture(directory, nodes);
        for (int i = 1; i <= nodes; i++) {
            cluster.start(i);
        }
        cluster.awaitLeader();
        return cluster;
    }

    public static String id(int node) {
        return "node0" + node;
    }

    public String raftAddress(int node) {
        return "localhost:" + ports.get(node - 1);
    }

    public Path directory(int node) {
        return directory.resolve(id(node));
    }

    /** Each {@code id=host:port}. */
    public String[] members() {
        String[] members = new String[ports.size()];
        for (int i = 1; i <= members.length; i++) {
            members[i - 1] = id(i) + "=" + raftAddress(i);
        }
        return members;
    }

    /** Starts, or starts again, a node of the fixed membership. */
    public RaftNode start(int node) {
        return start(node, builder -> builder.members(members()));
    }

    /** Starts, or starts again, a node that begins as {@code begin} says. */
    public RaftNode start(int node, UnaryOperator<RaftNodeBuilder> begin) {
        RaftNodeBuilder builder = RaftNode.builder().id(id(node)).directory(directory(node));
        RaftNode started = begin.apply(builder).start();
        running.put(node, started);
        return started;
    }

    /** Starts a node whose beginning needs its Raft address said. */
    public RaftNode startAt(int node, UnaryOperator<RaftNodeBuilder> begin) {
        return start(node, builder -> begin.apply(builder.raftAddress(raftAddress(node))));
    }

    /** Founds a cluster with the first node, which is ready when this returns. */
    public RaftNode bootstrap() throws InterruptedException {
        RaftNode first = startAt(1, builder -> builder.bootstrap());
        first.awaitReady(PATIENCE);
        return first;
    }

    /** How many voters that node knows of. */
    public static long voters(RaftNode node) {
        return node.status().members().stream().filter(MemberStatus::voter).count();
    }

    public static void awaitVoters(RaftNode node, int count) {
        await().atMost(PATIENCE).until(() -> voters(node) == count);
    }

    public RaftNode node(int node) {
        RaftNode found = running.get(node);
        if (found == null) {
            throw new IllegalStateException(id(node) + " is not running");
        }
        return found;
    }

    /** The queue {@code orders} of strings, on that node. */
    public RaftQueue<String> queue(int node) {
        return node(node).queue("orders", PayloadCodec.string());
    }

    /** As {@link #queue}, once that node is running. */
    public RaftQueue<String> awaitQueue(int node) {
        return await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> running.get(node), Objects::nonNull)
                .queue("orders", PayloadCodec.string());
    }

    /** Stops it in good order. */
    public void stop(int node) {
        RaftNode closing = node(node);
        running.remove(node);
        closing.close();
    }

    /** Stops it without a word to the others, as far as one process can. */
    public void kill(int node) {
        var crashing = (ReplicatedNode) node(node);
        running.remove(node);
        crashing.crash();
    }

    /** The number of the node that leads, and that a majority of those running agrees on. */
    public int awaitLeader() {
        return await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(this::leader, leader -> leader > 0);
    }

    /** The number of a running node that does not lead. */
    public int follower() {
        int leader = awaitLeader();
        return running.keySet().stream()
                .filter(node -> node != leader)
                .findFirst()
                .orElseThrow();
    }

    private int leader() {
        for (var candidate : running.entrySet()) {
            if (candidate.getValue().status().role() == Role.LEADER) {
                long followers = running.values().stream()
                        .filter(node ->
                                candidate.getValue().id().equals(node.status().leaderId()))
                        .count();
                if (followers > running.size() / 2) {
                    return candidate.getKey();
                }
            }
        }
        return 0;
    }

    @Override
    public void close() {
        running.values().forEach(RaftNode::close);
        running.clear();
    }
}
