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
    private boolean wiped;
    private long removalAskedAt = -3_600_000 * SimulatedHouse.MILLI;

    HouseFaults(SimulatedHouse house, RandomGenerator random) {
        this.house = house;
        this.random = random;
    }

    private SimulatedMember any() {
        return house.members.get(random.nextInt(house.members.size()));
    }

    void happen(int dice) {
        SimulatedMember m = any();
        if (dice < 16) {
            if (!m.up) {
                m.startIfThereIsRoom();
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
            cutOffLeaderWithTail();
        } else if (dice < 94) {
            m.paused = !m.paused;
        } else if (dice < 97) {
            if (m.leads() && SimulatedHouse.runs(m)) {
                m.core.handOver();
            }
        } else {
            m.disk.capacity(random.nextBoolean() ? 30_000 + random.nextInt(200_000) : Long.MAX_VALUE / 4);
        }
    }

    private void linksBreak(SimulatedMember gone) {
        for (SimulatedMember o : house.members) {
            if (SimulatedHouse.runs(o) && random.nextBoolean()) {
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
            if (m.leads() && SimulatedHouse.runs(m)) {
                house.clients.send(0, m);
                house.clients.take(0, m);
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
        if (!SimulatedHouse.runs(m) || m.core.clusterId() == null) {
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
}
