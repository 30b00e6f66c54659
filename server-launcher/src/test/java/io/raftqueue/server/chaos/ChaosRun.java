package io.raftqueue.server.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.raftqueue.server.Launch;
import io.raftqueue.server.NodeProcess;
import io.raftqueue.server.chaos.Cluster.NotRecoveredException;
import io.raftqueue.server.chaos.FaultKind.Need;
import io.raftqueue.server.chaos.HttpConnection.Answer;
import io.raftqueue.server.faults.FakeClock;
import io.raftqueue.server.faults.FaultyDisk;
import io.raftqueue.server.faults.NetworkLab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One run from the empty directories to the report: faults one after the other while clients are at work on every node. */
final class ChaosRun {
    private static final int HTTP_SENDS_PER_SECOND = 215;
    private static final int JAVA_SENDS_PER_SECOND = 25;
    private static final Duration RECOVERY = Duration.ofSeconds(120);
    private static final String NOT_YET = "the hash is not of the last entry yet";
    private static final Pattern VALUE = Pattern.compile("\"content\":\"([0-9]+)\"");

    /** @param minutes at least; a run goes on, up to three times as long, until it has seen enough to be valid */
    record Settings(double minutes, long seed, int nodes) {
        /** Under this length nothing is held for long. */
        boolean brief() {
            return minutes < 10;
        }

        int floorPerKind() {
            return (int) Math.floor(5 * Math.min(60, minutes) / 60);
        }
    }

    private final Settings settings;
    private final Path directory;
    private final ChaosLog log;
    private final List<String> verdicts = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();
    private final Map<FaultKind, Integer> faults = new EnumMap<>(FaultKind.class);
    private boolean drained;

    ChaosRun(Settings settings, Path directory) {
        this.settings = settings;
        this.directory = directory;
        this.log = new ChaosLog(directory.resolve("chaos.log"));
    }

    Report run() throws IOException, InterruptedException {
        for (String part : List.of("history", "scratch")) {
            Files.createDirectories(directory.resolve(part));
        }
        Random random = new Random(settings.seed());
        long began = System.nanoTime();
        int leaderChanges;
        int processesEnded;
        try (var lab = NetworkLab.open(settings.nodes() + 1);
                var cluster = new Cluster(directory, lab, settings.nodes(), JAVA_SENDS_PER_SECOND, random, log)) {
            log.say(settings + ", " + lab.describe());
            List<FaultKind> kinds = possible(lab);
            cluster.begin(RECOVERY);
            try (var watch = new Watch(cluster);
                    NodeProcess clients = startHttpClients(lab)) {
                try {
                    trouble(
                            cluster,
                            new Faults(cluster, lab, random, log, settings.brief()),
                            kinds,
                            random,
                            watch,
                            clients);
                    finish(cluster, clients);
                } catch (NotRecoveredException e) {
                    log.say("NOT RECOVERED: " + e.getMessage());
                    verdicts.add(e.getMessage());
                    stopClients();
                }
                leaderChanges = watch.leaderChanges();
                processesEnded = cluster.processesEnded();
                verdicts.addAll(watch.verdicts());
                log.keep("nodes.log", clients.toString());
            }
        }
        return report(leaderChanges, processesEnded, Duration.ofNanos(System.nanoTime() - began));
    }

    private List<FaultKind> possible(NetworkLab lab) throws IOException {
        List<FaultKind> kinds = new ArrayList<>(List.of(FaultKind.values()));
        leaveOut(kinds, Need.NETWORK, lab.canCut(), lab.describe());
        leaveOut(kinds, Need.DISK, FaultyDisk.isAvailable(), "no C compiler for the shim before fsync");
        leaveOut(kinds, Need.CLOCK, FakeClock.isAvailable(), "no C compiler for the shim before the clock");
        skipped.forEach(log::say);
        kinds.forEach(kind -> faults.put(kind, 0));
        return kinds;
    }

    private void leaveOut(List<FaultKind> kinds, Need need, boolean possible, String why) {
        if (!possible) {
            kinds.removeIf(kind -> {
                if (kind.need() == need) {
                    skipped.add("LEFT OUT: " + kind + " (" + why + ")");
                }
                return kind.need() == need;
            });
        }
    }

    private NodeProcess startHttpClients(NetworkLab lab) {
        String nodes = String.join(
                ",", IntStream.range(0, lab.nodes()).mapToObj(lab::httpAddress).toList());
        Launch inTheHub = new Launch(lab.hubPrefix(), Map.of(), List.of(), List.of(), Optional.empty());
        return NodeProcess.start(
                directory,
                "-history=%s -stop=%s -first=0 -rate=%d -nodes=%s"
                        .formatted(
                                directory.resolve("history").resolve("http"),
                                directory.resolve("stop"),
                                HTTP_SENDS_PER_SECOND,
                                nodes),
                inTheHub.running(HttpClients.class));
    }

