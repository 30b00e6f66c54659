package io.raftqueue.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.raftqueue.consensus.ConfigurationRefusedException.Reason;
import java.util.List;
import java.util.UUID;

/** Rows E5, E8, E10, E13 and S6 of the table in README, and what else changes of membership promise. */
final class MembershipStories {
    static final List<Story> ALL = List.of(
            new Story("E5", "a candidate counts by the newest configuration in its log, also uncommitted", r -> e5(r)),
            new Story("E5", "one change of one vote at a time, after this term's no-op", r -> turns(r)),
            new Story("E8", "learners count in no majority", r -> e8(r)),
            new Story("E10", "the members read from a snapshot count at once", r -> e10(r)),
            new Story("E13", "a message for its former self is dropped", r -> formerSelf(r)),
            new Story("E13", "a server whose disk was replaced does not vote for its former self", r -> e13(r)),
            new Story("S6", "a newcomer learns all members with the log, and counts for none before", r -> s6(r)),
            new Story(
                    "identity",
                    "a lost server comes back as learner, replaces its former self and votes",
                    r -> replace(r)),
            new Story("thesis 4.2.1", "a learner that does not know yet that it is a voter votes", r -> unknowing(r)),
            new Story("thesis 4.2.2", "a leader removes itself, and the others go on at once", r -> leaderLeaves(r)),
            new Story("thesis 4.2.2", "who is removed campaigns while nobody else has that entry", r -> needed(r)),
            new Story("thesis 4.2.2", "a leader that removed itself campaigns while it alone knows", r -> regret(r)),
            new Story("thesis 4.2.3", "a removed server learns it and campaigns no more", r -> removed(r)),
            new Story(
                    "lost disk",
                    "nobody becomes voter that is far behind, no change loses the majority",
                    r -> safe(r)));

    private MembershipStories() {}

    private static void change(SimulatedServer leader, Configuration next) {
        leader.consensus.changeConfiguration(next, false, leader.now());
        leader.flush();
    }

    /** Whether that server wins an election when it alone tries, for as long as it likes. */
    private static boolean wins(SimulatedCluster c, SimulatedServer s) {
        s.roles.clear();
        for (int i = 0; i < 10; i++) {
            c.now += 2500 * SimulatedCluster.MILLI;
            s.tick();
            c.settle();
        }
        return s.roles.stream().anyMatch(r -> r.startsWith("LEADER"));
    }

    private static Configuration current(SimulatedServer s) {
        return s.consensus.configuration();
    }

    private static SimulatedServer join(SimulatedCluster c, SimulatedServer leader) {
        SimulatedServer s = c.addServer();
        change(leader, current(leader).with(s.member.asLearner()));
        c.run(500);
        return s;
    }

    private static void promote(SimulatedCluster c, SimulatedServer leader, SimulatedServer s) {
        change(leader, current(leader).with(s.member.asVoter()));
        c.run(300);
        assertThat(leader.consensus.configurationCommitted()).isTrue();
    }

    private static void e5(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        SimulatedServer b = c.server(1);
        c.elect(a);
        SimulatedServer d = join(c, a);
        c.isolate(a);
        change(a, current(a).with(d.member.asVoter())); // four voters, in a's log only
        a.sync();
        for (SimulatedServer s : c.servers) {
            s.crash();
        }
        a.start();
        b.start();
        c.network.healAll();
        assertThat(wins(c, a)).as("elected by two of four").isFalse();
        d.start();
        c.elect(a);
        c.run(500);
        assertThat(current(d).isVoter(d.incarnation)).isTrue();
    }

    private static void turns(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        c.electInSilence(a, a, c.server(1), c.server(2));
        Configuration three = current(a);
        refused(a, three.without(c.server(2).incarnation), Reason.NOT_YET_SERVING);
        c.run(500);
        refused(a, three.without(c.server(2).incarnation).without(c.server(1).incarnation), Reason.NOT_SINGLE_STEP);
        SimulatedServer d = c.addServer();
        change(a, three.with(d.member.asLearner()));
        refused(a, three, Reason.CHANGE_RUNNING);
        c.run(500);
        refused(a, current(a).with(new Member("node1", d.incarnation, "x", "", true)), Reason.INVALID);
        change(a, three);
        assertThat(current(a)).isEqualTo(three);
    }

