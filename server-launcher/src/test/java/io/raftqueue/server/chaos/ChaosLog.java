package io.raftqueue.server.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/** What happened when, readable while the run goes on. */
final class ChaosLog {
    private final Path file;
    private final long began = System.nanoTime();

    ChaosLog(Path file) {
        this.file = file;
    }

    Path file() {
        return file;
    }

    void say(String text) {
        Duration since = Duration.ofNanos(System.nanoTime() - began);
        append(
                file,
                "%3d:%02d.%03d %s%n".formatted(since.toMinutes(), since.toSecondsPart(), since.toMillisPart(), text));
    }

    /** Beside the log, for what is too long for it. */
    void keep(String name, String text) {
        append(file.resolveSibling(name), text + System.lineSeparator());
    }

    private static synchronized void append(Path file, String text) {
        try {
            Files.write(
                    file, text.getBytes(StandardCharsets.UTF_8), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
