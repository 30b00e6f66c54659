package io.raftqueue.raft;

import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * One random life of a cluster of real cores, given by its seed; the siblings of the consensus' own schedules, with the
 * product's log, state, sessions, forwarding, membership and snapshot transfer instead of small models.
 */
final class HouseSchedule {
    /** What it came to. */
    record Outcome(
            long seed,
            List<String> verdicts,
            int steps,
            int answered,
            boolean tailAtElection,
            boolean membershipChanged,
            boolean snapshotInstalled,
            long fingerprint) {}

    private static final int STEPS = 420;
    private static final int CLIENTS = 4;

    final SimulatedHouse house;
    private final long seed;
    private final int voters;
    private final RandomGenerator random;
    private final HouseFaults faults;
    private int steps;
    private int firstConfigurations;

    HouseSchedule(long seed, int voters) {
        this.seed = seed;
        this.voters = voters;
        this.house = new SimulatedHouse(seed);
        this.random = new SplittableRandom(seed ^ 0x5DEECE66DL);
        this.faults = new HouseFaults(house, random);
    }

    Outcome run() {
        try {
            house.found(voters);
            house.members.forEach(m -> m.clockRate = 0.9 + random.nextInt(21) / 100.0);
            begin();
            firstConfigurations = house.committed.configurations;
            while (steps < STEPS && house.verdicts.isEmpty()) {
                steps++;
                step();
                house.clients.settle();
            }
            if (house.verdicts.isEmpty()) {
                new HouseRecovery(house, this::deliverAll, random).run();
            }
        } catch (RuntimeException e) {
            house.wrong("a member stopped: " + e);
            house.log(() -> java.util.Arrays.toString(e.getStackTrace()));
        }
        if (house.verdicts.isEmpty()) {
            house.clients.resolveUnknownTakes();
            house.clients.checkOrderOfEachCaller();
            house.clients.history.verdicts().forEach(house::wrong);
        }
        long fingerprint = house.committed.size();
        for (SimulatedMember m : house.members) {
            fingerprint = fingerprint * 31 + m.core.machine.state().hash() + m.core.log.term();
        }
        return new Outcome(
                seed,
                List.copyOf(house.verdicts),
                steps,
                house.clients.answered,
                house.tailsAtElections > 0,
                house.committed.configurations > firstConfigurations,
                house.committed.installs > 0,
                fingerprint);
    }

    /** Until a leader serves. */
    private void begin() {
        for (int i = 0; i < 200; i++) {
            house.advance(50);
            deliverAll();
            if (house.members.stream().anyMatch(m -> m.leads() && m.core.ready())) {
                return;
            }
        }
        house.wrong("stuck: no leader at the beginning");
    }

    private SimulatedMember any() {
        return house.members.get(random.nextInt(house.members.size()));
    }

    private void step() {
        int dice = random.nextInt(1000);
        if (dice < 560) {
            deliver();
        } else if (dice < 640) {
            SimulatedMember m = any();
            if (SimulatedHouse.runs(m)) {
                house.run(m, m.diskTasks.isEmpty() || random.nextBoolean() ? m::flush : m::diskWork);
            }
        } else if (dice < 720) {
            house.advance(random.nextInt(8) == 0 ? 200 + random.nextInt(2000) : 5 + random.nextInt(120));
        } else if (dice < 920) {
            client();
        } else if (dice < 940) {
            SimulatedMember m = any();
            if (SimulatedHouse.runs(m)) {
                house.clients.read(m);
            }
        } else {
            faults.happen(random.nextInt(100));
        }
    }

    private void deliver() {
        int n = house.members.size();
        int start = random.nextInt(n * n);
        for (int i = 0; i < n * n; i++) {
            int from = (start + i) % (n * n) / n;
            int to = (start + i) % n;
            SimulatedMember m = house.members.get(to);
            if (house.pending(from, to) && !m.paused) {
                int luck = random.nextInt(100);
                byte[] bytes = house.poll(from, to, luck < 4);
                if (luck >= 98) {
                    return; // lost
                }
                if (luck >= 96) {
                    house.again(from, to, bytes);
                }
                receive(m, bytes, random.nextInt(5) > 0);
                return;
            }
        }
    }

    private void receive(SimulatedMember m, byte[] bytes, boolean flush) {
        if (!m.up) {
            return;
        }
        house.run(m, () -> {
            m.receive(bytes);
            if (flush) {
                m.flush();
            }
        });
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

    private void deliverAll() {
        for (int round = 0; round < 400; round++) {
            boolean moved = false;
            for (SimulatedMember m : List.copyOf(house.members)) {
                if (!SimulatedHouse.runs(m)) {
                    continue;
                }
                for (int from = 0; from < house.members.size(); from++) {
                    if (house.pending(from, m.slot)) {
                        receive(m, house.poll(from, m.slot, false), false);
                        moved = true;
                    }
                }
                moved |= m.dirty || !m.diskTasks.isEmpty() || !m.raftTasks.isEmpty();
                if (SimulatedHouse.runs(m)) {
                    m.diskWork();
                    m.flush();
                }
            }
            if (!moved) {
                return;
            }
        }
    }
}