    private static void refused(SimulatedServer leader, Configuration next, Reason reason) {
        assertThatThrownBy(() -> leader.consensus.changeConfiguration(next, false, leader.now()))
                .isInstanceOfSatisfying(
                        ConfigurationRefusedException.class,
                        e -> assertThat(e.reason()).isEqualTo(reason));
    }

    private static void e8(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        c.elect(a);
        join(c, a);
        join(c, a);
        c.server(1).crash();
        c.server(2).crash();
        long x = c.propose(a);
        c.settle();
        assertThat(a.storage.lastIndex()).isEqualTo(x);
        assertThat(a.consensus.commitIndex())
                .as("committed by one voter and two learners")
                .isLessThan(x);
        long read = c.read(a);
        c.settle();
        assertThat(c.readAnswered(read)).isFalse();
        c.run(3000);
        assertThat(a.leads()).as("leads with two learners").isFalse();
    }

    private static void e10(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        SimulatedServer b = c.server(1);
        c.elect(a);
        b.crash();
        for (int i = 0; i < 2; i++) {
            promote(c, a, join(c, a));
        }
        c.propose(a);
        c.settle();
        c.servers.stream().filter(s -> s.up).forEach(s -> s.snapshot(0));
        b.start();
        c.run(1000);
        assertThat(c.installs).isEqualTo(1);
        assertThat(b.applied).isEqualTo(a.applied);
        // Five voters: b and one other are none of their majorities.
        c.partition(b, c.server(2));
        assertThat(wins(c, b)).as("elected by two of five").isFalse();
    }

    private static void s6(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        c.elect(a);
        SimulatedServer d = c.addServer();
        assertThat(wins(c, d)).as("elected by itself, before it knows anybody").isFalse();
        c.elect(a);
        change(a, current(a).with(d.member.asLearner()));
        c.run(500);
        assertThat(current(d)).isEqualTo(current(a));
        assertThat(current(d).members()).hasSize(4);
        c.isolate(d);
        assertThat(wins(c, d)).as("elected by itself, as a learner").isFalse();
    }

    private static void formerSelf(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        SimulatedServer fresh = c.wipe(c.server(1));
        UUID former = new UUID(0xA11, 2);
        Envelope ask = new Envelope(
                SimulatedCluster.CLUSTER, a.incarnation, former, new RaftMessage.VoteRequest(9, 9, 8, false));
        fresh.consensus.receive(ask, fresh.now());
        assertThat(fresh.storage.votedFor()).as("vote").isNull();
        assertThat(fresh.storage.term()).isZero();
    }

    private static void e13(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        SimulatedServer lagging = c.server(2);
        c.elect(a);
        c.isolate(lagging);
        long x = c.propose(a);
        c.settle();
        assertThat(a.consensus.commitIndex()).isEqualTo(x);
        c.wipe(c.server(1));
        a.crash();
        c.network.healAll();
        for (int i = 0; i < 10; i++) {
            c.now += 2500 * SimulatedCluster.MILLI;
            lagging.tick();
            c.settle();
        }
        assertThat(lagging.leads())
                .as("elected by a disk that forgot an acknowledged entry")
                .isFalse();
        a.start();
        c.elect(a);
        assertThat(c.checks.verdicts).isEmpty();
    }

    private static void replace(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        c.elect(a);
        c.propose(a);
        c.settle();
        SimulatedServer old = c.server(1);
        SimulatedServer fresh = c.wipe(old);
        c.run(3000);
        assertThat(fresh.applied).isZero();
        change(a, current(a).with(fresh.member.asLearner()));
        c.run(500);
        assertThat(fresh.applied).isEqualTo(a.applied);
        change(a, current(a).without(old.incarnation));
        c.run(500);
        promote(c, a, fresh);
        c.server(2).crash();
        long x = c.propose(a);
        c.settle();
        assertThat(a.consensus.commitIndex()).as("committed with the new voter").isEqualTo(x);
    }

