package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.raftqueue.server.NodeClient.Answer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The packaged jar as a process of its own: started as a user starts it, watched, frozen, killed. */
public final class NodeProcess implements AutoCloseable {
    public static final Duration SOON = Duration.ofSeconds(30);

    private final Process process;
    private final String commandLine;
    private final List<String> out = new CopyOnWriteArrayList<>();
    private final List<String> err = new CopyOnWriteArrayList<>();
    private final List<Thread> readers = new ArrayList<>();
    private final NodeClient client = new NodeClient(Duration.ofSeconds(30));
    private final Optional<String> door;

    private NodeProcess(Process process, String commandLine, Optional<String> door) {
        this.process = process;
        this.commandLine = commandLine;
        this.door = door;
        read(process.getInputStream(), out);
        read(process.getErrorStream(), err);
    }

    /**
     * Starts {@code java -jar queue.jar}.
     *
     * @param commandLine what follows the jar, split at blanks
     */
    static NodeProcess start(Path workingDirectory, String commandLine) {
        return start(workingDirectory, commandLine, Map.of());
    }

    static NodeProcess start(Path workingDirectory, String commandLine, Map<String, String> environment) {
        return start(workingDirectory, commandLine, environment, List.of());
    }

    static NodeProcess start(
            Path workingDirectory, String commandLine, Map<String, String> environment, List<String> jvmFlags) {
        return start(
                workingDirectory, commandLine, Launch.plain().with(environment).withJvmFlags(jvmFlags));
    }

    public static NodeProcess start(Path workingDirectory, String commandLine, Launch launch) {
        var command = new ArrayList<>(launch.prefix());
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-Xmx256m"));
        command.addAll(launch.jvmFlags());
        command.addAll(launch.program());
        if (!commandLine.isBlank()) {
            command.addAll(List.of(commandLine.strip().split(" +")));
        }
        var builder = new ProcessBuilder(command).directory(workingDirectory.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("RAFTQUEUE_"));
        builder.environment().putAll(launch.environment());
        try {
            return new NodeProcess(builder.start(), commandLine, launch.door());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read(InputStream stream, List<String> lines) {
        var reader = new Thread(() -> {
            try (var text = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                for (String line = text.readLine(); line != null; line = text.readLine()) {
                    lines.add(line);
                }
            } catch (IOException e) {
                lines.add("(" + e.getMessage() + ")");
            }
        });
        reader.setDaemon(true);
        reader.start();
        readers.add(reader);
    }

    public List<String> out() {
        return out;
    }

    public List<String> err() {
        return err;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for a whole line of stdout. */
    public NodeProcess awaitLine(String regex) {
        Pattern pattern = Pattern.compile(regex);
        await(regex).atMost(SOON).pollInterval(Duration.ofMillis(10)).until(() -> {
            if (!process.isAlive() && !anyMatches(pattern)) {
                throw new AssertionError("ended before it printed '" + regex + "': " + this);
            }
            return anyMatches(pattern);
        });
        return this;
    }

    private boolean anyMatches(Pattern pattern) {
        return out.stream().anyMatch(line -> pattern.matcher(line).matches());
    }

    /** Waits for the end and for the last of its output. */
    public int awaitExit(Duration atMost) throws InterruptedException {
        assertThat(process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS))
                .as("ended within %s: %s", atMost, this)
                .isTrue();
        for (Thread reader : readers) {
            reader.join(5_000);
        }
        return process.exitValue();
    }

    /** SIGTERM. */
    public int terminate() throws InterruptedException {
        return terminate(Duration.ofSeconds(10));
    }

    public int terminate(Duration atMost) throws InterruptedException {
        process.destroy();
        return awaitExit(atMost);
    }

    /** SIGKILL. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** SIGSTOP: the process is there but does nothing. */
    public void freeze() throws IOException, InterruptedException {
        signal("-STOP");
    }

    /** SIGCONT. */
    public void thaw() throws IOException, InterruptedException {
        signal("-CONT");
    }

    /** SIGINT, as Ctrl-C. */
    int interrupt() throws IOException, InterruptedException {
        assumeFalse(ignoresInterrupts(), "a job in the background ignores SIGINT, and so do the processes it starts");
        signal("-INT");
        return awaitExit(Duration.ofSeconds(10));
    }

    /** By the mask of ignored signals, where the system tells. */
    private static boolean ignoresInterrupts() throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.isReadable(status)
                && Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("SigIgn:"))
                        .anyMatch(line ->
                                (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
    }

    private void signal(String signal) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", signal, Long.toString(process.pid()))
                .start()
                .waitFor();
        assertThat(status).as("kill %s", signal).isZero();
    }

    private HostPort http() {
        String address = door.or(() -> flag("-haddr=")).orElse(Settings.DEFAULT_HADDR);
        return HostPort.parse("-haddr", address, HostPort.EmptyHost.REFUSED);
    }

    private Optional<String> flag(String prefix) {
        return List.of(commandLine.split(" +")).stream()
                .filter(word -> word.startsWith(prefix))
                .map(word -> word.substring(prefix.length()))
                .findFirst();
    }

    Answer get(String path) throws IOException, InterruptedException {
        return client.get(http(), path);
    }

    Answer post(String path, String body) throws IOException, InterruptedException {
        return client.post(http(), path, body);
    }

    Answer delete(String path) throws IOException, InterruptedException {
        return client.delete(http(), path);
    }

    /** One key of GET /stats; empty while nothing answers. */
    public String stat(String key) throws InterruptedException {
        try {
            return get("/stats").json().path(key).asText("");
        } catch (IOException e) {
            return "";
        }
    }

    /** Everything it said, for a failed test. */
    @Override
    public String toString() {
        var text = new StringBuilder("queue ").append(commandLine);
        text.append(process.isAlive() ? " (running)" : " (exit code " + process.exitValue() + ")");
        out.forEach(line -> text.append("\n  | ").append(line));
        err.forEach(line -> text.append("\n  ! ").append(line));
        return text.toString();
    }

    /** Kills it if it still runs. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
