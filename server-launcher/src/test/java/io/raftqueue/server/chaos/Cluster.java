package io.raftqueue.server.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.raftqueue.server.faults.NetworkLab;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The members, and one place more than there are members at first, for those that come and go. */
final class Cluster implements AutoCloseable {
    private static final long LOOK_MILLIS = 100;

    private final List<Place> places = new ArrayList<>();
    private final List<Place> members = new ArrayList<>();
    private final Random random;

    /** @param rate sends a second of the clients inside the programs that embed the library, all together */
    Cluster(Path run, NetworkLab lab, int nodes, int rate, Random random, ChaosLog log) throws IOException {
        this.random = random;
        int programs = (nodes + 1) / 3;
        for (int i = 0; i < lab.nodes(); i++) {
            boolean embedded = i % 3 == 1 && i < nodes;
            places.add(new Place(run, lab, i, embedded, Math.max(1, rate / programs), log));
        }
        members.addAll(places.subList(0, nodes));
    }

    /** Starts the first members and waits until they are one cluster. */
    void begin(Duration patience) throws InterruptedException {
        members.get(0).start(Optional.empty());
        for (Place place : members.subList(1, members.size())) {
            place.start(Optional.of(members.get(0)));
        }
        awaitSettled(patience);
    }

    /** Killed or stopped by SIGTERM. */
    int processesEnded() {
        return places.stream().mapToInt(Place::processesEnded).sum();
    }

    List<Place> places() {
        return places;
    }

    List<Place> members() {
        return members;
    }

    /** Where nobody lives. */
    Optional<Place> freePlace() {
        return places.stream().filter(place -> !members.contains(place)).findFirst();
    }

    Place any() {
        return members.get(random.nextInt(members.size()));
    }

    /** The leader in half of the cases, if there is one. */
    Place anyPreferringTheLeader() {
        return random.nextBoolean() ? leaderNow().orElseGet(this::any) : any();
    }

    Place otherThan(Place place) {
        List<Place> others = new ArrayList<>(members);
        others.remove(place);
        return others.get(random.nextInt(others.size()));
    }

    Optional<Place> leaderNow() {
        Optional<Place> found = Optional.empty();
        long term = -1;
        for (Place place : members) {
            JsonNode stats = place.isRunning() ? place.stats() : null;
            if (stats != null
                    && stats.path("state").asText().equals("Leader")
                    && stats.path("term").asLong() > term) {
                term = stats.path("term").asLong();
                found = Optional.of(place);
            }
        }
        return found;
    }

    Place awaitLeader(Duration patience) throws InterruptedException {
        await("a leader", patience, () -> leaderNow().isPresent());
        return leaderNow().orElseGet(this::any);
    }

    /** Starts again whoever is down, with the same line as ever, through some other member. */
    void startAgain(Place place) {
        place.start(Optional.of(otherThan(place)));
    }

    /** Waits until every member runs, is a voter, has caught up, and all agree on who they are. */
    void awaitSettled(Duration patience) throws InterruptedException {
        await("all members up, voters, caught up", patience, this::isSettled);
    }

    boolean isSettled() {
        Set<String> views = new HashSet<>();
        for (Place place : members) {
            if (!place.isRunning()) {
                return false;
            }
            JsonNode stats = place.stats();
            String configuration = stats.path("latest_configuration").asText();
            views.add(stats.path("cluster").asText() + stats.path("leader").asText() + configuration);
            if (configuration.split("Suffrage:Voter", -1).length - 1 != members.size() || !place.isReady()) {
                return false;
            }
        }
        return views.size() == 1;
    }

    interface Condition {
        boolean holds() throws IOException;
    }

    void await(String what, Duration patience, Condition condition) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!holds(condition)) {
            if (System.nanoTime() > deadline) {
                throw new NotRecoveredException("not within " + patience.toSeconds() + " s: " + what + "; " + this);
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    /** What cannot be asked now is not so now. */
    private static boolean holds(Condition condition) {
        try {
            return condition.holds();
        } catch (IOException notNow) {
            return false;
        }
    }

    /** The cluster did not come back in time. */
    static final class NotRecoveredException extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotRecoveredException(String message) {
            super(message);
        }
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        for (Place place : members) {
            JsonNode stats = place.isRunning() ? place.stats() : null;
            text.append(place).append(": ");
            if (stats == null) {
                text.append("down; ");
            } else {
                text.append("%s term %s leader %s commit %s applied %s voters %d; "
                        .formatted(
                                stats.path("state").asText("no answer"),
                                stats.path("term").asText(),
                                stats.path("leader").asText(),
                                stats.path("commit_index").asText(),
                                stats.path("applied_index").asText(),
                                stats.path("latest_configuration").asText().split("Suffrage:Voter", -1).length - 1));
            }
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        for (Place place : places) {
            place.close();
        }
    }
}
