package io.raftqueue.server.faults;

import io.raftqueue.node.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A network for the nodes of one test, that can be cut. Each node gets a place in it, counted from 0. Where root allows,
 * a place is a network namespace of its own; else it is the loopback of this machine, nothing can be cut, and
 * {@link #describe()} says so. Closing it ends what still runs in it and leaves nothing behind.
 *
 * <pre>{@code
 * try (var lab = NetworkLab.open(3)) {
 *     assumeThat(lab.canCut()).as(lab.describe()).isTrue();
 *     NodeProcess.start(directory, "-id=node01 -leader " + lab.flags(0), lab.launch(0));
 *     lab.isolate(0);
 *     lab.heal();
 * }
 * }</pre>
 */
public final class NetworkLab implements AutoCloseable {
    private static final int RAFT_PORT = 3001;
    private static final int HTTP_PORT = 3000;

    private final int nodes;
    private final Optional<Namespaces> namespaces;
    private final String description;
    private final List<String> raft = new ArrayList<>();
    private final List<String> http = new ArrayList<>();
    private final Thread onExit = new Thread(this::removeNamespaces, "network-lab-exit");
    private Optional<Doors> doors = Optional.empty();

    private NetworkLab(int nodes, Optional<Namespaces> namespaces, String description) {
        this.nodes = nodes;
        this.namespaces = namespaces;
        this.description = description;
        for (int node = 0; node < nodes; node++) {
            if (namespaces.isPresent()) {
                raft.add(namespaces.get().host(node) + ":" + RAFT_PORT);
                http.add(namespaces.get().host(node) + ":" + HTTP_PORT);
            } else {
                raft.add("localhost:" + FreePorts.one());
                http.add("localhost:" + FreePorts.one());
            }
        }
        Runtime.getRuntime().addShutdownHook(onExit);
    }

    /** A network for so many nodes, in namespaces if that is possible here. */
    public static NetworkLab open(int nodes) {
        try {
            return new NetworkLab(
                    nodes,
                    Optional.of(Namespaces.make(nodes)),
                    "network: " + nodes + " namespaces and a bridge, partitions are possible");
        } catch (IOException e) {
            return loopback(nodes, e.getMessage());
        }
    }

    /** The same on loopback. */
    public static NetworkLab loopback(int nodes, String why) {
        return new NetworkLab(nodes, Optional.empty(), "network: loopback, NO partitions (" + why + ")");
    }

    /** Whether nodes can be cut off from each other. */
    public boolean canCut() {
        return namespaces.isPresent();
    }

    /** One line for a report: what this network is, and why it is no more. */
    public String describe() {
        return description;
    }

    public int nodes() {
        return nodes;
    }

    public String raftAddress(int node) {
        return raft.get(node);
    }

    /** HTTP address of a node, as the other nodes and what runs in the hub reach it. */
    public String httpAddress(int node) {
        return http.get(node);
    }

    /** The addresses of a node as flags of the jar. */
    public String flags(int node) {
        return "-raddr=" + raftAddress(node) + " -haddr=" + httpAddress(node) + (canCut() ? " -insecure" : "");
    }

    /** What stands before the command line of a process that is to run in a node's place. */
    public List<String> prefix(int node) {
        return namespaces.map(n -> n.enter(node)).orElse(List.of());
    }

    /** The same for a process that is to reach every node whatever is cut between them. */
    public List<String> hubPrefix() {
        return namespaces.map(Namespaces::enterHub).orElse(List.of());
    }

    /**
     * HTTP address of a node as this JVM reaches it, whatever is cut between the nodes. In namespaces it is a loopback
     * port of this JVM, and a helper process inside takes over from there: good for tests, not for measuring rates.
     */
    public synchronized String door(int node) {
        if (namespaces.isEmpty()) {
            return httpAddress(node);
        }
        try {
            if (doors.isEmpty()) {
                doors = Optional.of(Doors.open(hubPrefix()));
            }
            return "localhost:" + doors.get().to(namespaces.get().host(node), HTTP_PORT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What one node sends does not arrive at the other; the way back stays open. */
    public void cut(int from, int to) {
        apply(n -> n.cut(from, List.of(to)));
    }

    /** Neither of the two hears the other. */
    public void cutBoth(int one, int other) {
        cut(one, other);
        cut(other, one);
    }

    /** Nothing goes in or out between this node and all others; clients in the hub still reach it. */
    public void isolate(int node) {
        apply(n -> {
            n.cut(node, n.others(node));
            for (int other : n.others(node)) {
                n.cut(other, List.of(node));
            }
        });
    }

    /** The others do not hear this node; it hears them. */
    public void mute(int node) {
        apply(n -> n.cut(node, n.others(node)));
    }

    /** This node does not hear the others; they hear it. */
    public void deafen(int node) {
        apply(n -> {
            for (int other : n.others(node)) {
                n.cut(other, List.of(node));
            }
        });
    }

    /** Two sides that do not see each other, but for the nodes that are in neither: these see both. */
    public void split(Set<Integer> one, Set<Integer> other) {
        apply(n -> {
            for (int node : one) {
                n.cut(node, List.copyOf(other));
            }
            for (int node : other) {
                n.cut(node, List.copyOf(one));
            }
        });
    }

    /** This node sees all, the halves of the rest do not see each other. */
    public void bridge(int middle) {
        List<Integer> rest =
                IntStream.range(0, nodes).filter(node -> node != middle).boxed().toList();
        int half = rest.size() / 2;
        split(Set.copyOf(rest.subList(0, half)), Set.copyOf(rest.subList(half, rest.size())));
    }

    /** Everything arrives again. */
    public void heal() {
        apply(n -> {
            for (int node = 0; node < nodes; node++) {
                n.heal(node);
            }
        });
    }

    private interface Change {
        void on(Namespaces namespaces) throws IOException;
    }

    private void apply(Change change) {
        if (namespaces.isEmpty()) {
            throw new IllegalStateException("nothing can be cut here: " + description);
        }
        try {
            change.on(namespaces.get());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void removeNamespaces() {
        namespaces.ifPresent(n -> {
            try {
                n.remove();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Override
    public void close() {
        doors.ifPresent(Doors::close);
        removeNamespaces();
        Runtime.getRuntime().removeShutdownHook(onExit);
    }
}
