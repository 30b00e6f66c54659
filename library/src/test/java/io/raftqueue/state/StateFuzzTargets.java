package io.raftqueue.state;

import io.raftqueue.command.GoldenBytes;
import io.raftqueue.command.MalformedCommandException;
import io.raftqueue.fuzz.FuzzTarget;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The replicated state in a snapshot. */
public final class StateFuzzTargets {
    private StateFuzzTargets() {}

    public static Map<String, Supplier<FuzzTarget>> all() {
        return Map.of("state", StateFuzzTargets::state);
    }

    private static FuzzTarget state() {
        GoldenBytes known = new GoldenBytes("/golden/snapshots-v1.txt");
        List<byte[]> seeds = known.names().stream().map(known::bytes).toList();
        return FuzzTarget.codec(
                seeds, bytes -> StateSnapshot.write(StateSnapshot.read(bytes)), MalformedCommandException.class);
    }
}
