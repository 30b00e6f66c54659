package io.raftqueue.raft;

import io.raftqueue.consensus.Configuration;
import io.raftqueue.consensus.Member;
import io.raftqueue.log.disk.SimulatedDisk;
import io.raftqueue.raft.PeerMessage.Admin;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
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
    private int steps;
    private int firstConfigurations;
    private boolean wiped;
    private long removalAskedAt = -3_600_000 * SimulatedHouse.MILLI;

    HouseSchedule(long seed, int voters) {
        this.seed = seed;
        this.voters = voters;
        this.house = new SimulatedHouse(seed);
        this.random = new SplittableRandom(seed ^ 0x5DEECE66DL);
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
                house.settle();
            }
            if (house.verdicts.isEmpty()) {
                healAndDrain();
            }
        } catch (RuntimeException e) {
            house.wrong("a member stopped: " + e);
            house.log(() -> java.util.Arrays.toString(e.getStackTrace()));
        }
        if (house.verdicts.isEmpty()) {
            house.resolveUnknownTakes();
            house.history.verdicts().forEach(house::wrong);
        }
        long fingerprint = house.committed.size();
        for (SimulatedMember m : house.members) {
            fingerprint = fingerprint * 31 + m.core.machine.state().hash() + m.core.log.term();
        }
        return new Outcome(
                seed,
                List.copyOf(house.verdicts),
                steps,
                house.answered,
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

    private boolean runs(SimulatedMember m) {
        return m.up && !m.paused;
    }

    private void step() {
        int dice = random.nextInt(1000);
        if (dice < 560) {
            deliver();
        } else if (dice < 640) {
            SimulatedMember m = any();
            if (runs(m)) {
                house.run(m, m.diskTasks.isEmpty() || random.nextBoolean() ? m::flush : m::diskWork);
            }
        } else if (dice < 720) {
            house.advance(random.nextInt(8) == 0 ? 200 + random.nextInt(2000) : 5 + random.nextInt(120));
        } else if (dice < 920) {
            client();
        } else if (dice < 940) {
            SimulatedMember m = any();
            if (runs(m)) {
                house.read(m);
            }
        } else {
            trouble(random.nextInt(100));
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
        boolean busy = house.calls.stream().anyMatch(c -> c.client() == client);
        SimulatedMember m = any();
        if (busy && client > 0 || !runs(m) || m.core.clusterId() == null) {
            return; // client 0 does not wait for answers
        }
        if (random.nextInt(5) < 3) {
            house.send(client, m);
        } else {
            house.take(client, m);
        }
        if (random.nextBoolean()) {
            house.run(m, m::flush);
        }
    }

    private void trouble(int dice) {
        SimulatedMember m = any();
        if (dice < 16) {
            if (!m.up) {
                m.start();
            } else if (random.nextInt(3) > 0) {
                house.crash(m, random.nextBoolean());
                linksBreak(m);
            }
        } else if (dice < 20) {
            if (m.up) {
                m.disk.faultIn(1 + random.nextInt(30), SimulatedDisk.Fault.POWER_CUT);
            }
        } else if (dice < 30) {
            partition();
        } else if (dice < 40) {
            house.heal();
        } else if (dice < 60) {
            if (runs(m)) {
                house.run(m, () -> m.core.snapshot());
                m.dirty = true;
            }
        } else if (dice < 66) {
            if (runs(m)) {
                m.diskTasks.add(m.core.log::reclaim);
            }
        } else if (dice < 82) {
            membership();
        } else if (dice < 90) {
            cutOffLeaderWithTail();
        } else if (dice < 94) {
            m.paused = !m.paused;
        } else if (dice < 97) {
            if (m.leads() && runs(m)) {
                m.core.handOver();
            }
        } else {
            m.disk.capacity(random.nextBoolean() ? 30_000 + random.nextInt(200_000) : Long.MAX_VALUE / 4);
        }
    }

    private void linksBreak(SimulatedMember gone) {
        for (SimulatedMember o : house.members) {
            if (runs(o) && random.nextBoolean()) {
                house.run(o, () -> o.core.peerLost(gone.incarnation(), o.now()));
            }
        }
    }

    private void partition() {
        SimulatedMember a = any();
        SimulatedMember b = any();
        for (SimulatedMember o : house.members) {
            if (o != a && (o != b || random.nextInt(3) == 0)) {
                house.cut(a.slot, o.slot);
                if (random.nextInt(4) > 0) {
                    house.cut(o.slot, a.slot);
                }
            }
        }
        house.log(() -> "partition around " + a.name);
    }

    private void cutOffLeaderWithTail() {
        for (SimulatedMember m : house.members) {
            if (m.leads() && runs(m)) {
                house.send(0, m);
                house.take(0, m);
                house.run(m, m::flush);
                if (m.up && random.nextBoolean()) {
                    for (SimulatedMember o : house.members) {
                        house.cut(m.slot, o.slot);
                        house.cut(o.slot, m.slot);
                    }
                } else if (m.up) {
                    house.crash(m, random.nextBoolean());
                    linksBreak(m);
                }
                return;
            }
        }
    }

    private void membership() {
        if (!wiped && random.nextInt(6) == 0 && wipe()) {
            return;
        }
        SimulatedMember m = any();
        SimulatedMember other = any();
        if (!runs(m) || m.core.clusterId() == null) {
            return;
        }
        if (house.members.size() < SimulatedHouse.SLOTS - 1 && random.nextInt(3) == 0) {
            house.join();
        } else if (mayRemove(other)) {
            house.run(
                    m,
                    () -> m.core.requests.add(
                            Admin.Kind.REMOVE,
                            other.name,
                            "",
                            false,
                            new CompletableFuture<>(),
                            m.now() + 5_000_000_000L,
                            m.now()));
            removalAskedAt = house.now;
            house.log(() -> m.name + " is asked to remove " + other.name);
        } else {
            house.run(
                    m,
                    () -> m.core.requests.add(
                            Admin.Kind.JOIN,
                            other.name,
                            other.address,
                            false,
                            new CompletableFuture<>(),
                            m.now() + 5_000_000_000L,
                            m.now()));
        }
    }

    /** Never so that even a perfect Raft would have lost its majority for good. */
    private boolean mayRemove(SimulatedMember other) {
        for (SimulatedMember m : house.members) {
            Configuration c = m.up ? m.core.consensus().configuration() : null;
            if (c != null && (c.voters().size() < 3 || !c.voters().stream().allMatch(this::here))) {
                return false;
            }
            if (!m.up) {
                return false;
            }
        }
        return other.up;
    }

    private boolean here(Member member) {
        return house.members.stream().anyMatch(m -> m.up && m.incarnation().equals(member.incarnation()));
    }

    private boolean wipe() {
        SimulatedMember victim = any();
        Configuration c = victim.up ? victim.core.consensus().configuration() : null;
        boolean removing = house.now - removalAskedAt < 10_000 * SimulatedHouse.MILLI;
        if (removing
                || c == null
                || !c.isVoter(victim.incarnation())
                || c.voters().size() < 3) {
            return false;
        }
        for (SimulatedMember m : house.members) {
            boolean same = m.up
                    && c.equals(m.core.consensus().configuration())
                    && m.core.consensus().configurationCommitted()
                    && m.core.log.durableIndex() >= m.core.consensus().configurationIndex();
            if (!same) {
                return false;
            }
        }
        wiped = true;
        house.wipe(victim);
        linksBreak(victim);
        victim.start();
        return true;
    }

    private void deliverAll() {
        for (int round = 0; round < 400; round++) {
            boolean moved = false;
            for (SimulatedMember m : List.copyOf(house.members)) {
                if (!runs(m)) {
                    continue;
                }
                for (int from = 0; from < house.members.size(); from++) {
                    if (house.pending(from, m.slot)) {
                        receive(m, house.poll(from, m.slot, false), false);
                        moved = true;
                    }
                }
                moved |= m.dirty || !m.diskTasks.isEmpty() || !m.raftTasks.isEmpty();
                if (runs(m)) {
                    m.diskWork();
                    m.flush();
                }
            }
            if (!moved) {
                return;
            }
        }
    }

    /** All faults end: within two minutes all calls are answered, the queue is empty, and all members agree. */
    private void healAndDrain() {
        house.log(() -> "all faults end");
        house.heal();
        for (SimulatedMember m : house.members) {
            m.disk.capacity(Long.MAX_VALUE / 4);
            m.disk.faultIn(0, SimulatedDisk.Fault.POWER_CUT);
            m.paused = false;
            if (!m.up) {
                m.start();
            }
        }
        List<SimulatedMember> askable = new ArrayList<>();
        boolean drained = false;
        for (int i = 0; i < 2400 && house.verdicts.isEmpty(); i++) {
            house.advance(50);
            deliverAll();
            house.settle();
            SimulatedMember leader = house.members.stream()
                    .filter(m -> m.leads() && m.core.ready())
                    .findFirst()
                    .orElse(null);
            if (leader == null) {
                continue;
            }
            askable.clear();
            Configuration c = leader.core.consensus().configuration();
            house.members.stream()
                    .filter(m -> c != null && c.member(m.incarnation()) != null)
                    .forEach(askable::add);
            house.giveUpCallsElsewhere(askable);
            if (!house.calls.isEmpty()) {
                continue;
            }
            boolean empty = leader.core.machine.state().allFigures().stream().allMatch(f -> f.depth() == 0);
            if (empty && drained && agree(askable, leader)) {
                return;
            }
            drained = empty;
            house.take(9, empty ? leader : askable.get(random.nextInt(askable.size())));
        }
        house.wrong("stuck: two minutes after all faults ended, " + house.calls.size()
                + " calls are open or members differ: "
                + house.members.stream()
                        .map(m -> m.name + " " + m.core.consensus().role() + "@"
                                + m.core.consensus().term() + " commit "
                                + m.core.consensus().commitIndex() + " last " + m.core.log.lastIndex())
                        .toList());
    }

    private static boolean agree(List<SimulatedMember> members, SimulatedMember leader) {
        return members.stream()
                .allMatch(m -> m.core.machine.state().appliedIndex()
                                == leader.core.machine.state().appliedIndex()
                        && m.core.machine.state().hash()
                                == leader.core.machine.state().hash());
    }
}
