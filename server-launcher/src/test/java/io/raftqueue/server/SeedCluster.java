package io.raftqueue.server;

import static org.awaitility.Awaitility.await;

import io.raftqueue.server.NodeClient.Answer;
import io.raftqueue.server.faults.NetworkLab;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** The three nodes of the seed's README: the same three command lines, but for the ports. Nodes count from 0. */
final class SeedCluster {
    private final Processes processes;
    private final int[] raft;
    private final int[] http;
    private final NodeProcess[] nodes = new NodeProcess[3];
    private Optional<NetworkLab> lab = Optional.empty();
    private final Map<Integer, Map<String, String>> environments = new HashMap<>();

    /** On loopback. */
    SeedCluster(Processes processes) {
        this.processes = processes;
        this.raft = IntStream.range(0, 3).map(i -> processes.freePort()).toArray();
        this.http = IntStream.range(0, 3).map(i -> processes.freePort()).toArray();
    }

    /** In a network that can be cut; this JVM reaches every node whatever is cut. */
    SeedCluster(Processes processes, NetworkLab lab) {
        this(processes);
        this.lab = Optional.of(lab);
    }

    static String id(int node) {
        return "node0" + (node + 1);
    }

    /** The seed's line of this node. */
    String line(int node) {
        return (node == 0 ? "-leader " : "") + lineWithout(node) + (node == 0 ? "" : " -paddr=" + httpAddress(0));
    }

    /** The line without -leader or -paddr. */
    String lineWithout(int node) {
        String addresses =
                lab.map(l -> l.flags(node)).orElse("-raddr=" + raftAddress(node) + " -haddr=" + httpAddress(node));
        return "-id=%s -dir=./tmp/%s %s".formatted(id(node), id(node), addresses);
    }

    String raftAddress(int node) {
        return lab.map(l -> l.raftAddress(node)).orElse("localhost:" + raft[node]);
    }

    String httpAddress(int node) {
        return lab.map(l -> l.httpAddress(node)).orElse("localhost:" + http[node]);
    }

    NodeProcess node(int node) {
        return nodes[node];
    }

    NodeProcess start(int node) {
        return start(node, line(node));
    }

    NodeProcess start(int node, String line) {
        Launch launch = lab.map(l -> Launch.in(l, node)).orElse(Launch.plain());
        nodes[node] = processes.start(line, launch.with(environments.getOrDefault(node, Map.of())));
        return nodes[node];
    }

    /** What this node finds in its environment whenever it is started. */
    SeedCluster environment(int node, Map<String, String> environment) {
        environments.put(node, environment);
        return this;
    }

    /** Where this node keeps its data. */
    Path directory(int node) {
        return processes.directory().resolve("tmp").resolve(id(node));
    }

    /** All three at once, as when the README's lines are pasted; returns when all are voters of one cluster. */
    SeedCluster startAll() {
        for (int i = 0; i < 3; i++) {
            start(i);
        }
        return awaitComplete();
    }

    /** Waits until every running node sees three voters and a leader; three JVMs start slowly on a machine that is full. */
    SeedCluster awaitComplete() {
        await("three voters and a leader on every node")
                .atMost(NodeProcess.SOON.multipliedBy(3))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    for (NodeProcess node : nodes) {
                        if (node.isAlive()
                                && !(voters(node) == 3 && !node.stat("leader").isEmpty())) {
                            return false;
                        }
                    }
                    return true;
                });
        return this;
    }

    static int voters(NodeProcess node) throws InterruptedException {
        return node.stat("latest_configuration").split("Suffrage:Voter", -1).length - 1;
    }

    /** Index of the node that leads, as the others see it too. */
    int leader() {
        List<Integer> leaders = new ArrayList<>();
        await("one leader")
                .atMost(NodeProcess.SOON)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    leaders.clear();
                    for (int i = 0; i < 3; i++) {
                        if (nodes[i].isAlive() && nodes[i].stat("state").equals("Leader")) {
                            leaders.add(i);
                        }
                    }
                    return leaders.size() == 1;
                });
        return leaders.get(0);
    }

    static String comment(String content) {
        return "{\"timestamp\":\"2022-05-15T17:19:09Z\",\"author\":\"John Doe\",\"content\":\"" + content + "\"}";
    }

    Answer send(int node, String content) throws IOException, InterruptedException {
        return nodes[node].post("/send", comment(content));
    }

    /** The content of the next comment; null when the queue is empty. */
    String receive(int node) throws IOException, InterruptedException {
        return nodes[node].get("/recieve").json().path("Data").path("content").asText(null);
    }

    /** Everything that waits, in order. */
    List<String> drain(int node) throws IOException, InterruptedException {
        var all = new ArrayList<String>();
        for (String content = receive(node); content != null; content = receive(node)) {
            all.add(content);
        }
        return all;
    }
}
