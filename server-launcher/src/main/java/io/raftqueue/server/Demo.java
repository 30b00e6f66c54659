package io.raftqueue.server;

import io.raftqueue.MemberStatus;
import io.raftqueue.NodeListener;
import io.raftqueue.server.NodeClient.Answer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** The demo: starts three nodes, walks the seed's curl lines through all of them, and says what it does. */
final class Demo implements AutoCloseable {
    private static final int NODES = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final int PORT_TRIES = 1_000;
    private static final String EMPTY = "{\"Data\":{}}\n";

    private final PrintWriter out;
    private final NodeClient client = new NodeClient(PATIENCE);
    private final List<Server> servers = new ArrayList<>();
    private final List<Settings> nodes = new ArrayList<>();
    private final Path directory;
    private boolean asExpected = true;
    private boolean closed;

    Demo(PrintWriter out) throws IOException {
        this.out = out;
        this.directory = Files.createTempDirectory("raftqueue-demo-");
    }

    /** Walks through everything once; true if every answer was the expected one. */
    boolean run() throws IOException, InterruptedException {
        say("Three nodes in this JVM, data in " + directory);
        plan();
        for (Settings settings : nodes) {
            start(settings);
        }
        join();
        say("");
        say("Send a comment through each node:");
        for (int i = 0; i < NODES; i++) {
            send(i);
        }
        say("");
        say("Receive them, in order, each through another node than it was sent through:");
        for (int i = 0; i < NODES; i++) {
            receive((i + 1) % NODES, "{\"Data\":" + comment(i) + "}\n");
        }
        say("");
        say("The queue is empty now, on every node:");
        for (int i = 0; i < NODES; i++) {
            receive(i, EMPTY);
        }
        say("");
        say(asExpected ? "Every answer was as expected." : "Some answers were NOT as expected: see above.");
        return asExpected;
    }

    void tellHowToGoOn() {
        say("");
        say("The nodes go on until Ctrl-C. To try, in another terminal:");
        say("  " + curlSend(0));
        say("  " + curl(1, "/recieve"));
        say("  " + curl(2, "/stats"));
        say("  " + curl(0, "/members"));
    }

    private void plan() throws IOException {
        List<Integer> ports = freePorts(2 * NODES);
        for (int i = 0; i < NODES; i++) {
            String id = "node0" + (i + 1);
            nodes.add(new Settings(
                    id,
                    i == 0,
                    directory.resolve(id).toString(),
                    new HostPort("localhost", ports.get(2 * i)),
                    null,
                    new HostPort("localhost", ports.get(2 * i + 1)),
                    null,
                    List.of()));
        }
    }

    private synchronized void start(Settings settings) {
        if (closed) {
            throw CommandFailure.runtime("the demo was stopped while it started");
        }
        servers.add(Server.start(settings, new NodeListener() {}));
        say("  %s  raft %s  http http://%s%s"
                .formatted(
                        settings.id(),
                        settings.raft(),
                        settings.http(),
                        settings.leader() ? "  begins the cluster" : ""));
    }

    /** What -paddr does, by hand. */
    private void join() throws IOException, InterruptedException {
        say("");
        say("Bring the other two into the cluster of the first:");
        for (Settings settings : nodes.subList(1, NODES)) {
            String body = NodeClient.joinBody(settings);
            say("  curl -X POST -d '" + body + "' " + url(0, "/join"));
            Answer answer = client.post(http(0), "/join", body);
            check("HTTP 201", answer.status() == 201, answer);
        }
        for (MemberStatus member : servers.get(0).node().status().members()) {
            say("    " + member.id() + " " + member.role().title());
        }
    }

    private void send(int node) throws IOException, InterruptedException {
        say("  " + curlSend(node));
        Answer answer = client.post(http(node), "/send", comment(node));
        check(
                "HTTP 201, Message-Id " + answer.messageId().orElse("(none)"),
                answer.status() == 201 && answer.messageId().isPresent(),
                answer);
    }

    private void receive(int node, String expected) throws IOException, InterruptedException {
        say("  " + curl(node, "/recieve"));
        Answer answer = client.get(http(node), "/recieve");
        check(answer.body().strip(), answer.status() == 200 && answer.body().equals(expected), answer);
    }

    private void check(String right, boolean isRight, Answer answer) {
        asExpected &= isRight;
        say("    "
                + (isRight
                        ? right
                        : "WRONG: HTTP " + answer.status() + " " + answer.body().strip()));
    }

    private static String comment(int node) {
        return "{\"timestamp\":\"2022-05-15T17:19:0%dZ\",\"author\":\"John Doe\",\"content\":\"Comment %d.\"}"
                .formatted(node + 1, node + 1);
    }

    private String curlSend(int node) {
        return "curl -X POST -d '" + comment(node) + "' " + url(node, "/send");
    }

    private String curl(int node, String path) {
        return "curl -X GET " + url(node, path);
    }

    private HostPort http(int node) {
        return nodes.get(node).http();
    }

    private String url(int node, String path) {
        return "http://" + http(node) + path;
    }

    private void say(String line) {
        out.println(line);
        out.flush();
    }

    /** Below the ports of outgoing connections, one of which could take one before its node listens there. */
    private static List<Integer> freePorts(int count) throws IOException {
        var ports = new ArrayList<Integer>();
        int port = 10_000 + new Random().nextInt(20_000);
        for (int tries = PORT_TRIES; ports.size() < count; tries--, port++) {
            try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                ports.add(socket.getLocalPort());
            } catch (BindException e) {
                if (tries <= 0) {
                    throw new IOException("no free port was found for the demo, the last one tried was " + port, e);
                }
            }
        }
        return ports;
    }

    /** Stops the nodes and removes what they wrote. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        servers.forEach(Server::close);
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
                        throws IOException {
                    Files.delete(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("the demo's data in " + directory + " could not be removed: delete it", e);
        }
    }
}
