package io.raftqueue.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The rules of the queue as scripts: {@code scripts/*.txt}, each line an operation and the answer it must get. */
class StateScriptsTest {
    private static final String ARROW = "=>";

    @TestFactory
    Stream<DynamicTest> scripts() throws IOException, URISyntaxException {
        Path directory = Path.of(StateScriptsTest.class.getResource("/scripts").toURI());
        List<Path> scripts;
        try (Stream<Path> files = Files.list(directory)) {
            scripts =
                    files.filter(file -> !file.endsWith("README.txt")).sorted().toList();
        }
        assertThat(scripts).hasSizeGreaterThan(4);
        return scripts.stream()
                .map(script -> DynamicTest.dynamicTest(script.getFileName().toString(), () -> play(script)));
    }

    private static void play(Path file) {
        StateScript script = new StateScript();
        List<String> surprises = new ArrayList<>();
        List<String> lines = lines(file);
        for (int i = 0; i < lines.size(); i++) {
            int arrow = lines.get(i).indexOf(ARROW);
            if (arrow >= 0) {
                String operation = lines.get(i).substring(0, arrow).strip();
                String expected = lines.get(i).substring(arrow + ARROW.length()).strip();
                String actual = script.play(operation);
                if (!actual.equals(expected)) {
                    surprises.add("%s:%d %s%n  expected %s%n  but was  %s"
                            .formatted(file.getFileName(), i + 1, operation, expected, actual));
                }
            }
        }
        assertThat(surprises).isEmpty();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
