package io.raftqueue.server.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.raftqueue.server.faults.FaultyDisk.Count;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is switched on here is what another JVM gets, in that directory only, and until it is switched off. */
class FaultyDiskTest {
    private FaultyDisk disk;
    private Process writer;
    private PrintStream orders;
    private BufferedReader answers;

    @TempDir
    Path scratch;

    @BeforeEach
    void startWriter() throws IOException {
        assumeTrue(FaultyDisk.isAvailable(), "a C compiler (cc) and Linux are needed to make a disk misbehave");
        disk = FaultyDisk.below(scratch.resolve("faulty"), scratch);
        Files.createDirectories(scratch.resolve("faulty"));
        Files.createDirectories(scratch.resolve("faulty-not"));
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName())
                .directory(scratch.toFile())
                .redirectErrorStream(true);
        builder.environment().putAll(disk.environment());
        writer = builder.start();
        orders = new PrintStream(writer.getOutputStream(), true, StandardCharsets.US_ASCII);
        answers = new BufferedReader(new InputStreamReader(writer.getInputStream(), StandardCharsets.US_ASCII));
    }

    @AfterEach
    void endWriter() throws InterruptedException {
        if (writer != null) {
            writer.destroyForcibly().waitFor();
        }
    }

    private String answer(String order) throws IOException {
        orders.println(order);
        return answers.readLine();
    }

    @Test
    void aHealthyDiskDoesWhatItIsTold() throws IOException {
        assertThat(answer("write faulty/a 100")).isEqualTo("wrote 100");
        assertThat(answer("force faulty/a")).isEqualTo("done");
        assertThat(answer("rename faulty/a faulty/b")).isEqualTo("done");
        assertThat(Files.size(scratch.resolve("faulty/b"))).isEqualTo(100);
        assertThat(disk.processes()).isEqualTo(1);
    }

    @Test
    void fsyncIsSlow() throws IOException {
        answer("write faulty/a 100");
        disk.slowFsync(Duration.ofMillis(200));
        long before = System.nanoTime();
        assertThat(answer("force faulty/a")).isEqualTo("done");
        assertThat(answer("force faulty")).as("the directory").isEqualTo("done");
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(Duration.ofMillis(400));
        answer("force faulty-not");
        assertThat(disk.count(Count.SLOWED_FSYNCS)).isEqualTo(2);
    }

    @Test
    void fsyncFails() throws IOException {
        answer("write faulty/a 100");
        disk.failFsync();
        assertThat(answer("force faulty/a")).isEqualTo("failed: Input/output error");
        assertThat(answer("write faulty-not/a 100")).isEqualTo("wrote 100");
        assertThat(answer("force faulty-not/a")).isEqualTo("done");
        disk.heal();
        assertThat(answer("force faulty/a")).isEqualTo("done");
        assertThat(disk.count(Count.FAILED_FSYNCS)).isEqualTo(1);
    }

    @Test
    void writesFail() throws IOException {
        disk.failWrites();
        assertThat(answer("write faulty/a 100")).isEqualTo("failed: Input/output error");
        assertThat(answer("append faulty/a 100")).isEqualTo("failed: Input/output error");
        assertThat(answer("write faulty-not/a 100")).isEqualTo("wrote 100");
        disk.heal();
        assertThat(answer("write faulty/a 100")).isEqualTo("wrote 100");
        assertThat(disk.count(Count.FAILED_WRITES)).isEqualTo(2);
    }

    @Test
    void writesAreShort() throws IOException {
        disk.shortWrites();
        assertThat(answer("write faulty/a 100")).isEqualTo("wrote 50");
        assertThat(answer("append faulty/a 100")).isEqualTo("wrote 50");
        assertThat(answer("gather faulty/a 100")).isEqualTo("wrote 100");
        assertThat(Files.size(scratch.resolve("faulty/a"))).isEqualTo(200);
        assertThat(answer("write faulty-not/a 100")).isEqualTo("wrote 100");
        assertThat(disk.count(Count.SHORTENED_WRITES)).isEqualTo(3);
    }

    @Test
    void thereIsNoSpace() throws IOException {
        answer("write faulty/a 100");
        disk.noSpace();
        assertThat(answer("write faulty/a 100")).as("over what is there").isEqualTo("wrote 100");
        assertThat(answer("write faulty/a 101")).isEqualTo("failed: No space left on device");
        assertThat(answer("append faulty/a 1")).isEqualTo("failed: No space left on device");
        assertThat(answer("write faulty/b 1")).isEqualTo("failed: faulty/b: No space left on device");
        assertThat(answer("rename faulty/a faulty/b")).isEqualTo("done");
        disk.heal();
        assertThat(answer("write faulty/b 101")).isEqualTo("wrote 101");
        assertThat(disk.count(Count.REFUSED_GROWTH)).isEqualTo(3);
    }

    @Test
    void namesFail() throws IOException {
        answer("write faulty/a 100");
        disk.failNames();
        assertThat(answer("write faulty/b 1")).isEqualTo("failed: faulty/b: Input/output error");
        assertThat(answer("rename faulty/a faulty/b")).startsWith("failed: ").endsWith("Input/output error");
        assertThat(answer("write faulty/a 100")).isEqualTo("wrote 100");
        assertThat(answer("rename faulty-not faulty-either")).isEqualTo("done");
        assertThat(disk.count(Count.FAILED_NAMES)).isEqualTo(2);
    }

    /** Does with files what it reads from stdin, as the log does. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] args) throws IOException {
            var orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                String[] words = order.split(" ");
                try {
                    System.out.println(obey(words[0], Path.of(words[1]), words));
                } catch (IOException e) {
                    System.out.println("failed: " + e.getMessage());
                }
            }
        }

        private static String obey(String verb, Path path, String[] words) throws IOException {
            switch (verb) {
                case "write" -> {
                    try (FileChannel file =
                            FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                        return "wrote " + file.write(bytes(words[2]), 0);
                    }
                }
                case "append" -> {
                    try (FileChannel file =
                            FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                        return "wrote " + file.write(bytes(words[2]));
                    }
                }
                case "gather" -> {
                    try (FileChannel file = FileChannel.open(path, StandardOpenOption.APPEND)) {
                        return "wrote " + file.write(new ByteBuffer[] {bytes(words[2]), bytes(words[2])});
                    }
                }
                case "force" -> {
                    try (FileChannel file = Files.isDirectory(path)
                            ? FileChannel.open(path, StandardOpenOption.READ)
                            : FileChannel.open(path, StandardOpenOption.WRITE)) {
                        file.force(Files.isDirectory(path));
                    }
                }
                case "rename" -> Files.move(path, Path.of(words[2]), StandardCopyOption.ATOMIC_MOVE);
                default -> throw new IllegalArgumentException(verb);
            }
            return "done";
        }

        private static ByteBuffer bytes(String count) {
            return ByteBuffer.allocate(Integer.parseInt(count));
        }
    }
}
