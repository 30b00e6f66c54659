package io.raftqueue.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Nodes in a JVM of 512 MB of their own, told what to do by lines: {@link ClusterMain} is the other end. What they say
 * beside that is printed. {@code -Dbenchmark.jvm="..."} gives options to these JVMs, {@code %s} being the directory's name.
 */
final class ClusterProcess implements AutoCloseable {
    private static final String OPTIONS = System.getProperty("benchmark.jvm", "");

    private final Process process;
    private final PrintStream to;
    private final BufferedReader from;
    private final String name;

    /** @param beginning what {@link ClusterMain} takes */
    ClusterProcess(Path directory, String... beginning) throws IOException {
        name = directory.getFileName().toString();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx512m");
        for (String option : OPTIONS.split(" ")) {
            if (!option.isBlank()) {
                command.add(option.replace("%s", name));
            }
        }
        command.addAll(List.of(
                "-cp", System.getProperty("java.class.path"), ClusterMain.class.getName(), directory.toString()));
        command.addAll(List.of(beginning));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        to = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        from = process.inputReader();
    }

    /** A cluster of so many nodes with a fixed membership. */
    static ClusterProcess cluster(Path directory, List<Integer> ports) throws IOException {
        List<String> members = new ArrayList<>();
        for (int i = 0; i < ports.size(); i++) {
            members.add("node" + i + "=localhost:" + ports.get(i));
        }
        return new ClusterProcess(directory, members.toArray(String[]::new));
    }

    /** Waits for the answer to a command, or for {@code ready} when there was none. */
    String answer() throws IOException {
        String line;
        while ((line = from.readLine()) != null) {
            if (line.startsWith("= ")) {
                return line.substring(2);
            }
            System.out.println(name + ": " + line);
        }
        throw new IOException("the JVM of " + name + " has ended");
    }

    void tell(String command) {
        to.println(command);
    }

    String ask(String command) throws IOException {
        tell(command);
        return answer();
    }

    Load.Figures load(String command) throws IOException {
        return Load.Figures.parse(ask(command));
    }

    /** Ends it in good order. */
    void stop() throws IOException {
        ask("quit");
        close();
    }

    /** Ends it as a crash does. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
