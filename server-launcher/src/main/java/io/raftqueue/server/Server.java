package io.raftqueue.server;

import io.raftqueue.NodeListener;
import io.raftqueue.RaftNode;
import io.raftqueue.RaftNodeBuilder;
import io.raftqueue.RaftQueueException;
import io.raftqueue.http.HttpAdapter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;

/** One running node with its HTTP door. HTTP answers from the start on, long before the node has a leader. */
final class Server implements AutoCloseable {
    private final RaftNode node;
    private final HttpAdapter http;
    private final boolean startedAsVoter;

    private Server(RaftNode node, HttpAdapter http, boolean startedAsVoter) {
        this.node = node;
        this.http = http;
        this.startedAsVoter = startedAsVoter;
    }

    /** @throws CommandFailure (exit 1) in one line, whatever fails */
    static Server start(Settings settings, NodeListener listener) {
        // Looked at before the node is: a command line that cannot work should not begin a cluster first.
        checkFree("-haddr", settings.http());
        RaftNode node = startNode(settings, listener);
        boolean startedAsVoter = JoinThrough.isVoter(node.status());
        try {
            // Whether other machines may reach it is decided in the settings already, for both addresses.
            return new Server(
                    node,
                    HttpAdapter.builder(node)
                            .address(settings.http().toString())
                            .insecure(true)
                            .start(),
                    startedAsVoter);
        } catch (IllegalStateException | IllegalArgumentException e) {
            node.close();
            throw CommandFailure.runtime("HTTP cannot listen on -haddr=" + settings.http() + ": "
                    + CommandFailure.oneLine(e) + ": stop what uses it, or give another -haddr");
        }
    }

    private static RaftNode startNode(Settings settings, NodeListener listener) {
        RaftNodeBuilder builder = RaftNode.builder()
                .id(settings.id())
                .directory(Path.of(settings.directory()))
                .raftAddress(settings.raft().toString())
                .httpAddress(settings.advertisedHttp().toString())
                .listener(listener);
        HostPort bind = settings.raftBind();
        if (bind != null) {
            builder.bindAddress(bind.host().isEmpty() ? "0.0.0.0:" + bind.port() : bind.toString());
        }
        if (!settings.members().isEmpty()) {
            builder.members(settings.members().toArray(String[]::new));
        } else if (settings.leader()) {
            builder.bootstrap();
        } else {
            builder.awaitJoin();
        }
        try {
            return builder.start();
        } catch (RaftQueueException | IllegalStateException | IllegalArgumentException | UncheckedIOException e) {
            throw CommandFailure.runtime(CommandFailure.oneLine(e));
        }
    }

    static void checkFree(String source, HostPort address) {
        InetSocketAddress socketAddress = socketAddress(address);
        if (socketAddress.isUnresolved()) {
            throw CommandFailure.runtime("the host of " + source + "=" + address
                    + " cannot be resolved: correct the name, or make this machine's resolver know it");
        }
        // Bound, but not listening: a client that came meanwhile would be let in and thrown out again.
        try (var probe = new Socket()) {
            probe.setReuseAddress(true);
            probe.bind(socketAddress);
        } catch (IOException e) {
            throw CommandFailure.runtime("cannot listen on " + source + "=" + address + " (" + CommandFailure.oneLine(e)
                    + "): stop what uses it, or give another " + source);
        }
    }

    private static InetSocketAddress socketAddress(HostPort address) {
        return address.host().isEmpty()
                ? new InetSocketAddress(address.port())
                : new InetSocketAddress(address.host(), address.port());
    }

    RaftNode node() {
        return node;
    }

    /** What its directory said, before anybody could ask for a change through this node. */
    boolean startedAsVoter() {
        return startedAsVoter;
    }

    /** Takes no more requests and finishes those in flight, then lets the node hand over and go. */
    @Override
    public void close() {
        http.close();
        node.close();
    }
}
