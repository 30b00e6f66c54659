package io.raftqueue.benchmark;

import io.raftqueue.RaftNode;
import io.raftqueue.RaftNodeBuilder;
import io.raftqueue.RaftQueue;
import io.raftqueue.Role;
import io.raftqueue.codec.PayloadCodec;
import io.raftqueue.node.FreePorts;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;

/**
 * Nodes of one cluster in this JVM, used through the public API. Started as {@code DIRECTORY id=host:port...}, all the
 * members run here; as {@code DIRECTORY join host:port}, this is one node that joins the cluster there. Reads commands
 * line by line and answers each by one line that begins with {@code "= "}.
 */
final class ClusterMain {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<RaftNode> nodes = new ArrayList<>();

    public static void main(String[] args) throws Exception {
        ClusterMain cluster = new ClusterMain();
        Path directory = Path.of(args[0]);
        String[] beginning = Arrays.copyOfRange(args, 1, args.length);
        cluster.start(directory, beginning);
        say("ready");
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null && !line.equals("quit")) {
                say(cluster.answer(line.split(" ")));
                line = lines.readLine();
            }
        }
        cluster.nodes.forEach(RaftNode::close);
        say("closed");
        System.exit(0);
    }

    private static void say(String answer) {
        System.out.println("= " + answer);
    }

    private void start(Path directory, String[] beginning) throws InterruptedException {
        if (beginning[0].equals("join")) {
            nodes.add(RaftNode.builder()
                    .id("joiner")
                    .raftAddress("localhost:" + FreePorts.one())
                    .directory(directory.resolve("joiner"))
                    .join(beginning[1])
                    .start());
            return;
        }
        for (String member : beginning) {
            String id = member.substring(0, member.indexOf('='));
            RaftNodeBuilder builder = RaftNode.builder().id(id).directory(directory.resolve(id));
            nodes.add(builder.members(beginning).start());
        }
        for (RaftNode node : nodes) {
            node.awaitReady(PATIENCE);
        }
    }

    private String answer(String[] command) throws InterruptedException {
        return switch (command[0]) {
            case "fill" -> fill(Long.parseLong(command[1]), Integer.parseInt(command[2]), Integer.parseInt(command[3]));
            case "send" ->
                send(
                                queue(command.length > 4 ? command[4] : "default"),
                                Long.parseLong(command[1]),
                                Integer.parseInt(command[2]),
                                Integer.parseInt(command[3]))
                        .line();
            case "take" ->
                take(
                                queue(command.length > 3 ? command[3] : "default"),
                                Long.parseLong(command[1]),
                                Integer.parseInt(command[2]))
                        .line();
            case "joining" -> whileJoining(Integer.parseInt(command[1]), Integer.parseInt(command[2]));
            case "first" -> firstSendAndTake(Integer.parseInt(command[1]));
            case "size" -> Long.toString(queue("default").size());
            case "snapshot" -> {
                nodes.forEach(node -> node.snapshot().join());
                yield "done";
            }
            case "heap" -> heap();
            default -> throw new IllegalArgumentException(command[0]);
        };
    }

    /** The queue on the node that leads. */
    private RaftQueue<byte[]> queue(String name) {
        return nodes.stream()
                .filter(n -> n.id().equals(n.status().leaderId()))
                .findFirst()
                .orElse(nodes.get(0))
                .queue(name, PayloadCodec.bytes());
    }

    /** Sends in batches, quickly. */
    private String fill(long count, int batch, int bytes) throws InterruptedException {
        RaftQueue<byte[]> queue = queue("default");
        List<byte[]> payloads = Collections.nCopies(batch, new byte[bytes]);
        return Load.run(16, count / batch, () -> queue.sendAllAsync(payloads)).line();
    }

    private static Load.Figures send(RaftQueue<byte[]> queue, long count, int window, int bytes)
            throws InterruptedException {
        byte[] payload = new byte[bytes];
        return Load.run(window, count, () -> queue.sendAsync(payload));
    }

    private static Load.Figures take(RaftQueue<byte[]> queue, long count, int window) throws InterruptedException {
        AtomicLong empty = new AtomicLong();
        Load.Figures figures = Load.run(
                window,
                count,
                () -> queue.pollAsync().thenAccept(message -> {
                    if (message == null) {
                        empty.incrementAndGet();
                    }
                }));
        if (empty.get() > 0) {
            throw new IllegalStateException(empty.get() + " takes found nothing");
        }
        return figures;
    }

    /** Sends until the fourth member is a voter. Says how long that took, then the figures. */
    private String whileJoining(int window, int bytes) throws InterruptedException {
        RaftQueue<byte[]> queue = queue("default");
        byte[] payload = new byte[bytes];
        int before = nodes.size();
        RaftNode leader = nodes.stream()
                .filter(n -> n.id().equals(n.status().leaderId()))
                .findFirst()
                .orElseThrow();
        AtomicBoolean voter = new AtomicBoolean();
        long began = System.nanoTime();
        Thread watch = new Thread(() -> {
            Awaitility.await().forever().pollInterval(Duration.ofMillis(20)).until(() -> voters(leader) > before);
            voter.set(true);
        });
        watch.setDaemon(true);
        watch.start();
        Load.Figures figures = Load.run(window, () -> !voter.get(), () -> queue.sendAsync(payload));
        return String.format(Locale.ROOT, "%.1f %s", (System.nanoTime() - began) / 1e9, figures.line());
    }

    private static long voters(RaftNode leader) {
        return leader.status().members().stream()
                .filter(member -> member.role() != Role.LEARNER)
                .count();
    }

    /** A send, and a take of the oldest message; returns the length of that. */
    private String firstSendAndTake(int bytes) throws InterruptedException {
        RaftQueue<byte[]> queue = queue("default");
        queue.send(new byte[bytes]);
        return Integer.toString(queue.take().length);
    }

    private static String heap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return Long.toString((runtime.totalMemory() - runtime.freeMemory()) >> 20);
    }
}
