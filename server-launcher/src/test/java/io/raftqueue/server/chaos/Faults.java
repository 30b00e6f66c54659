package io.raftqueue.server.chaos;

import io.raftqueue.server.chaos.HttpConnection.Answer;
import io.raftqueue.server.faults.NetworkLab;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** How each kind of fault is done, and undone. */
final class Faults {
    private static final Duration RECOVERY = Duration.ofSeconds(120);
    private static final int CHANGE_MILLIS = 30_000;

    private final Cluster cluster;
    private final NetworkLab lab;
    private final Random random;
    private final ChaosLog log;
    private final boolean brief;
    private final List<Lasting> lasting = new ArrayList<>();

    /** A fault that goes on while others come. */
    private record Lasting(String what, long until, Undo undo) {}

    private interface Undo {
        void undo() throws IOException;
    }

    /** @param brief for a short run: nothing is held for long */
    Faults(Cluster cluster, NetworkLab lab, Random random, ChaosLog log, boolean brief) {
        this.cluster = cluster;
        this.lab = lab;
        this.random = random;
        this.log = log;
        this.brief = brief;
    }

    /** What a card comes to: members are added and removed in turn, whatever the order of the cards. */
    FaultKind possible(FaultKind drawn) {
        return drawn != FaultKind.ADD && drawn != FaultKind.REMOVE
                ? drawn
                : cluster.freePlace().isPresent() ? FaultKind.ADD : FaultKind.REMOVE;
    }

    /** Does one fault and undoes it, but for slow disks and wrong clocks: these go on while others come. */
    void strike(FaultKind kind) throws IOException, InterruptedException {
        switch (kind) {
            case KILL_FOLLOWER -> killAndRestart(List.of(cluster.otherThan(cluster.awaitLeader(RECOVERY))), false);
            case KILL_LEADER -> killAndRestart(List.of(cluster.awaitLeader(RECOVERY)), false);
            case KILL_ALL -> killAndRestart(shuffled(), random.nextInt(4) == 0);
            case KILL_MAJORITY ->
                killAndRestart(shuffled().subList(0, cluster.members().size() / 2 + 1), false);
            case FREEZE -> freeze(cluster.anyPreferringTheLeader());
            case PARTITION -> cut(cluster.anyPreferringTheLeader(), "isolated", lab::isolate);
            case ONE_WAY -> oneWay();
            case BRIDGE -> cut(cluster.anyPreferringTheLeader(), "sees both halves", lab::bridge);
            case SLOW_FSYNC -> slowFsync();
            case ROLLING_RESTART -> rollingRestart();
            case WIPE -> wipe(cluster.anyPreferringTheLeader());
            case ADD -> add(cluster.freePlace().orElseThrow());
            case REMOVE -> remove(cluster.anyPreferringTheLeader());
            case REPLACE -> {
                Place place = cluster.anyPreferringTheLeader();
                remove(place);
                add(place);
            }
            case CLOCK_JUMP -> clockJump();
            case SNAPSHOT -> snapshot();
        }
    }

    private List<Place> shuffled() {
        List<Place> places = new ArrayList<>(cluster.members());
        Collections.shuffle(places, random);
        return places;
    }

    private void hold(int atMostSeconds) throws InterruptedException {
        int most = brief ? Math.min(atMostSeconds, 3) : atMostSeconds;
        TimeUnit.MILLISECONDS.sleep(300 + random.nextInt(1_000 * most - 300));
    }

    private void killAndRestart(List<Place> victims, boolean oneByOne) throws IOException, InterruptedException {
        log.say("  kill " + victims);
        for (Place victim : victims) {
            victim.kill();
            if (oneByOne) {
                TimeUnit.MILLISECONDS.sleep(random.nextInt(300));
            }
        }
        hold(3);
        List<Place> order = new ArrayList<>(victims);
        Collections.shuffle(order, random);
        order.forEach(cluster::startAgain);
    }

    /** Mostly some seconds, now and then up to a minute. */
    private void freeze(Place place) throws IOException, InterruptedException {
        int seconds = random.nextInt(6) == 0 ? 60 : 6;
        log.say("  SIGSTOP " + place);
        place.process().freeze();
        try {
            TimeUnit.SECONDS.sleep(1);
            hold(seconds - 1);
        } finally {
            place.process().thaw();
        }
    }

