package io.raftqueue.server.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A running JVM sees the jump on its wall clock, and not on the other one. */
class FakeClockTest {
    @TempDir
    Path scratch;

    @Test
    void theWallClockOfARunningJvmJumpsAndItsMonotonicClockDoesNot() throws Exception {
        assumeThat(FakeClock.isAvailable()).as("a C compiler").isTrue();
        FakeClock clock = FakeClock.in(scratch);
        var builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-cp",
                System.getProperty("java.class.path"),
                FakeClockTest.class.getName());
        builder.environment().putAll(clock.environment());
        Process asked = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (var answers = new BufferedReader(new InputStreamReader(asked.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(hoursOff(asked, answers)).isEqualTo("0 0");
            clock.jump(Duration.ofHours(-3));
            assertThat(hoursOff(asked, answers)).isEqualTo("-3 0");
            clock.jump(Duration.ofHours(5));
            assertThat(hoursOff(asked, answers)).isEqualTo("5 0");
            clock.jump(Duration.ZERO);
            assertThat(hoursOff(asked, answers)).isEqualTo("0 0");
        } finally {
            asked.destroyForcibly().waitFor();
        }
    }

    /** Of its wall clock and of its monotonic clock, against ours. */
    private static String hoursOff(Process asked, BufferedReader answers) throws IOException {
        asked.getOutputStream().write('\n');
        asked.getOutputStream().flush();
        String[] clocks = answers.readLine().split(" ", -1);
        double wall = (Long.parseLong(clocks[0]) - System.currentTimeMillis()) / 3_600_000.0;
        double monotonic = (Long.parseLong(clocks[1]) - System.nanoTime()) / 3_600e9;
        return Math.round(wall) + " " + Math.round(monotonic);
    }

    public static void main(String[] arguments) throws IOException {
        while (System.in.read() >= 0) {
            System.out.println(System.currentTimeMillis() + " " + System.nanoTime());
        }
    }
}
