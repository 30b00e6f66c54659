package io.raftqueue.server;

import io.raftqueue.node.FreePorts;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The processes of one test: a working directory and free ports for them; what they said is printed if the test fails;
 * nothing of them is left afterwards.
 */
final class Processes implements BeforeEachCallback, AfterEachCallback {
    private final List<NodeProcess> started = new ArrayList<>();
    private final List<Closeable> belongings = new ArrayList<>();
    private final Thread onExit = new Thread(this::endOnExit, "processes-exit");
    private Path directory = Path.of(".");

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        directory = Files.createTempDirectory("queue-it-");
        Runtime.getRuntime().addShutdownHook(onExit);
    }

    /** The working directory of every process of this test. */
    Path directory() {
        return directory;
    }

    NodeProcess start(String commandLine) {
        return add(NodeProcess.start(directory, commandLine));
    }

    NodeProcess start(String commandLine, Map<String, String> environment, List<String> jvmFlags) {
        return add(NodeProcess.start(directory, commandLine, environment, jvmFlags));
    }

    NodeProcess start(String commandLine, Launch launch) {
        return add(NodeProcess.start(directory, commandLine, launch));
    }

    private synchronized NodeProcess add(NodeProcess process) {
        started.add(process);
        return process;
    }

    /** A loopback port that nothing uses, another one at each call. */
    int freePort() {
        return FreePorts.one();
    }

    /** Closed when the processes have ended, before their working directory goes. */
    <T extends Closeable> T own(T belonging) {
        belongings.add(belonging);
        return belonging;
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        if (context.getExecutionException().isPresent()) {
            System.err.println("What the processes of " + context.getDisplayName() + " said:");
            started.forEach(System.err::println);
        }
        end();
        Runtime.getRuntime().removeShutdownHook(onExit);
    }

    private synchronized void end() throws IOException {
        started.forEach(NodeProcess::close);
        for (Closeable belonging : belongings) {
            belonging.close();
        }
        delete(directory);
    }

    /** Also of a test that is interrupted nothing is left. */
    private void endOnExit() {
        try {
            end();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