    private interface Cut {
        void of(int place);
    }

    private void cut(Place place, String how, Cut cut) throws InterruptedException {
        log.say("  " + place + " " + how);
        cut.of(place.number());
        try {
            hold(12);
        } finally {
            lab.heal();
        }
    }

    private void oneWay() throws InterruptedException {
        Place place = cluster.anyPreferringTheLeader();
        switch (random.nextInt(3)) {
            case 0 -> cut(place, "is not heard", lab::mute);
            case 1 -> cut(place, "does not hear", lab::deafen);
            default -> {
                Place other = cluster.otherThan(place);
                cut(place, "is not heard by " + other, number -> lab.cut(number, other.number()));
            }
        }
    }

    private void slowFsync() {
        Place place = cluster.anyPreferringTheLeader();
        Duration by = Duration.ofMillis(50 + random.nextInt(400));
        log.say("  fsync of " + place + " takes " + by.toMillis() + " ms more");
        place.disk.orElseThrow().slowFsync(by);
        goesOn("fsync of " + place, () -> place.disk.orElseThrow().heal());
    }

    private void clockJump() throws IOException {
        Place place = cluster.anyPreferringTheLeader();
        Duration by = Duration.ofSeconds((random.nextBoolean() ? 1 : -1) * (1 + random.nextInt(7_200)));
        log.say("  clock of " + place + " jumps by " + by.toSeconds() + " s");
        place.clock.orElseThrow().jump(by);
        goesOn("clock of " + place, () -> place.clock.orElseThrow().jump(Duration.ZERO));
    }

    private void goesOn(String what, Undo undo) {
        int seconds = brief ? 5 : 10 + random.nextInt(20);
        lasting.add(new Lasting(what, System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds), undo));
    }

    /** Undoes what has lasted long enough. */
    void undo(boolean all) throws IOException {
        for (Lasting fault : List.copyOf(lasting)) {
            if (all || fault.until() - System.nanoTime() < 0) {
                log.say("  right again: " + fault.what());
                fault.undo().undo();
                lasting.remove(fault);
            }
        }
    }

    private void rollingRestart() throws IOException, InterruptedException {
        for (Place place : shuffled()) {
            log.say("  SIGTERM " + place);
            int code = place.terminate(Duration.ofSeconds(30));
            if (code != 0 && code != 128 + 15) {
                throw new Cluster.NotRecoveredException(place + " ended with " + code + " after SIGTERM");
            }
            cluster.startAgain(place);
            cluster.awaitSettled(RECOVERY);
        }
    }

    private void wipe(Place place) throws IOException, InterruptedException {
        log.say("  " + place + " loses its directory");
        place.kill();
        place.wipe();
        hold(2);
        cluster.startAgain(place);
        cluster.awaitSettled(RECOVERY);
    }

    private void add(Place place) throws InterruptedException {
        place.rename();
        log.say("  " + place + " is new");
        place.start(Optional.of(cluster.any()));
        cluster.members().add(place);
        cluster.awaitSettled(RECOVERY);
    }

    private void remove(Place place) throws IOException, InterruptedException {
        log.say("  " + place + " is removed");
        cluster.await("DELETE of member " + place.id(), RECOVERY, () -> {
            Answer answer =
                    cluster.otherThan(place).ask("DELETE", "/members/" + place.id() + "?timeout=20s", CHANGE_MILLIS);
            if (answer.status() != 204 && answer.status() != 404) {
                log.say("  DELETE " + place.id() + ": " + answer);
            }
            return answer.status() == 204 || answer.status() == 404;
        });
        place.terminate(Duration.ofSeconds(30));
        place.wipe();
        cluster.members().remove(place);
        cluster.awaitSettled(RECOVERY);
    }

    /** Whoever is up writes one. */
    private void snapshot() {
        for (Place place : shuffled()) {
            String answer;
            try {
                answer = "HTTP " + place.ask("POST", "/snapshot", CHANGE_MILLIS).status();
            } catch (IOException down) {
                answer = "none, " + down.getMessage();
            }
            log.say("  snapshot of " + place + ": " + answer);
        }
    }
}
