package io.raftqueue.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;

/** Rows C1 to C9 of the table in README. */
final class ReplicationStories {
    static final List<Story> ALL = List.of(
            new Story("C1", "a read on a cut-off leader commits nothing and is not answered", r -> c1(r)),
            new Story("C2", "a deposed leader that comes back commits none of its own tail", r -> c2(r)),
            new Story("C3", "a batch that overlaps is cut at its first difference, not acknowledged whole", r -> c3(r)),
            new Story("C4", "an entry of an old term is not committed by counting (figure 8)", r -> figure8(r)),
            new Story("C4", "a new leader answers no read before its no-op is committed", r -> noReadBeforeNoOp(r)),
            new Story("C5", "what deposes a leader counts before the proposals of the same batch", r -> c5(r)),
            new Story("C6", "an entry leaves the leader only after it is in the leader's own log", r -> c6(r)),
            new Story("C7", "a follower that was away catches up while the load goes on", r -> c7(r)),
            new Story("C8", "a write commits everywhere without waiting for time or the next write", r -> c8(r)),
            new Story("C9", "a frozen follower stops nobody and costs a bounded window", r -> c9(r)));

    private ReplicationStories() {}

    private static void c1(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        c.elect(a);
        c.isolate(a);
        long x = c.propose(a);
        long read = c.read(a);
        a.sync();
        a.flush();
        c.settle();
        assertThat(a.consensus.commitIndex()).isLessThan(x);
        assertThat(c.readAnswered(read))
                .as("read answered by a leader that may be none")
                .isFalse();
        c.network.healAll();
        c.run(1000);
        assertThat(c.readAnswered(read)).isTrue();
        assertThat(c.checks.verdicts).isEmpty();
    }

    private static void c2(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        SimulatedServer b = c.server(1);
        c.elect(a);
        long common = a.consensus.commitIndex();
        c.isolate(a);
        c.propose(a);
        c.propose(a);
        c.propose(a);
        c.elect(b);
        c.propose(b);
        c.propose(b);
        c.settle();
        assertThat(b.consensus.commitIndex()).isGreaterThan(common + 1);
        c.network.healAll();
        c.now += 300 * SimulatedCluster.MILLI;
        b.tick(); // a heartbeat that tells the commit index comes first
        c.deliverUntil(() -> false, a);
        c.deliverUntil(() -> a.consensus.term() == b.consensus.term(), a, b);
        assertThat(a.consensus.commitIndex())
                .as("commit index before the logs were compared")
                .isEqualTo(common);
        c.run(500);
        assertThat(a.state.hash()).isEqualTo(b.state.hash());
        assertThat(c.checks.verdicts).isEmpty();
    }

    private static void c3(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer f = c.server(0);
        UUID one = c.server(1).incarnation;
        UUID two = c.server(2).incarnation;
        Entry x = entry(2, 2, 'x');
        Entry old = entry(3, 2, 'o');
        f.receive(from(f, one, new RaftMessage.AppendRequest(2, 1, 1, 0, 0, List.of(x, old))));
        Entry y = entry(3, 3, 'y');
        Entry z = entry(4, 3, 'z');
        f.receive(from(f, two, new RaftMessage.AppendRequest(3, 1, 1, 4, 0, List.of(x, y, z))));
        f.storage.sync();
        f.consensus.durableAdvanced(f.now());
        assertThat(f.storage.entries(2, f.storage.lastIndex(), 1000)).containsExactly(x, y, z);
        f.consensus.flush(f.now());
        assertThat(f.consensus.commitIndex()).isEqualTo(4);
    }

    private static Entry entry(long index, long term, char what) {
        return new Entry(
                index,
                term,
                false,
                0,
                SimulatedQueue.command(SimulatedQueue.SEND, what, (int) index, index * 100 + what));
    }

    static Envelope from(SimulatedServer to, UUID sender, RaftMessage m) {
        return new Envelope(SimulatedCluster.CLUSTER, sender, to.incarnation, m);
    }

    /** Paper, figure 8: the entry of term 2 is on a majority under the leader of term 4, and still can be lost. */
    private static void figure8(Rules rules) {
        ConsensusOptions d = SimulatedCluster.smallOptions();
        ConsensusOptions entryByEntry = new ConsensusOptions(
                d.electionTimeoutMin(),
                d.electionTimeoutMax(),
                d.heartbeatInterval(),
                Duration.ofHours(1),
                d.brokenLinkDelay(),
                1,
                1,
                1,
                1000);
        SimulatedCluster c = SimulatedCluster.of(5, rules, entryByEntry);
        SimulatedServer s1 = c.server(0);
        SimulatedServer s2 = c.server(1);
        SimulatedServer s3 = c.server(2);
        SimulatedServer s4 = c.server(3);
        SimulatedServer s5 = c.server(4);
        c.elect(s1);
        c.partition(s1, s2);
        long x = c.propose(s1);
        c.settle();
        assertThat(s2.storage.lastIndex()).isEqualTo(x);
        c.electInSilence(s5, s5, s3, s4);
        s5.sync();
        s5.crash();
        c.network.healAll();
        s1.crash();
        s1.start();
        c.electInSilence(s1, s1, s2, s3, s4);
        c.now += 300 * SimulatedCluster.MILLI;
        s1.tick();
        c.deliverUntil(() -> s3.storage.lastIndex() == x, s1, s2, s3);
        s3.sync();
        s3.flush();
        c.deliverOne(s3.slot, s1.slot);
        c.deliverOne(s3.slot, s1.slot);
        s1.flush();
        assertThat(s3.storage.durableIndex()).isEqualTo(x);
        assertThat(s1.consensus.commitIndex())
                .as("commit index of the leader of term 4, with the old entry on a majority")
                .isLessThan(x);
        s1.crash();
        s2.crash();
        c.network.drop(s1.slot, s3.slot);
        c.network.drop(s1.slot, s4.slot);
        s5.start();
        c.elect(s5);
        s1.start();
        s2.start();
        c.run(3000);
        assertThat(c.checks.verdicts).isEmpty();
        assertThat(s1.state.hash()).isEqualTo(s5.state.hash());
    }

