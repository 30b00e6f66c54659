package io.raftqueue.server;

import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Entry point of {@code queue.jar}: flags in, exit code out. */
public final class Main {
    private Main() {}

    /** Runs the command and ends the JVM with its exit code. */
    public static void main(String[] args) {
        SerialFilter.install();
        System.exit(commandLine(System.getenv()).execute(args));
    }

    static CommandLine commandLine(Map<String, String> environment) {
        var queue = new CommandLine(new ServeCommand(environment));
        queue.getCommandSpec().version(version());
        return queue.setPosixClusteredShortOptionsAllowed(false)
                // As in Go, the last one counts: a script may add to a line it was given.
                .setOverwrittenOptionsAllowed(true)
                .setUsageHelpWidth(110)
                .setUsageHelpAutoWidth(false)
                .setParameterExceptionHandler(Main::wrongCommandLine)
                .setExecutionExceptionHandler((failure, command, parsed) -> failed(failure, command));
    }

    private static int wrongCommandLine(ParameterException failure, String[] args) {
        return usage(describe(failure), failure.getCommandLine());
    }

    private static int failed(Exception failure, CommandLine command) throws Exception {
        if (!(failure instanceof CommandFailure expected)) {
            throw failure;
        }
        if (expected.exitCode() == CommandFailure.USAGE) {
            return usage(CommandFailure.oneLine(expected), command);
        }
        command.getErr().println(CommandFailure.oneLine(expected));
        return expected.exitCode();
    }

    private static int usage(String message, CommandLine command) {
        PrintWriter err = command.getErr();
        err.println(message);
        err.println();
        command.usage(err);
        return CommandFailure.USAGE;
    }

    /** picocli's findings in the words of the flags as the README writes them. */
    private static String describe(ParameterException failure) {
        if (failure instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            String argument = unmatched.getUnmatched().get(0);
            return argument.startsWith("-")
                    ? "unknown flag " + argument + ": -h lists what there is"
                    : "unexpected argument " + argument + ": a flag's value follows its = or the flag";
        }
        if (failure instanceof MissingParameterException missing
                && !missing.getMissing().isEmpty()
                && missing.getMissing().get(0) instanceof OptionSpec option) {
            return "flag " + option.names()[0] + " needs a value: " + option.names()[0] + "=" + option.paramLabel();
        }
        if (failure instanceof MissingParameterException missing
                && !missing.getMissing().isEmpty()) {
            return missing.getMissing().get(0).paramLabel() + " is missing";
        }
        if (failure.getCause() instanceof TypeConversionException conversion
                && failure.getArgSpec() instanceof OptionSpec option) {
            return "flag " + option.names()[0] + "=" + failure.getValue() + " is " + conversion.getMessage();
        }
        return String.valueOf(failure.getMessage());
    }

    /** {@code RaftQueue 1.2.3}, as {@code -V} prints it. */
    static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return "RaftQueue " + (version == null ? "(not packaged)" : version);
    }
}
