package io.raftqueue.fuzz;

import io.raftqueue.command.CommandFuzzTargets;
import io.raftqueue.consensus.ConsensusFuzzTargets;
import io.raftqueue.log.DirectoryFuzzTargets;
import io.raftqueue.log.LogFuzzTargets;
import io.raftqueue.log.NodeFuzzTargets;
import io.raftqueue.raft.PeerFuzzTargets;
import io.raftqueue.state.StateFuzzTargets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Everything here that reads bytes from a disk or from the network. */
final class FuzzTargets {
    private FuzzTargets() {}

    /**
     * Readers that take about as long as each other, and so can share a process.
     *
     * @param inputsPerSecond about as many are read in a second by a process that has begun; 0 if hardly any
     */
    record Group(Map<String, Supplier<FuzzTarget>> targets, int inputsPerSecond) {
        List<String> names() {
            return targets.keySet().stream().sorted().toList();
        }

        boolean isQuick() {
            return inputsPerSecond > 0;
        }
    }

    static List<Group> groups() {
        Map<String, Supplier<FuzzTarget>> messages = new TreeMap<>();
        messages.putAll(PeerFuzzTargets.all());
        messages.putAll(ConsensusFuzzTargets.all());
        messages.putAll(CommandFuzzTargets.all());
        messages.putAll(StateFuzzTargets.all());
        return List.of(
                new Group(messages, 10_000),
                new Group(NodeFuzzTargets.all(), 5_000),
                new Group(LogFuzzTargets.all(), 500),
                new Group(DirectoryFuzzTargets.all(), 0));
    }

    static Map<String, Supplier<FuzzTarget>> all() {
        Map<String, Supplier<FuzzTarget>> all = new TreeMap<>();
        groups().forEach(group -> all.putAll(group.targets()));
        return all;
    }

    static FuzzTarget named(String name) {
        return Objects.requireNonNull(all().get(name), () -> "no target is called " + name)
                .get();
    }
}
