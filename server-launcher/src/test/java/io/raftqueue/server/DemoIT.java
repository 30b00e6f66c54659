package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DemoIT {
    @RegisterExtension
    final Processes processes = new Processes();

    private static Path directoryOf(NodeProcess demo) {
        return Path.of(demo.out().get(0).replaceAll(".* data in ", ""));
    }

    @Test
    void onceChecksTheAnswersAndLeavesNothing() throws Exception {
        NodeProcess demo = processes.start("demo --once");

        assertThat(demo.awaitExit(Duration.ofSeconds(20))).isZero();

        assertThat(demo.out()).contains("Every answer was as expected.");
        assertThat(demo.out()).anyMatch(line -> line.matches(" *curl -X GET http://localhost:\\d+/recieve"));
        assertThat(demo.err()).isEmpty();
        assertThat(Files.exists(directoryOf(demo))).isFalse();
    }

    @Test
    void goesOnUntilCtrlC() throws Exception {
        NodeProcess demo = processes.start("demo");
        demo.awaitLine("The nodes go on until Ctrl-C.*");
        Path directory = directoryOf(demo);
        assertThat(Files.exists(directory)).isTrue();

        assertThat(demo.interrupt()).isZero();

        assertThat(Files.exists(directory)).isFalse();
    }
}
