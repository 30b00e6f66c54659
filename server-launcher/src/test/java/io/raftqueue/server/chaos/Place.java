package io.raftqueue.server.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.raftqueue.server.Launch;
import io.raftqueue.server.NodeProcess;
import io.raftqueue.server.chaos.HttpConnection.Answer;
import io.raftqueue.server.faults.FakeClock;
import io.raftqueue.server.faults.FaultyDisk;
import io.raftqueue.server.faults.NetworkLab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where one node lives: its addresses, its disk and its clock stay, while the processes there come and go, and with each
 * {@link #rename()} another member. Some places run the jar, the others a program that embeds the library.
 */
final class Place {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PATIENCE_MILLIS = 3_000;

    private final Path run;
    private final NetworkLab lab;
    private final int number;
    private final boolean embedded;
    private final ChaosLog log;
    private final int rate;
    final Optional<FaultyDisk> disk;
    final Optional<FakeClock> clock;
    private int generation;
    private int starts;
    private volatile @Nullable NodeProcess process;
    private int processesEnded;

    /** @param rate sends a second of the clients inside, if it is a program that has some */
    Place(Path run, NetworkLab lab, int number, boolean embedded, int rate, ChaosLog log) throws IOException {
        this.run = run;
        this.lab = lab;
        this.number = number;
        this.embedded = embedded;
        this.rate = rate;
        this.log = log;
        Path scratch = run.resolve("scratch");
        disk = FaultyDisk.isAvailable() ? Optional.of(FaultyDisk.below(directory(), scratch)) : Optional.empty();
        clock = FakeClock.isAvailable() ? Optional.of(FakeClock.in(scratch)) : Optional.empty();
    }

    int number() {
        return number;
    }

    /** Whether the program here has clients inside. */
    boolean hasClients() {
        return embedded;
    }

    /** The member's name. */
    String id() {
        return "node" + (number + 1) + (generation == 0 ? "" : "-" + generation);
    }

    /** Another member will live here. */
    void rename() {
        generation++;
    }

    Path directory() {
        return run.resolve("data").resolve("place" + (number + 1));
    }

    String httpAddress() {
        return lab.httpAddress(number);
    }

    /** Starts a new cluster (none given), or comes (back) through another member. */
    void start(Optional<Place> through) {
        starts++;
        String flags = "-id=" + id() + " " + lab.flags(number) + " -dir=" + directory();
        Launch launch = Launch.in(lab, number).with(environment());
        if (embedded) {
            launch = launch.running(EmbeddedMember.class);
            long first = 1_000_000_000_000L * (number + 1) + 1_000_000_000L * starts;
            flags += through.map(other -> " -join=" + lab.raftAddress(other.number))
                    .orElse("");
            flags += " -history=%s -stop=%s -first=%d -rate=%d"
                    .formatted(
                            run.resolve("history").resolve("place%d-%d".formatted(number + 1, starts)),
                            run.resolve("stop"),
                            first,
                            rate);
        } else {
            flags += through.map(other -> " -paddr=" + other.httpAddress()).orElse(" -leader");
        }
        process = NodeProcess.start(run, flags, launch);
    }

    private Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        disk.ifPresent(d -> environment.putAll(d.environment()));
        clock.ifPresent(c -> c.environment()
                .forEach((name, value) -> environment.merge(name, value, (one, other) -> one + ":" + other)));
        return environment;
    }

    boolean isRunning() {
        NodeProcess running = process;
        return running != null && running.isAlive();
    }

    NodeProcess process() {
        NodeProcess running = process;
        if (running == null) {
            throw new IllegalStateException("nothing runs at place " + (number + 1));
        }
        return running;
    }

    void kill() throws IOException, InterruptedException {
        process().kill();
        ended();
    }

    /** SIGTERM; what it ends with. Killed if it does not end. */
    int terminate(Duration patience) throws IOException, InterruptedException {
        NodeProcess running = process();
        int code = running.terminate(patience);
        ended();
        return code;
    }

    private void ended() throws IOException {
        NodeProcess ended = process();
        log.keep("nodes.log", ended.toString());
        process = null;
        processesEnded++;
    }

    int processesEnded() {
        return processesEnded;
    }

    /** What it says, and that it does not run any more. */
    void close() throws IOException, InterruptedException {
        if (process != null) {
            kill();
        }
    }

    void wipe() throws IOException {
        delete(directory());
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

    /** GET /stats as any process outside sees it; a missing node while there is no answer. */
    JsonNode stats() {
        try {
            Answer answer = ask("GET", "/stats", PATIENCE_MILLIS);
            return answer.status() == 200 ? JSON.readTree(answer.body()) : MissingNode.getInstance();
        } catch (IOException notNow) {
            return MissingNode.getInstance();
        }
    }

    boolean isReady() {
        try {
            return ask("GET", "/readyz", PATIENCE_MILLIS).status() == 200;
        } catch (IOException notNow) {
            return false;
        }
    }

    HttpConnection connect() {
        return new HttpConnection(lab.door(number));
    }

    Answer ask(String method, String path, int patienceMillis) throws IOException {
        try (HttpConnection connection = connect()) {
            return connection.exchange(method, path, "", patienceMillis);
        }
    }

    @Override
    public String toString() {
        return id() + (embedded ? " (embedded)" : "");
    }
}