    private static void unknowing(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(1, rules);
        SimulatedServer a = c.server(0);
        c.elect(a);
        SimulatedServer b = join(c, a);
        c.isolate(a);
        change(a, current(a).with(b.member.asVoter())); // in a's log only, and committed without b by nobody
        a.sync();
        a.crash();
        a.start();
        c.network.healAll();
        assertThat(b.consensus.role()).isEqualTo(RaftRole.LEARNER);
        c.elect(a);
        c.run(500);
        assertThat(b.consensus.role()).isEqualTo(RaftRole.FOLLOWER);
    }

    private static void leaderLeaves(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        c.elect(a);
        change(a, current(a).without(a.incarnation));
        c.settle(); // no time passes
        assertThat(a.consensus.role()).isEqualTo(RaftRole.LEARNER);
        assertThat(c.servers)
                .filteredOn(s -> s.leads() && s.consensus.serving())
                .hasSize(1);
    }

    private static void needed(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(2, rules);
        SimulatedServer a = c.server(0);
        SimulatedServer b = c.server(1);
        c.elect(a);
        change(a, current(a).without(b.incarnation));
        long removal = a.storage.lastIndex();
        c.deliverOne(0, 1);
        b.sync();
        assertThat(b.storage.durableIndex()).isEqualTo(removal);
        a.storage.truncateFrom(removal); // power failed before it was on the leader's own disk
        a.crash();
        a.start();
        c.run(5_000);
        assertThat(a.leads() && a.consensus.serving())
                .as("the voter that is left leads")
                .isTrue();
        assertThat(current(a).isVoter(b.incarnation)).isFalse();
        assertThat(b.consensus.role()).isEqualTo(RaftRole.LEARNER);
        assertThat(c.checks.verdicts).isEmpty();
    }

    private static void regret(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(2, rules);
        SimulatedServer a = c.server(0);
        SimulatedServer b = c.server(1);
        c.elect(a);
        c.isolate(a);
        change(a, current(a).without(a.incarnation));
        a.sync();
        a.crash();
        b.crash();
        c.network.healAll();
        b.start();
        a.start();
        c.run(5_000);
        assertThat(b.leads() && b.consensus.serving())
                .as("the voter that is left leads")
                .isTrue();
        assertThat(current(b).isVoter(a.incarnation)).isFalse();
        assertThat(a.consensus.role()).isEqualTo(RaftRole.LEARNER);
        assertThat(c.checks.verdicts).isEmpty();
    }

    private static void removed(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        SimulatedServer gone = c.server(2);
        c.elect(a);
        change(a, current(a).without(gone.incarnation));
        c.run(300);
        assertThat(gone.consensus.role()).isEqualTo(RaftRole.LEARNER);
        assertThat(gone.consensus.configurationCommitted()).isTrue();
        long term = a.consensus.term();
        c.run(10_000);
        assertThat(a.leads()).isTrue();
        assertThat(a.consensus.term()).isEqualTo(term);
        assertThat(a.consensus.followers(a.now())).hasSize(1);
        gone.crash();
        gone.start(); // does not know any more that it is committed
        c.run(10_000);
        assertThat(a.leads()).isTrue();
        assertThat(a.consensus.term()).as("term").isEqualTo(term);
    }

    private static void safe(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        c.elect(a);
        SimulatedServer d = c.addServer();
        d.up = false;
        change(a, current(a).with(d.member.asLearner()));
        c.run(1500);
        refused(a, current(a).with(d.member.asVoter()), Reason.NOT_CAUGHT_UP);
        c.server(2).crash();
        c.run(1500);
        refused(a, current(a).without(c.server(1).incarnation), Reason.WOULD_LOSE_MAJORITY);
        change(a, current(a).without(c.server(2).incarnation));
        c.run(500);
        assertThat(a.consensus.configurationCommitted()).isTrue();
    }
}
