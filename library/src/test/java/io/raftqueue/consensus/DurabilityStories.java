package io.raftqueue.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.consensus.ConfigurationRefusedException.Reason;
import java.util.List;

/** What counts as stored, full disks, cluster time and snapshots. */
final class DurabilityStories {
    static final List<Story> ALL = List.of(
            new Story("durable", "the leader's own copy counts only when it is on disk", r -> selfWhenDurable(r)),
            new Story("durable", "a follower acknowledges only what is on its disk", r -> ackWhenDurable(r)),
            new Story("room", "a follower without room takes nothing, and goes on when there is room", r -> full(r)),
            new Story("room", "a follower is not full when a snapshot brought what it lacked", r -> fullUntil(r)),
            new Story(
                    "room", "a leader without room hands over, appends nothing, and loses nothing", r -> fullLeader(r)),
            new Story(
                    "room", "a change that found no room is not in force behind the next one", r -> changeUnwritten(r)),
            new Story("time", "cluster time goes on over a failover and never back", r -> clusterTime(r)),
            new Story(
                    "paper 7",
                    "a follower behind the log gets a snapshot, and stale ones are ignored",
                    r -> snapshot(r)));

    private DurabilityStories() {}

    private static void selfWhenDurable(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        SimulatedServer b = c.server(1);
        c.elect(a);
        long x = c.propose(a);
        c.deliverOne(0, 1);
        b.sync();
        b.flush();
        c.deliverOne(1, 0);
        a.flush();
        assertThat(a.consensus.commitIndex())
                .as("committed by one disk of three")
                .isLessThan(x);
        a.sync();
        a.flush();
        assertThat(a.consensus.commitIndex()).isEqualTo(x);
    }

    private static void ackWhenDurable(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        SimulatedServer b = c.server(1);
        c.elect(a);
        long x = c.propose(a);
        a.sync();
        c.deliverOne(0, 1);
        b.flush();
        c.deliverOne(1, 0);
        a.flush();
        assertThat(a.consensus.commitIndex())
                .as("committed by one disk of three")
                .isLessThan(x);
        b.sync();
        b.flush();
        c.deliverOne(1, 0);
        a.flush();
        assertThat(a.consensus.commitIndex()).isEqualTo(x);
    }

    /** The first server's cluster goes on while this one has no room. */
    private static void fill(SimulatedCluster c, SimulatedServer f) {
        f.storage.full = true;
        for (int i = 0; i < 20; i++) {
            c.propose(c.server(0));
            c.run(100);
        }
    }

    private static void full(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        SimulatedServer f = c.server(2);
        c.elect(a);
        long before = f.storage.lastIndex();
        fill(c, f);
        assertThat(f.storage.lastIndex()).isEqualTo(before);
        assertThat(a.consensus.commitIndex()).isEqualTo(a.storage.lastIndex());
        f.storage.full = false;
        c.run(1000);
        assertThat(f.applied).isEqualTo(a.applied);
    }

    private static void fullUntil(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        SimulatedServer f = c.server(2);
        c.elect(a);
        fill(c, f);
        assertThat(f.consensus.full()).isTrue();
        a.snapshot(0);
        f.storage.full = false;
        while (c.network.shipments.isEmpty()) {
            c.advance(20);
            c.deliverUntil(() -> !c.network.shipments.isEmpty(), a, c.server(1), f);
        }
        c.network.drop(2, 0);
        c.network.ship(c.network.shipments.get(0), false);
        c.deliverOne(2, 0); // its answer tells all, so the leader asks nothing more
        a.flush();
        c.run(1000); // and nobody writes
        assertThat(c.installs).isEqualTo(1);
        assertThat(f.applied).isEqualTo(a.applied);
        assertThat(f.consensus.full()).as("full").isFalse();
    }