    private void trouble(
            Cluster cluster, Faults strikes, List<FaultKind> kinds, Random random, Watch watch, NodeProcess clients)
            throws IOException, InterruptedException {
        var deck = new Deck(kinds, random);
        long began = System.nanoTime();
        long least = (long) (settings.minutes() * TimeUnit.MINUTES.toNanos(1));
        while (System.nanoTime() - began < least || !seenEnough(watch) && System.nanoTime() - began < 3 * least) {
            strikes.undo(false);
            FaultKind kind = strikes.possible(deck.next());
            // One in four comes while the cluster is still busy with the one before.
            if (kind.need() == Need.CALM || random.nextInt(4) > 0) {
                cluster.awaitSettled(RECOVERY);
            }
            TimeUnit.MILLISECONDS.sleep(random.nextInt(settings.brief() ? 500 : 8_000));
            log.say(kind + " (leader " + cluster.leaderNow().map(Place::id).orElse("none") + ", " + lastLine(clients)
                    + ")");
            strikes.strike(kind);
            faults.merge(kind, 1, Integer::sum);
            for (Place place : cluster.members()) {
                if (!place.isRunning()) {
                    throw new NotRecoveredException(place + " ended by itself: " + place.process());
                }
            }
            if (!clients.isAlive()) {
                throw new NotRecoveredException("the HTTP clients ended: " + clients);
            }
        }
        strikes.undo(true);
    }

    private boolean seenEnough(Watch watch) {
        return watch.leaderChanges() >= Report.LEAST_LEADER_CHANGES
                && faults.values().stream().allMatch(times -> times >= settings.floorPerKind());
    }

    private static String lastLine(NodeProcess clients) {
        List<String> lines = clients.out();
        return lines.isEmpty() ? "no calls yet" : lines.get(lines.size() - 1);
    }

    private void stopClients() throws IOException {
        if (!Files.exists(directory.resolve("stop"))) {
            Files.createFile(directory.resolve("stop"));
        }
    }

    private void finish(Cluster cluster, NodeProcess clients) throws IOException, InterruptedException {
        log.say("healed; waiting for calm");
        cluster.awaitSettled(RECOVERY);
        stopClients();
        cluster.await(
                "the end of all client calls",
                RECOVERY,
                () -> Stream.concat(
                                Stream.of(clients), cluster.members().stream().map(Place::process))
                        .filter(process -> process.out().stream().anyMatch(line -> line.startsWith("calls=")))
                        .allMatch(process ->
                                process.out().stream().anyMatch(line -> line.startsWith("clients stopped"))));
        log.say("draining");
        drain(cluster);
        cluster.await(
                "the same state hash at the same index everywhere",
                RECOVERY,
                () -> hashes(cluster).size() == 1 && !hashes(cluster).contains(NOT_YET) && cluster.isSettled());
        log.say("state hashes are equal: " + hashes(cluster));
    }

    /** Everything that is left, and that every node then finds nothing. */
    private void drain(Cluster cluster) throws IOException {
        try (var history = new HistoryWriter(directory.resolve("history").resolve("drain"))) {
            for (Place place : cluster.members()) {
                drain(place, history);
            }
        }
        drained = true;
    }

    private static void drain(Place place, HistoryWriter history) throws IOException {
        try (HttpConnection connection = place.connect()) {
            boolean empty = false;
            while (!empty) {
                long number = history.takeBegins();
                Answer answer = connection.exchange("POST", "/queues/default/receive?max=1&timeout=30s", "", 60_000);
                Matcher value = VALUE.matcher(answer.body());
                if (answer.status() == 200 && value.find()) {
                    history.took(number, Long.parseLong(value.group(1)));
                } else if (answer.status() == 204) {
                    history.foundEmpty(number);
                    empty = true;
                } else {
                    throw new NotRecoveredException("the drain got " + answer + " from " + place);
                }
            }
        }
    }

    private static Set<String> hashes(Cluster cluster) {
        Set<String> hashes = new HashSet<>();
        for (Place place : cluster.members()) {
            JsonNode stats = place.stats();
            boolean ofTheEnd = stats.path("state_hash_index")
                    .asText()
                    .equals(stats.path("last_log_index").asText());
            hashes.add(
                    ofTheEnd
                            ? stats.path("state_hash_index").asText() + " "
                                    + stats.path("state_hash").asText()
                            : NOT_YET);
        }
        return hashes;
    }

    private Report report(int leaderChanges, int processesEnded, Duration took) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.list(directory.resolve("history"))) {
            files = found.sorted().toList();
        }
        History history = History.of(files);
        verdicts.addAll(history.verdicts(drained));
        var report = new Report(settings, took, faults, skipped, leaderChanges, processesEnded, history, verdicts);
        log.say(System.lineSeparator() + report);
        return report;
    }

    Path directory() {
        return directory;
    }

    ChaosLog log() {
        return log;
    }
}
