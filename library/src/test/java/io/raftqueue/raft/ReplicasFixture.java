package io.raftqueue.raft;

import static org.awaitility.Awaitility.await;

import io.raftqueue.NodeListener;
import io.raftqueue.NodeOptions;
import io.raftqueue.NodeOptions.Begin;
import io.raftqueue.Role;
import io.raftqueue.command.Command;
import io.raftqueue.command.MessageBody;
import io.raftqueue.command.Result;
import io.raftqueue.node.FreePorts;
import io.raftqueue.state.QueueFigures;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** A fixed membership of replicas in this JVM, without the node room above them: sockets, disks and threads are real. */
final class ReplicasFixture implements AutoCloseable {
    static final String QUEUE = "orders";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Path directory;
    private final List<String> members = new ArrayList<>();
    private final Map<Integer, JGroupsReplica> running = new TreeMap<>();

    ReplicasFixture(Path directory, int replicas, NodeListener... listeners) {
        this.directory = directory;
        List<String> addresses = freeAddresses(replicas);
        for (int i = 1; i <= replicas; i++) {
            members.add("node0" + i + "=" + addresses.get(i - 1));
        }
        for (int i = 1; i <= replicas; i++) {
            start(i, listeners);
        }
        awaitLeader();
    }

    static List<String> freeAddresses(int count) {
        return FreePorts.of(count).stream().map(port -> "localhost:" + port).toList();
    }

    static MessageBody body(String text) {
        return new MessageBody(text.getBytes(StandardCharsets.UTF_8), "text/plain", Map.of(), 0, null);
    }

    static long in(Duration time) {
        return System.nanoTime() + time.toNanos();
    }

    JGroupsReplica start(int i, NodeListener... listeners) {
        String member = members.get(i - 1);
        String id = member.substring(0, member.indexOf('='));
        String address = member.substring(member.indexOf('=') + 1);
        JGroupsReplica replica =
                start(id, directory.resolve(id), new Begin.Members(members), address, List.of(listeners));
        running.put(i, replica);
        return replica;
    }

    /** One outside of this membership: whoever starts it closes it. */
    static JGroupsReplica start(
            String id, Path directory, Begin begin, String raftAddress, List<NodeListener> listeners) {
        return new JGroupsReplica(new NodeOptions(
                id,
                directory,
                begin,
                raftAddress,
                null,
                "",
                Duration.ofSeconds(10),
                1 << 20,
                16 << 20,
                0,
                true,
                false,
                listeners));
    }

    JGroupsReplica replica(int i) {
        JGroupsReplica found = running.get(i);
        if (found == null) {
            throw new IllegalStateException("node0" + i + " is not running");
        }
        return found;
    }

    int port(int i) {
        return Integer.parseInt(members.get(i - 1).substring(members.get(i - 1).lastIndexOf(':') + 1));
    }

    CompletableFuture<Result> send(int i, String text, Duration deadline) {
        return replica(i).submit(new Command.Send(QUEUE, body(text)), in(deadline));
    }

    CompletableFuture<Result> send(int i, String text) {
        return send(i, text, Duration.ofSeconds(10));
    }

    /** What the messages said. */
    List<String> take(int i, int most) {
        Result result =
                replica(i).submit(new Command.Take(QUEUE, most), in(PATIENCE)).join();
        List<String> texts = new ArrayList<>();
        if (result instanceof Result.Taken taken) {
            for (long id = taken.firstId(); id < taken.firstId() + taken.count(); id++) {
                MessageBody body = replica(i).body(taken.queueUid(), id).join();
                texts.add(new String(body.payload(), StandardCharsets.UTF_8));
            }
        }
        return texts;
    }

    /** As true for the whole cluster. */
    long depth(int i) {
        replica(i).readBarrier(in(PATIENCE)).join();
        QueueFigures figures = replica(i).figures(QUEUE);
        return figures == null ? 0 : figures.depth();
    }

    void kill(int i) {
        replica(i).crash();
        running.remove(i);
    }

    void close(int i) {
        replica(i).close();
        running.remove(i);
    }

    /** The one that leads, and that a majority of those running agrees on. */
    int awaitLeader() {
        return await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(this::leader, i -> i > 0);
    }

    /** A running one that does not lead. */
    int follower() {
        int leader = awaitLeader();
        return running.keySet().stream().filter(i -> i != leader).findFirst().orElseThrow();
    }

    private int leader() {
        for (Map.Entry<Integer, JGroupsReplica> e : running.entrySet()) {
            JGroupsReplica r = e.getValue();
            long followers = running.values().stream()
                    .filter(o -> r.id().equals(o.status().leaderId()))
                    .count();
            if (r.status().role() == Role.LEADER && followers > running.size() / 2) {
                return e.getKey();
            }
        }
        return 0;
    }

    @Override
    public void close() {
        running.values().forEach(JGroupsReplica::close);
        running.clear();
    }
}
