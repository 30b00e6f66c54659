package io.raftqueue.command;

import io.raftqueue.fuzz.FuzzTarget;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Commands, results and messages. */
public final class CommandFuzzTargets {
    private CommandFuzzTargets() {}

    public static Map<String, Supplier<FuzzTarget>> all() {
        return Map.of(
                "command",
                () -> codec("/golden/commands-v1.txt", CommandFuzzTargets::command),
                "message",
                () -> codec("/golden/messages-v1.txt", bytes -> MessageCodec.encode(MessageCodec.decode(bytes))),
                "result",
                () -> codec("/golden/results-v1.txt", CommandFuzzTargets::results));
    }

    private static FuzzTarget codec(String golden, UnaryOperator<byte[]> readAndWrite) {
        GoldenBytes known = new GoldenBytes(golden);
        List<byte[]> seeds = known.names().stream().map(known::bytes).toList();
        return FuzzTarget.codec(seeds, readAndWrite, MalformedCommandException.class);
    }

    /** What was read is kept in runs; short lists are put into runs once more, one result after the other. */
    private static byte[] results(byte[] bytes) {
        List<Result> results = ResultCodec.decode(bytes);
        return ResultCodec.encode(results.size() <= 1000 ? List.copyOf(results) : results);
    }

    /** Each slot by itself, too, as a take reads it. */
    private static byte[] command(byte[] bytes) {
        CommandBatch batch = CommandCodec.decode(bytes);
        int slots = CommandCodec.messageCount(bytes);
        for (int slot = 0; slot < slots; slot++) {
            CommandCodec.message(bytes, slot);
        }
        return CommandCodec.encode(batch);
    }
}
