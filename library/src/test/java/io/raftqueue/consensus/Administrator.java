package io.raftqueue.consensus;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Adds, promotes, removes and wipes servers, never so that even a perfect Raft would have lost its majority for good. */
final class Administrator {
    private static final int MOST_SERVERS = 6;
    private final SimulatedCluster cluster;
    private final RandomGenerator random;
    private boolean wipedOnce;

    Administrator(SimulatedCluster cluster, RandomGenerator random) {
        this.cluster = cluster;
        this.random = random;
    }

    void act() {
        if (!wipedOnce && random.nextInt(8) == 0 && wipe()) {
            return;
        }
        List<SimulatedServer> leaders = cluster.servers.stream()
                .filter(s -> s.leads() && !s.paused && !s.storage.full)
                .toList();
        if (leaders.isEmpty()) {
            return;
        }
        SimulatedServer leader = leaders.get(random.nextInt(leaders.size()));
        Configuration next = nextOf(leader);
        if (next != null) {
            try {
                long index = leader.consensus.changeConfiguration(next, random.nextInt(4) == 0, leader.now());
                leader.dirty = true;
                cluster.log(() -> leader.name() + " begins configuration " + index);
            } catch (ConfigurationRefusedException e) {
                cluster.log(() -> leader.name() + " refuses a change: " + e.reason());
            }
        }
    }

    private Configuration nextOf(SimulatedServer leader) {
        Configuration c = leader.consensus.configuration();
        List<Configuration> choices = new ArrayList<>();
        Member lost = null;
        for (Member m : c.members()) {
            if (cluster.slotOf(m.incarnation()) < 0) {
                lost = m;
            } else if (!m.voter()) {
                choices.add(c.with(m.asVoter()));
                choices.add(c.with(m.asVoter()));
                choices.add(c.without(m.incarnation()));
            }
        }
        if (lost != null) {
            choices.add(c.without(lost.incarnation()));
        } else if (c.voters().size() > 2) {
            for (Member m : c.voters()) {
                choices.add(c.without(m.incarnation()));
                choices.add(c.with(m.asLearner()));
            }
        }
        for (SimulatedServer s : cluster.servers) {
            if (s.up && c.member(s.incarnation) == null) {
                choices.add(c.with(s.member.asLearner()));
                choices.add(c.with(s.member.asLearner()));
            }
        }
        if (cluster.servers.size() < MOST_SERVERS && random.nextInt(3) == 0) {
            SimulatedServer joiner = cluster.addServer();
            return c.with(joiner.member.asLearner());
        }
        return choices.isEmpty() ? null : choices.get(random.nextInt(choices.size()));
    }

    /** One directory is lost, while everybody's newest configuration is the same, committed, and bears the loss. */
    private boolean wipe() {
        SimulatedServer victim = cluster.servers.get(random.nextInt(cluster.servers.size()));
        Configuration c = victim.up ? victim.consensus.configuration() : null;
        if (c == null || !c.isVoter(victim.incarnation) || c.voters().size() < 3) {
            return false;
        }
        for (SimulatedServer s : cluster.servers) {
            boolean member = c.member(s.incarnation) != null;
            if (!s.up
                    || (s.consensus.configuration() != null
                            && (!s.consensus.configuration().equals(c)
                                    || (member && !s.consensus.configurationCommitted())
                                    || s.storage.durableIndex() < s.consensus.configurationIndex()))) {
                return false;
            }
        }
        wipedOnce = true;
        cluster.network.dropAllTo(victim.slot);
        cluster.wipe(victim);
        return true;
    }
}
