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

    /** In groups whose readers take about as long as each other. */
    private static List<Map<String, Supplier<FuzzTarget>>> groups() {
        Map<String, Supplier<FuzzTarget>> messages = new TreeMap<>();
        messages.putAll(PeerFuzzTargets.all());
        messages.putAll(ConsensusFuzzTargets.all());
        messages.putAll(CommandFuzzTargets.all());
        messages.putAll(StateFuzzTargets.all());
        return List.of(messages, NodeFuzzTargets.all(), LogFuzzTargets.all(), DirectoryFuzzTargets.all());
    }

    static Map<String, Supplier<FuzzTarget>> all() {
        Map<String, Supplier<FuzzTarget>> all = new TreeMap<>();
        groups().forEach(all::putAll);
        return all;
    }

    /** The names of {@link #all}, those together that can share a process. */
    static List<List<String>> together() {
        return groups().stream()
                .map(group -> group.keySet().stream().sorted().toList())
                .toList();
    }

    static FuzzTarget named(String name) {
        return Objects.requireNonNull(all().get(name), () -> "no target is called " + name)
                .get();
    }
}
