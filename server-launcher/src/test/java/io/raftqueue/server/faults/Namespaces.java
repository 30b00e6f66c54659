package io.raftqueue.server.faults;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * One network namespace per node and one for the bridge between them. All links are born inside these namespaces, so the
 * network of the machine is not touched, two runs may use the same addresses, and with the namespaces everything goes.
 * The process id is in the names: what a killed run left behind is found and removed by the next one.
 */
final class Namespaces {
    private static final String PREFIX = "raftqueue-";
    private static final AtomicInteger LABS = new AtomicInteger();

    /** No link has it, so what is sent to it arrives nowhere. */
    private static final String NOBODY = "02:00:00:00:00:ff";

    private final String name = PREFIX + ProcessHandle.current().pid() + "-" + LABS.incrementAndGet();
    private final int nodes;

    private Namespaces(int nodes) {
        this.nodes = nodes;
    }

    /** @throws IOException if this machine or this user cannot make namespaces; then nothing is left */
    static Namespaces make(int nodes) throws IOException {
        var namespaces = new Namespaces(nodes);
        try {
            removeLeftOver();
            namespaces.build();
            return namespaces;
        } catch (IOException e) {
            try {
                namespaces.remove();
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    private void build() throws IOException {
        Command.run(List.of("ip", "netns", "add", hub()));
        var batch = new StringBuilder("link set lo up\nlink add name bridge type bridge\nlink set bridge up\n");
        batch.append("address add ").append(hubHost()).append("/24 dev bridge\n");
        for (int node = 0; node < nodes; node++) {
            Command.run(List.of("ip", "netns", "add", of(node)));
            batch.append("link add name port%d type veth peer name eth0 netns %s\n".formatted(node, of(node)));
            batch.append("link set port%d master bridge up\n".formatted(node));
        }
        in(hub(), batch.toString());
        for (int node = 0; node < nodes; node++) {
            in(of(node), "link set lo up\naddress add %s/24 dev eth0\nlink set eth0 up\n".formatted(host(node)));
        }
    }

    private String hub() {
        return name + "-hub";
    }

    private String of(int node) {
        return name + "-node" + (node + 1);
    }

    String host(int node) {
        return "10.77.0." + (node + 1);
    }

    private static String hubHost() {
        return "10.77.0.254";
    }

    /** What stands before a command that is to run in a node's place. */
    List<String> enter(int node) {
        return enter(of(node));
    }

    /** The same for the place that reaches every node, and is never cut. */
    List<String> enterHub() {
        return enter(hub());
    }

    private static List<String> enter(String namespace) {
        return List.of("ip", "netns", "exec", namespace);
    }

    private static void in(String namespace, String commands) throws IOException {
        Command.run(List.of("ip", "-n", namespace, "-batch", "-"), commands);
    }

    /**
     * From now on nothing of what one node sends arrives at the others given. Silent, as a broken cable is: the sender's
     * packets go to a link address that nobody has.
     */
    void cut(int from, List<Integer> to) throws IOException {
        var batch = new StringBuilder();
        for (int node : to) {
            batch.append("neigh replace %s lladdr %s dev eth0 nud permanent\n".formatted(host(node), NOBODY));
        }
        in(of(from), batch.toString());
    }

    void heal(int from) throws IOException {
        in(of(from), "neigh flush dev eth0 nud permanent\n");
    }

    void remove() throws IOException {
        remove(name);
    }

    private static void removeLeftOver() throws IOException {
        for (String namespace : names()) {
            String owner = namespace.startsWith(PREFIX) ? namespace.split("-", -1)[1] : "";
            if (owner.matches("[0-9]+")
                    && ProcessHandle.of(Long.parseLong(owner)).isEmpty()) {
                remove(namespace);
            }
        }
    }

    /** Removes the namespaces so named, and ends what still runs in them: that was started for them. */
    private static void remove(String prefix) throws IOException {
        for (String namespace : names()) {
            if (namespace.equals(prefix) || namespace.startsWith(prefix + "-")) {
                Command.run(List.of("ip", "netns", "pids", namespace))
                        .lines()
                        .forEach(
                                pid -> ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly));
                Command.run(List.of("ip", "netns", "delete", namespace));
            }
        }
    }

    private static List<String> names() throws IOException {
        return Command.run(List.of("ip", "netns", "list"))
                .lines()
                .map(line -> line.split(" ", 2)[0])
                .toList();
    }

    /** Every other node. */
    List<Integer> others(int node) {
        return IntStream.range(0, nodes).filter(other -> other != node).boxed().toList();
    }
}