    private static void noReadBeforeNoOp(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        SimulatedServer b = c.server(1);
        c.elect(a);
        long x = c.propose(a);
        c.deliverOne(0, 1);
        b.sync();
        b.flush();
        a.sync();
        c.deliverOne(1, 0);
        a.flush();
        assertThat(a.consensus.commitIndex()).isEqualTo(x); // and b does not know yet
        c.isolate(a);
        c.electInSilence(b, b, c.server(2));
        long read = c.read(b);
        b.flush();
        // Heartbeats are answered, the no-op is lost.
        c.deliverOne(1, 2);
        c.server(2).flush();
        c.deliverOne(2, 1);
        b.flush();
        assertThat(c.readAnswered(read))
                .as("read answered before the no-op was committed")
                .isFalse();
        c.run(1500);
        assertThat(c.readAnswered(read)).isTrue();
        assertThat(b.consensus.commitIndex()).isGreaterThan(x);
        assertThat(c.checks.verdicts).isEmpty();
    }

    private static void c5(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        c.elect(a);
        long last = a.storage.lastIndex();
        byte[] command = SimulatedQueue.command(SimulatedQueue.SEND, 1, 1, 1);
        a.consensus.propose(command, a.now());
        a.receive(from(a, c.server(1).incarnation, new RaftMessage.Heartbeat(9, 1, 0, 0)));
        assertThatThrownBy(() -> a.consensus.propose(command, a.now())).isInstanceOf(NotLeaderException.class);
        a.flush();
        assertThat(a.storage.lastIndex())
                .as("appended by a leader that was deposed")
                .isEqualTo(last);
        assertThat(a.consensus.leader()).isEqualTo(c.server(1).incarnation);
        assertThat(c.network.link(0, 1)).allMatch(e -> !(e.message() instanceof RaftMessage.AppendRequest));
    }

    private static void c6(Rules rules) {
        SimulatedStorage broken = new SimulatedStorage() {
            @Override
            public void append(List<Entry> entries) {
                if (lastIndex() >= 2) {
                    throw new IllegalArgumentException("disk error");
                }
                super.append(entries);
            }
        };
        UUID self = new UUID(1, 1);
        Member me = new Member("a", self, "address0", "", true);
        Member learner = new Member("b", new UUID(1, 2), "address1", "", false);
        Consensus.bootstrap(broken, new Configuration(new UUID(2, 2), List.of(me, learner)), 0);
        broken.sync();
        List<RaftMessage> sent = new ArrayList<>();
        Consensus consensus = new Consensus(
                SimulatedCluster.smallOptions(),
                self,
                broken,
                (e, m) -> sent.add(e.message()),
                new SilentListener(),
                new SplittableRandom(1),
                rules);
        consensus.start(null, 0);
        consensus.tick(0);
        consensus.flush(0);
        assertThat(consensus.role()).isEqualTo(RaftRole.LEADER);
        sent.clear();
        consensus.propose(new byte[] {7}, 1);
        assertThatThrownBy(() -> consensus.flush(1)).hasMessage("disk error");
        assertThat(sent).isEmpty();
    }

    private static void c7(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        SimulatedServer f = c.server(2);
        c.elect(a);
        f.crash();
        for (int i = 0; i < 100; i++) {
            c.propose(a);
            c.run(20);
        }
        f.start();
        for (int i = 0; i < 50; i++) {
            c.propose(a);
            c.run(20);
        }
        assertThat(f.applied).as("what the restarted follower has applied").isEqualTo(a.applied);
        assertThat(c.checks.verdicts).isEmpty();
    }

    private static void c8(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        c.elect(a);
        long x = c.propose(a);
        c.settle(); // no time passes
        assertThat(c.servers).allMatch(s -> s.applied == x);
    }

    private static void c9(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        c.elect(a);
        c.server(2).paused = true;
        for (int i = 0; i < 500; i++) {
            long x = c.propose(a);
            c.settle();
            assertThat(a.consensus.commitIndex()).isEqualTo(x);
            c.advance(20);
        }
        long waiting = c.network.link(0, 2).stream()
                .filter(e -> e.message() instanceof RaftMessage.AppendRequest)
                .mapToLong(
                        e -> ((RaftMessage.AppendRequest) e.message()).entries().size())
                .sum();
        assertThat(waiting)
                .as("entries that wait for a frozen follower")
                .isLessThanOrEqualTo(c.options.windowEntries());
        c.server(2).paused = false;
        c.run(1000);
        assertThat(c.server(2).applied).isEqualTo(a.applied);
    }
}
