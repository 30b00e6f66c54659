package io.raftqueue.raft;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;

/**
 * One random life of a cluster of real cores, given by its seed; the siblings of the consensus' own schedules, with the
 * product's log, state, sessions, forwarding, membership and snapshot transfer instead of small models.
 */
final class HouseSchedule {
    /**
     * What it came to.
     *
     * @param stops what the product's own invariants said when members stopped
     */
    record Outcome(
            long seed,
            List<String> verdicts,
            List<String> stops,
            int steps,
            int answered,
            Set<Happening> happened,
            long fingerprint) {
        /** Whether one of the checks found something; that a member stopped, or all stood still, is none of them. */
        boolean unsafe() {
            return verdicts.stream().anyMatch(v -> !v.startsWith(STUCK) && !v.startsWith(STOPPED));
        }
    }

    static final String STUCK = "stuck: ";
    static final String STOPPED = "a member stopped: ";
    static final int STEPS = 420;
    private static final int CLIENTS = 4;

    final SimulatedHouse house;
    /** Steps that do not happen: see {@link HouseShrinker}. */
    final BitSet leftOut = new BitSet();

    private final long seed;
    private final int voters;
    private final HouseRandom random;
    private final HouseDelivery delivery;
    private final HouseFaults faults;
    private int steps;

    HouseSchedule(long seed, int voters) {
        this.seed = seed;
        this.voters = voters;
        this.house = new SimulatedHouse(seed);
        this.random = house.random;
        this.delivery = new HouseDelivery(house, random);
        this.faults = new HouseFaults(house, random, delivery);
    }

    Outcome run() {
        try {
            house.found(voters);
            house.members.forEach(m -> m.clockRate = 0.9 + random.nextInt(21) / 100.0);
            begin();
            int configurations = house.committed.configurations;
            for (int i = 0; i < STEPS && house.verdicts.isEmpty(); i++) {
                random.step(i);
                if (!leftOut.get(i)) {
                    steps++;
                    step(i);
                    house.clients.settle();
                }
            }
            random.step(STEPS);
            if (house.committed.configurations > configurations) {
                house.happened.add(Happening.MEMBERSHIP_CHANGE);
            }
            if (house.verdicts.isEmpty()) {
                new HouseRecovery(house, delivery, random).run();
            }
        } catch (RuntimeException e) {
            house.wrong(STOPPED + e);
            house.log(() -> Arrays.toString(e.getStackTrace()));
        }
        if (house.verdicts.isEmpty()) {
            house.clients.judge();
        }
        return new Outcome(
                seed,
                List.copyOf(house.verdicts),
                List.copyOf(house.stops),
                steps,
                house.clients.answered,
                Set.copyOf(house.happened),
                fingerprint());
    }

    private long fingerprint() {
        long fingerprint = house.committed.size();
        for (SimulatedMember m : house.members) {
            if (m.up) {
                fingerprint = fingerprint * 31 + m.core.machine.state().hash() + m.core.log.term();
            }
        }
        return fingerprint;
    }

    /** Until a leader serves. */
    private void begin() {
        for (int i = 0; i < 200; i++) {
            house.advance(200);
            delivery.all();
            if (house.serving() != null) {
                return;
            }
        }
        house.wrong(STUCK + "no leader at the beginning");
    }

    private SimulatedMember any() {
        return house.members.get(random.nextInt(house.members.size()));
    }

    private void step(int number) {
        house.log(() -> "-- step " + number);
        int dice = random.nextInt(1000);
        if (dice < 560) {
            delivery.one();
        } else if (dice < 640) {
            SimulatedMember m = any();
            if (SimulatedHouse.runs(m)) {
                house.run(m, m.diskTasks.isEmpty() || random.nextBoolean() ? m::flush : m::diskWork);
            }
        } else if (dice < 720) {
            house.advance(random.nextInt(8) == 0 ? 200 + random.nextInt(2000) : 5 + random.nextInt(120));
        } else if (dice < 920) {
            client();
        } else if (dice < 925) {
            house.clients.cancelOne();
        } else if (dice < 940) {
            SimulatedMember m = any();
            if (SimulatedHouse.runs(m)) {
                house.clients.read(m);
            }
        } else {
            faults.happen(random.nextInt(100));
        }
    }

    private void client() {
        int client = random.nextInt(CLIENTS);
        boolean busy = house.clients.calls.stream().anyMatch(c -> c.client() == client);
        SimulatedMember m = any();
        if (busy && client > 0 || !SimulatedHouse.runs(m) || m.core.clusterId() == null) {
            return; // client 0 does not wait for answers
        }
        if (random.nextInt(5) < 3) {
            house.clients.send(client, m);
        } else {
            house.clients.take(client, m);
        }
        if (random.nextBoolean()) {
            house.run(m, m::flush);
        }
    }
}
