package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.raftqueue.RaftNode;
import io.raftqueue.RaftQueue;
import io.raftqueue.codec.PayloadCodec;
import io.raftqueue.log.LogInspector;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The directory that the jar left behind is damaged, in one place each time, and started from: either every message comes
 * out as it was sent, or the node says which file is damaged and serves nothing wrong. 40 damages here, {@code
 * -Dqueue.damages=200} for the long form.
 */
class DamagedDirectoryIT {
    private static final int DAMAGES = Integer.getInteger("queue.damages", 40);
    private static final long SEED = Long.getLong("queue.seed", 1);
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** So many of those that are refused are given to the jar as well: a JVM for each takes its time. */
    private static final int BY_THE_JAR = 3;

    @RegisterExtension
    final Processes processes = new Processes();

    private final List<String> sent = new ArrayList<>();
    private final Random random = new Random(SEED);

    private enum Damage {
        FLIPPED_BIT,
        TORN_TAIL,
        ZEROED,
        SHORTENED,
        SWAPPED
    }

    @Test
    void isNeverServed() throws Exception {
        Path whole = stoppedNode();
        assertThat(served(copy(whole, "undamaged"))).isEqualTo(sent);
        int refused = 0;
        int harmless = 0;
        for (int i = 0; i < DAMAGES; i++) {
            Damage damage = Damage.values()[i % Damage.values().length];
            Path copy = copy(whole, "damaged");
            String story = "damage %d, seed %d: %s".formatted(i, SEED, damage(copy, damage));
            LogInspector.Report report =
                    assertTimeoutPreemptively(LIMIT, () -> LogInspector.of(copy).verify(), story);
            Path forTheJar = !report.whole() && refused < BY_THE_JAR ? copy(copy, "for-the-jar") : null;

            String refusal = assertTimeoutPreemptively(LIMIT, () -> serveOrRefuse(copy, story), story);
            if (refusal.isEmpty()) {
                harmless++;
            } else {
                refused++;
                assertThat(refusal).as(story).contains(copy.toString());
                assertThat(report.whole())
                        .as("verify sees it too: %s: %s", story, refusal)
                        .isFalse();
                assertThat(report.lines())
                        .as(story)
                        .last()
                        .asString()
                        .startsWith("DAMAGED: ")
                        .contains(copy.toString());
            }
            if (forTheJar != null) {
                theJarRefuses(forTheJar, story);
                Processes.delete(forTheJar);
            }
            Processes.delete(copy);
        }
        System.out.printf(
                "%d damages: %d refused with file and place, %d without any effect on what is served%n",
                DAMAGES, refused, harmless);
        assertThat(refused).isGreaterThan(DAMAGES / 3);
    }

    /** Written by the jar: several segments, a snapshot, messages taken and waiting. */
    private Path stoppedNode() throws Exception {
        NodeProcess node = processes.start("-leader -id=node01 -dir=./node01 -raddr=localhost:%d -haddr=localhost:%d"
                .formatted(processes.freePort(), processes.freePort()));
        node.awaitLine("node01 is leader of cluster .*");
        for (int i = 0; i < 150; i++) {
            String message = i + " " + "x".repeat(random.nextInt(i % 10 == 0 ? 400_000 : 2_000));
            assertThat(node.post("/queues/default/messages", message).status()).isEqualTo(201);
            sent.add(message);
            if (i == 100) {
                assertThat(node.post("/snapshot", "").status()).isEqualTo(204);
            }
        }
        for (int i = 0; i < 30; i++) {
            assertThat(node.post("/queues/default/receive", "").status()).isEqualTo(200);
            sent.remove(0);
        }
        assertThat(node.terminate()).isZero();
        return processes.directory().resolve("node01");
    }

    private Path copy(Path from, String name) throws IOException, InterruptedException {
        Path to = processes.directory().resolve(name);
        var command = List.of("cp", "-r", "--sparse=always", from.toString(), to.toString());
        assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
        return to;
    }

    private String damage(Path directory, Damage damage) throws IOException {
        List<Path> files = files(directory);
        Path file = files.get(random.nextInt(files.size()));
        if (damage == Damage.SWAPPED) {
            Path other = files.get(random.nextInt(files.size()));
            Path aside = directory.resolve("aside");
            Files.move(file, aside);
            Files.move(other.equals(file) ? aside : other, file, StandardCopyOption.REPLACE_EXISTING);
            if (!other.equals(file)) {
                Files.move(aside, other);
            }
            return damage + " " + file.getFileName() + " and " + other.getFileName();
        }
        long used = used(file);
        long at = (long) (random.nextDouble() * used);
        try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
            switch (damage) {
                case FLIPPED_BIT -> {
                    bytes.seek(at);
                    int flipped = bytes.read() ^ 1 << random.nextInt(8);
                    bytes.seek(at);
                    bytes.write(flipped);
                }
                case TORN_TAIL -> { // the last of what is used is as if it had not been written
                    at = Math.max(0, used - 1 - random.nextInt(4096));
                    bytes.seek(at);
                    bytes.write(new byte[(int) (used - at)]);
                }
                case ZEROED -> {
                    bytes.seek(at);
                    bytes.write(new byte[(int) Math.min(used - at, 1 + random.nextInt(8192))]);
                }
                default -> bytes.setLength(at);
            }
        }
        return "%s of %s at %d of %d".formatted(damage, file.getFileName(), at, used);
    }

    /** Not the reserve nor what is written ahead: there is nothing in them. */
    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            List<Path> used = new ArrayList<>();
            for (Path file : all.sorted().toList()) {
                if (used(file) > 0 && !file.endsWith("LOCK")) {
                    used.add(file);
                }
            }
            return used;
        }
    }

    /** Up to the last byte that is not zero. */
    private static long used(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int used = bytes.length;
        while (used > 0 && bytes[used - 1] == 0) {
            used--;
        }
        return used;
    }

    /** Empty when all came out as it was sent, else the words of the refusal; anything else is an error here. */
    private String serveOrRefuse(Path directory, String story) throws Exception {
        try {
            assertThat(served(directory)).as(story).isEqualTo(sent);
            return "";
        } catch (RuntimeException refused) {
            var words = new StringBuilder();
            for (Throwable t = refused; t != null; t = t.getCause()) {
                words.append(t).append('\n');
            }
            return words.toString();
        }
    }

    private List<String> served(Path directory) {
        var all = new ArrayList<String>();
        try (RaftNode node = RaftNode.builder()
                .id("node01")
                .raftAddress("localhost:" + processes.freePort())
                .directory(directory)
                .bootstrap()
                .jmx(false)
                .start()) {
            RaftQueue<String> queue = node.queue("default", PayloadCodec.string());
            for (String message = queue.poll(); message != null; message = queue.poll()) {
                assertThat(message).as("message %d", all.size()).isEqualTo(sent.get(all.size()));
                all.add(message);
            }
        }
        return all;
    }

    private void theJarRefuses(Path directory, String story) throws Exception {
        NodeProcess verify = processes.start("log verify " + directory);
        assertThat(verify.awaitExit(LIMIT)).as(story).isEqualTo(1);
        assertThat(verify.out())
                .as(story)
                .anyMatch(line -> line.startsWith("DAMAGED: ") && line.contains(directory.toString()));

        NodeProcess node = processes.start("-leader -id=node01 -dir=%s -raddr=localhost:%d -haddr=localhost:%d"
                .formatted(directory, processes.freePort(), processes.freePort()));
        assertThat(node.awaitExit(LIMIT)).as(story).isEqualTo(1);
        assertThat(node.err()).as(story).anyMatch(line -> line.contains(directory.toString()));
    }
}
