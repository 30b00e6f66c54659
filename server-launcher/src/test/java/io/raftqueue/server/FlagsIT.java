package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every wrong command line, environment and directory of bad-input-flags.tsv against the real jar. */
class FlagsIT {
    /** Rows at once; each is a JVM. */
    private static final int PARALLEL = 2;

    private static final Duration LONGEST = Duration.ofSeconds(20);

    @RegisterExtension
    final Processes processes = new Processes();

    private final Map<String, String> situation = new HashMap<>();

    /** One line of the table. */
    record Row(int number, String arguments, Map<String, String> environment, int exitCode, String substring) {}

    @Test
    void everyRowEndsWithItsExitCodeAndSaysWhy() throws Exception {
        HttpServer alien = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        alien.start();
        var rows = Executors.newFixedThreadPool(PARALLEL);
        try {
            NodeProcess live = prepare(alien.getAddress().getPort());
            var results = new ArrayList<Future<List<String>>>();
            for (Row row : rows()) {
                results.add(rows.submit(() -> run(row)));
            }

            var problems = new ArrayList<String>();
            for (Future<List<String>> result : results) {
                problems.addAll(result.get());
            }

            assertThat(problems).isEmpty();
            assertThat(results).hasSizeGreaterThanOrEqualTo(40);
            assertThat(live.post("/send", "{\"content\":\"still here\"}").status())
                    .isEqualTo(201);
            assertThat(live.get("/recieve").body()).isEqualTo("{\"Data\":{\"content\":\"still here\"}}\n");
        } finally {
            rows.shutdownNow();
            alien.stop(0);
        }
    }

    private NodeProcess prepare(int alienPort) throws Exception {
        int raft = processes.freePort();
        int http = processes.freePort();
        Path directory = processes.directory();
        NodeProcess live = processes.start("-leader -id=live -dir=%s/live -raddr=localhost:%d -haddr=localhost:%d"
                .formatted(directory, raft, http));
        situation.put("live.dir", directory + "/live");
        situation.put("live.raft", Integer.toString(raft));
        situation.put("live.http", Integer.toString(http));

        int stoppedRaft = processes.freePort();
        NodeProcess stopped =
                processes.start("-leader -id=stopped -dir=%s/stopped -raddr=localhost:%d -haddr=localhost:%d"
                        .formatted(directory, stoppedRaft, processes.freePort()));
        stopped.awaitLine("stopped is leader of cluster .*");
        assertThat(stopped.terminate()).isZero();
        situation.put("stopped.raft", Integer.toString(stoppedRaft));

        Path newer = copy(directory.resolve("stopped"), directory.resolve("newer"));
        Files.writeString(newer.resolve("FORMAT"), "raftqueue-data 99\n");
        situation.put("newer.dir", newer.toString());
        Path damaged = copy(directory.resolve("stopped"), directory.resolve("damaged"));
        Files.writeString(damaged.resolve("node.id"), "no identity");
        situation.put("damaged.dir", damaged.toString());
        situation.put(
                "file.dir", Files.writeString(directory.resolve("file"), "x").toString());
        situation.put("alien.http", Integer.toString(alienPort));
        return live.awaitLine("live is leader of cluster .*");
    }

    private static Path copy(Path directory, Path target) throws IOException {
        Files.createDirectory(target);
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
        return target;
    }

    private List<String> run(Row row) throws IOException, InterruptedException {
        var problems = new ArrayList<String>();
        Map<String, String> values = new HashMap<>(situation);
        // A copy for each row: two may run at once.
        Path stopped = processes.directory().resolve("stopped");
        values.put(
                "stopped.dir",
                copy(stopped, processes.directory().resolve("stopped" + row.number()))
                        .toString());
        values.put("raft", Integer.toString(processes.freePort()));
        values.put("http", Integer.toString(processes.freePort()));
        values.put("fresh.dir", processes.directory() + "/fresh" + row.number());
        String arguments = fill(row.arguments(), values);
        try (NodeProcess process = NodeProcess.start(processes.directory(), arguments, row.environment())) {
            int exitCode = process.awaitExit(LONGEST);
            String substring = fill(row.substring(), values);
            List<String> said = exitCode == 0 ? process.out() : process.err();
            if (exitCode != row.exitCode()) {
                problems.add("row " + row.number() + ": exit code " + exitCode + " instead of " + row.exitCode() + ": "
                        + process);
            }
            if (said.stream().noneMatch(line -> line.contains(substring))) {
                problems.add("row " + row.number() + ": '" + substring + "' is missing: " + process);
            }
            if (exitCode == CommandFailure.RUNTIME && process.err().size() != 1) {
                problems.add("row " + row.number() + ": a failure is one line: " + process);
            }
            if (exitCode == CommandFailure.USAGE
                    && process.err().stream().noneMatch(l -> l.startsWith("Usage: queue"))) {
                problems.add("row " + row.number() + ": the usage text is missing: " + process);
            }
        } catch (AssertionError stillRunning) {
            problems.add("row " + row.number() + ": " + stillRunning.getMessage());
        }
        return problems;
    }

    private static String fill(String text, Map<String, String> values) {
        String filled = text;
        for (Map.Entry<String, String> value : values.entrySet()) {
            filled = filled.replace("{" + value.getKey() + "}", value.getValue());
        }
        return filled;
    }

    private static List<Row> rows() throws IOException {
        try (InputStream table = FlagsIT.class.getResourceAsStream("/bad-input-flags.tsv")) {
            var rows = new ArrayList<Row>();
            int number = 0;
            for (String line : new String(table.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                number++;
                if (line.startsWith("#")) {
                    continue;
                }
                String[] cells = line.split("\t");
                var environment = new HashMap<String, String>();
                Stream.of(cells[1].split(" "))
                        .filter(word -> word.contains("="))
                        .forEach(word -> environment.put(
                                word.substring(0, word.indexOf('=')), word.substring(word.indexOf('=') + 1)));
                rows.add(new Row(
                        number,
                        cells[0].equals("(none)") ? "" : cells[0],
                        environment,
                        Integer.parseInt(cells[2]),
                        cells[3]));
            }
            return rows;
        }
    }
}
