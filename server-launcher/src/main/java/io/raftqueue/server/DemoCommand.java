package io.raftqueue.server;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Three nodes in this JVM, for a first look. */
@Command(
        name = "demo",
        customSynopsis = "queue demo [--once]",
        description = "Run three nodes in this JVM on free ports, with data in a temporary directory, and send and"
                + " receive comments through all of them. Goes on until Ctrl-C; then nothing is left.",
        footer = {"", "Exit codes: 0 when every answer was as expected, 1 when one differed."})
final class DemoCommand implements Callable<Integer> {
    @Option(
            names = {"-once", "--once"},
            description = "Check the answers and exit.")
    private boolean once;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public @Nullable Integer call() throws IOException, InterruptedException {
        var out = java.util.Objects.requireNonNull(spec).commandLine().getOut();
        var demo = new Demo(out);
        Shutdown shutdown = Shutdown.onSignal(demo::close);
        try (demo) {
            boolean asExpected = demo.run();
            if (!once) {
                demo.tellHowToGoOn();
                new CountDownLatch(1).await();
            }
            shutdown.exiting();
            return asExpected ? 0 : CommandFailure.RUNTIME;
        } finally {
            shutdown.exiting();
        }
    }
}
