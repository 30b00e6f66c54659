package io.raftqueue.server;

import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Without a subcommand the jar is a node. */
@Command(
        name = "queue",
        sortOptions = false,
        customSynopsis = {
            "queue -id=NAME [-leader | -paddr=HOST:PORT | -members=...] [FLAGS]",
            "       queue status [HOST:PORT]",
            "       queue demo [--once]",
            "       queue log verify|dump DIR"
        },
        description = "A node of a durable FIFO queue replicated by Raft, with HTTP and JMX.",
        footer = {
            "",
            "Every flag can also come from the environment: RAFTQUEUE_ID, RAFTQUEUE_LEADER, ...; a flag wins.",
            "Flags take -id x, -id=x and --id=x; booleans -leader, -leader=true|false|1|0|t|f.",
            "A node with none of -leader, -paddr and -members waits until it is joined, or comes back from its data.",
            "",
            "Exit codes: 0 after SIGTERM, SIGINT, -h and -V; 1 when it fails at run time; 2 for a wrong command line.",
            "stdout has what the node tells (start, role changes), stderr warnings and errors."
        },
        subcommands = {StatusCommand.class, DemoCommand.class, LogCommand.class})
final class ServeCommand implements Callable<Integer> {
    @Mixin
    private final Flags flags = new Flags();

    private final Map<String, String> environment;

    ServeCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public @Nullable Integer call() {
        return new NodeRun(Settings.of(flags, environment)).run();
    }
}
