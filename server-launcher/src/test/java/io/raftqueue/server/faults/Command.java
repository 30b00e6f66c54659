package io.raftqueue.server.faults;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A short command of the system, run to its end. */
final class Command {
    private Command() {}

    static String run(List<String> command) throws IOException {
        return run(command, "");
    }

    /**
     * Runs it and returns what it printed.
     *
     * @throws IOException with what it printed, if there is no such command or it does not end with 0
     */
    static String run(List<String> command, String input) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        int status;
        try {
            status = process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + String.join(" ", command), e);
        }
        if (status != 0) {
            throw new IOException(String.join(" ", command) + " " + input.strip() + ": " + output);
        }
        return output;
    }
}
