package io.raftqueue.server;

import io.raftqueue.log.LogInspector;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks into a data directory; changes nothing. */
@Command(
        name = "log",
        customSynopsis = {"queue log verify DIR", "       queue log dump DIR"},
        description = "Look into the data directory of a stopped node. Nothing in it is changed.",
        footer = {
            "",
            "Exit codes: 0 when the directory is whole; 1 when it is damaged or none; 2 for a wrong command line."
        },
        subcommands = {LogCommand.Verify.class, LogCommand.Dump.class})
final class LogCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public @Nullable Integer call() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(),
                "say what to do: queue log verify DIR, or queue log dump DIR");
    }

    @Command(
            name = "verify",
            customSynopsis = "queue log verify DIR",
            description = "Do all that a start does, read every record, and say whether the directory is whole.")
    static final class Verify implements Callable<Integer> {
        @Parameters(paramLabel = "DIR", description = "The data directory.")
        private String directory = "";

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public @Nullable Integer call() {
            LogInspector.Report report = inspector(directory).verify();
            PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
            report.lines().forEach(out::println);
            out.flush();
            return report.whole() ? 0 : CommandFailure.RUNTIME;
        }
    }

    @Command(name = "dump", customSynopsis = "queue log dump DIR", description = "Print one line for each record.")
    static final class Dump implements Callable<Integer> {
        @Parameters(paramLabel = "DIR", description = "The data directory.")
        private String directory = "";

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public @Nullable Integer call() {
            PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
            var damaged = new AtomicBoolean();
            inspector(directory).dump(line -> {
                out.println(line);
                damaged.compareAndSet(false, line.startsWith("DAMAGED"));
            });
            out.flush();
            return damaged.get() ? CommandFailure.RUNTIME : 0;
        }
    }

    private static LogInspector inspector(String directory) {
        try {
            return LogInspector.of(Path.of(directory));
        } catch (NoSuchFileException e) {
            throw CommandFailure.runtime(directory + " is no directory: give the data directory of a node");
        } catch (IOException e) {
            throw CommandFailure.runtime(directory + " cannot be read (" + CommandFailure.oneLine(e)
                    + "): give the data directory of a node");
        }
    }
}
