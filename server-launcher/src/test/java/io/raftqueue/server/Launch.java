package io.raftqueue.server;

import io.raftqueue.server.faults.NetworkLab;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a process is started: what is not on its own command line.
 *
 * @param prefix a command that runs the JVM, as {@code ip netns exec …}; empty for none
 * @param environment on top of this JVM's
 * @param program what the JVM runs, as its flags say it: the jar unless changed
 * @param door where its HTTP answers to this JVM, if not at its -haddr
 */
public record Launch(
        List<String> prefix,
        Map<String, String> environment,
        List<String> jvmFlags,
        List<String> program,
        Optional<String> door) {
    private static final Launch PLAIN = new Launch(
            List.of(), Map.of(), List.of(), List.of("-jar", System.getProperty("queue.jar")), Optional.empty());

    /** The jar, in the network and environment of this JVM. */
    public static Launch plain() {
        return PLAIN;
    }

    /** The jar, in a node's place of a lab. */
    public static Launch in(NetworkLab lab, int node) {
        return new Launch(lab.prefix(node), Map.of(), List.of(), PLAIN.program, Optional.of(lab.door(node)));
    }

    public Launch with(Map<String, String> more) {
        var all = new HashMap<>(environment);
        all.putAll(more);
        return new Launch(prefix, Map.copyOf(all), jvmFlags, program, door);
    }

    public Launch withJvmFlags(List<String> flags) {
        return new Launch(prefix, environment, flags, program, door);
    }

    /** A main class of the tests beside the jar's classes, in place of the jar's own. */
    public Launch running(Class<?> main) {
        String classPath = System.getProperty("queue.jar") + ":" + System.getProperty("java.class.path");
        return new Launch(prefix, environment, jvmFlags, List.of("-cp", classPath, main.getName()), door);
    }
}
