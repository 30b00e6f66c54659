package io.raftqueue.raft;

import io.raftqueue.consensus.Configuration;
import io.raftqueue.consensus.Member;
import io.raftqueue.log.disk.SimulatedDisk;
import io.raftqueue.raft.PeerMessage.Admin;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/** What goes wrong in a {@link HouseSchedule}. */
final class HouseFaults {
    private final SimulatedHouse house;
    private final RandomGenerator random;
    private final HouseDelivery delivery;
    private boolean wiped;
    private long removalAskedAt = -3_600_000 * SimulatedHouse.MILLI;

    HouseFaults(SimulatedHouse house, RandomGenerator random, HouseDelivery delivery) {
        this.house = house;
        this.delivery = delivery;
        this.random = random;
    }

    private SimulatedMember any() {
        return house.members.get(random.nextInt(house.members.size()));
    }

    void happen(int dice) {
        SimulatedMember m = any();
        if (dice < 16) {
            if (!m.up) {
                house.start(m);
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
            if (SimulatedHouse.runs(m)) {
                house.happened.add(Happening.SNAPSHOT);
                house.run(m, () -> m.core.snapshot());
                m.dirty = true;
            }
        } else if (dice < 66) {
            if (SimulatedHouse.runs(m)) {
                m.diskTasks.add(m.core.log::reclaim);
            }
        } else if (dice < 82) {
            membership();
        } else if (dice < 90) {
            int kind = random.nextInt(6);
            if (kind == 0) {
                dethrone();
            } else if (kind == 1) {
                powerCutInThinMajority();
            } else {
                cutOffLeaderWithTail();
            }
        } else if (dice < 94) {
            m.paused = !m.paused;
            house.happened.add(Happening.FROZEN);
        } else if (dice < 97) {
            if (m.leads() && SimulatedHouse.runs(m)) {
                house.happened.add(Happening.TRANSFER);
                m.core.handOver();
            }
        } else {
            boolean full = random.nextBoolean();
            m.disk.capacity(full ? 30_000 + random.nextInt(200_000) : Long.MAX_VALUE / 4);
            if (full) {
                house.happened.add(Happening.DISK_FULL);
            }
        }
    }

    private void linksBreak(SimulatedMember gone) {
        for (SimulatedMember o : house.members) {
            if (SimulatedHouse.runs(o) && random.nextBoolean()) {
                house.happened.add(Happening.LINK_BROKE);
                house.run(o, () -> o.core.peerLost(gone.incarnation(), o.now()));
                o.dirty = true;
            }
        }
    }

    private void partition() {
        SimulatedMember a = any();
        SimulatedMember b = any();
        boolean oneWay = random.nextInt(4) == 0;
        house.happened.add(oneWay ? Happening.ONE_WAY : Happening.PARTITION);
        for (SimulatedMember o : house.members) {
            if (o != a && (o != b || random.nextInt(3) == 0)) {
                house.cut(a.slot, o.slot);
                if (!oneWay) {
                    house.cut(o.slot, a.slot);
                }
            }
        }
        house.log(() -> "partition around " + a.name);
    }

    private void cutOffLeaderWithTail() {
        for (SimulatedMember m : house.members) {
            if (m.leads() && SimulatedHouse.runs(m)) {
                house.clients.send(0, m);
                house.clients.take(0, m);
                house.run(m, m::flush);
                if (m.up && random.nextBoolean()) {
                    house.isolate(m);
                } else if (m.up) {
                    house.crash(m, random.nextBoolean());
                    linksBreak(m);
                }
                return;
            }
        }
    }

    /**
     * One leader after the other is left alone with entries that nobody else has, and comes back later (Raft paper, figures
     * 7 and 8): the logs come to differ in many terms, and old entries return.
     */
    private void dethrone() {
        house.happened.add(Happening.DETHRONED);
        SimulatedMember deposed = null;
        for (int round = 2 + random.nextInt(3); round > 0; round--) {
            SimulatedMember leader = null;
            for (int i = 0; i < 12 && leader == null; i++) {
                house.advance(100 + random.nextInt(300));
                delivery.all();
                house.clients.settle(); // callers read what they took at once, not seconds later
                leader = house.serving();
            }
            if (leader == null) {
                return;
            }
            SimulatedMember m = leader;
            if (deposed != null && SimulatedHouse.runs(deposed) && random.nextBoolean()) {
                askBoth(deposed, m);
            }
            deposed = m;
            for (int i = 1 + random.nextInt(3); i > 0 && m.up; i--) {
                house.clients.send(0, m, 0, random.nextBoolean() ? 8 : 1200, 120_000);
                house.run(m, m::flush);
            }
            for (int i = random.nextInt(4); i > 0; i--) {
                delivery.one();
            }
            house.heal();
            if (m.up) {
                house.isolate(m);
            }
        }
        if (random.nextBoolean()) {
            house.heal();
        }
    }

    /** A leader that does not know yet that it is none is asked what the next one knows better. */
    private void askBoth(SimulatedMember deposed, SimulatedMember leader) {
        house.clients.send(0, leader, 0, 8, 120_000);
        house.run(leader, leader::flush);
        delivery.all();
        house.clients.settle();
        if (SimulatedHouse.runs(deposed)) {
            house.clients.read(deposed);
            house.run(deposed, deposed::flush);
        }
    }

    /** Just a majority can hear each other, and one of it loses power amid the work; then the others go on without. */
    private void powerCutInThinMajority() {
        SimulatedMember leader = house.serving();
        Configuration c = leader == null ? null : leader.core.consensus().configuration();
        if (leader == null || c == null) {
            return;
        }
        house.happened.add(Happening.THIN_MAJORITY);
        house.heal();
        int others = c.majority() - 1;
        SimulatedMember victim = null;
        for (SimulatedMember m : house.members) {
            if (m != leader && SimulatedHouse.runs(m) && c.isVoter(m.incarnation()) && others > 0) {
                others--;
                victim = victim == null || random.nextBoolean() ? m : victim;
            } else if (m != leader) {
                house.isolate(m);
            }
        }
        if (victim == null) {
            return;
        }
        victim.disk.faultIn(1 + random.nextInt(4), SimulatedDisk.Fault.POWER_CUT);
        house.clients.send(0, leader, 0, 8, 120_000);
        house.run(leader, leader::flush);
        delivery.all();
        house.clients.settle();
        house.heal();
        if (leader.up) {
            house.isolate(leader);
        }
        if (!victim.up && random.nextInt(4) > 0) {
            house.start(victim);
        }
        goOnForAWhile();
    }

    private void membership() {
        if (!wiped && random.nextInt(6) == 0 && wipe()) {
            return;
        }
        SimulatedMember m = any();
        SimulatedMember other = any();
        if (!SimulatedHouse.runs(m) || m.core.clusterId() == null) {
            return;
        }
        if (house.members.size() < SimulatedHouse.SLOTS - 1 && random.nextInt(3) == 0) {
            house.happened.add(Happening.JOINED);
            house.join();
            goOnForAWhile();
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
            house.happened.add(Happening.REMOVAL);
            house.log(() -> m.name + " is asked to remove " + other.name);
            goOnForAWhile();
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

    /** Changes of the membership take several rounds of messages: so the next fault meets one in the middle. */
    private void goOnForAWhile() {
        int until = random.nextInt(8);
        for (int i = 0; i < until; i++) {
            house.advance(20 + random.nextInt(200));
            delivery.all();
        }
        if (random.nextInt(4) == 0) {
            for (int i = random.nextInt(12); i > 0; i--) {
                delivery.one();
            }
            SimulatedMember leader = house.serving();
            if (leader != null) {
                house.isolate(leader);
            }
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
        house.start(victim);
        return true;
    }
}
