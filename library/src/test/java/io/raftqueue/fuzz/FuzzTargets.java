package io.raftqueue.fuzz;

import io.raftqueue.command.CommandFuzzTargets;
import io.raftqueue.consensus.ConsensusFuzzTargets;
import io.raftqueue.log.DirectoryFuzzTargets;
import io.raftqueue.log.LogFuzzTargets;
import io.raftqueue.raft.PeerFuzzTargets;
import io.raftqueue.state.StateFuzzTargets;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Everything here that reads bytes from a disk or from the network. */
final class FuzzTargets {
    private FuzzTargets() {}

    static Map<String, Supplier<FuzzTarget>> all() {
        Map<String, Supplier<FuzzTarget>> all = new TreeMap<>();
        all.putAll(LogFuzzTargets.all());
        all.putAll(DirectoryFuzzTargets.all());
        all.putAll(PeerFuzzTargets.all());
        all.putAll(ConsensusFuzzTargets.all());
        all.putAll(CommandFuzzTargets.all());
        all.putAll(StateFuzzTargets.all());
        return all;
    }

    static FuzzTarget named(String name) {
        return Objects.requireNonNull(all().get(name), () -> "no target is called " + name)
                .get();
    }
}