    private static void fullLeader(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        c.elect(a);
        c.propose(a);
        c.settle();
        a.storage.full = true;
        long last = a.storage.lastIndex();
        c.propose(a);
        c.settle(); // no time passes
        assertThat(a.leads()).isFalse();
        assertThat(a.storage.lastIndex()).isEqualTo(last);
        SimulatedServer next =
                c.servers.stream().filter(SimulatedServer::leads).findFirst().orElseThrow();
        next.crash(); // the full one is one of two now, and cannot lead
        c.run(10_000);
        assertThat(a.leads()).isFalse();
        a.storage.full = false;
        c.run(5_000);
        assertThat(c.servers).anyMatch(s -> s.leads() && s.consensus.serving());
        assertThat(c.checks.verdicts).isEmpty();
    }

    /** There is room for the entry, not for what waits to be written before it; a moment later there is for both. */
    private static void changeUnwritten(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        c.elect(a);
        SimulatedServer d = c.addServer();
        Configuration three = a.consensus.configuration();
        Configuration four = three.with(d.member.asLearner());
        a.consensus.changeConfiguration(four, false, a.now());
        c.run(1000);
        a.storage.room = 1000;
        a.consensus.propose(new byte[1000], a.now());
        tryChange(a, four.without(c.server(2).incarnation));
        a.storage.room = Long.MAX_VALUE;
        tryChange(a, four.with(d.member.asVoter()));
        a.flush();
        long last = a.storage.lastIndex();
        List<Entry> configurations = a.storage.internalEntries(Math.min(last, a.consensus.commitIndex() + 1), last);
        assertThat(configurations).as("two changes at a time").hasSizeLessThan(2);
        c.network.healAll();
        c.run(5000);
        assertThat(c.servers).anyMatch(s -> s.leads() && s.consensus.serving());
        assertThat(c.checks.verdicts).isEmpty();
    }

    private static void tryChange(SimulatedServer leader, Configuration next) {
        try {
            leader.consensus.changeConfiguration(next, false, leader.now());
        } catch (ConfigurationRefusedException refused) {
            assertThat(refused.reason()).isIn(Reason.NO_ROOM, Reason.NOT_LEADER);
        }
    }

    private static void clusterTime(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        SimulatedServer b = c.server(1);
        c.elect(a);
        c.run(5000);
        long first = a.storage.entry(c.propose(a)).time();
        assertThat(first).isBetween(5000L, 10_000L);
        c.run(400);
        long heard = b.consensus.clusterTime(b.now());
        a.crash();
        c.now += 60_000 * SimulatedCluster.MILLI;
        c.elect(b);
        long second = b.storage.entry(c.propose(b)).time();
        assertThat(second).as("goes on where the old leader was heard last").isBetween(heard, heard + 3000);
        c.settle();
        long last = 0;
        for (Entry e : b.storage.entries(1, b.storage.lastIndex(), 1 << 20)) {
            assertThat(e.time()).isGreaterThanOrEqualTo(last);
            last = e.time();
        }
    }

    private static void snapshot(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        SimulatedServer f = c.server(2);
        c.elect(a);
        c.propose(a);
        c.settle();
        a.snapshot(0);
        SimulatedStorage.Snapshot stale = a.storage.snapshot();
        f.crash();
        for (int i = 0; i < 30; i++) {
            c.propose(a);
            c.run(20);
        }
        a.snapshot(0);
        f.start();
        c.run(1000);
        assertThat(c.installs).isEqualTo(1);
        assertThat(f.applied).isEqualTo(a.applied);
        assertThat(f.state.hash()).isEqualTo(a.state.hash());
        c.network.ship(
                new SimulatedNetwork.Shipment(a, a.incarnation, a.consensus.term(), f.incarnation, f.slot, stale),
                false);
        assertThat(f.applied).as("applied after a stale snapshot came").isEqualTo(a.applied);
        c.propose(a);
        c.run(500);
        assertThat(f.applied).isEqualTo(a.applied);
        assertThat(c.checks.verdicts).isEmpty();
    }
}
