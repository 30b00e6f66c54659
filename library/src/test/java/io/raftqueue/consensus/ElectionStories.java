package io.raftqueue.consensus;

import static io.raftqueue.consensus.ReplicationStories.from;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;

/** Rows E1 to E4, E6, E7, E9, E11 and E12 of the table in README, and what else elections promise. */
final class ElectionStories {
    static final List<Story> ALL = List.of(
            new Story("E1", "who voted for a newer term acknowledges nothing to the old leader", r -> e1(r)),
            new Story("E1", "nobody is elected whose log lacks what the voter has", r -> logsAreCompared(r)),
            new Story("E2", "an old leader is not taken for the leader of the new term", r -> e2(r)),
            new Story("E3", "votes of another term elect nobody", r -> e3(r)),
            new Story("E4", "a vote outlives a crash", r -> e4(r)),
            new Story("E4", "one vote per term", r -> oneVote(r)),
            new Story("E4", "the term never goes back, not by a cut, not by a snapshot", r -> termOnlyGrows(r)),
            new Story("E6", "a pre-vote waits for nobody: two of three elect, though messages are lost", r -> e6(r)),
            new Story("E6", "a server that was cut off does not depose a live leader", r -> noDisturbance(r)),
            new Story("E7", "a leader of an old term is told so, and the server is not left behind", r -> e7(r)),
            new Story("E9", "a leader cut off steps down, and others lead, within 5 s", r -> e9(r)),
            new Story("E11", "a learner without members never raises a term", r -> e11(r)),
            new Story("E12", "messages of another cluster change nothing", r -> e12(r)),
            new Story("thesis 3.10", "leadership is handed over at once", r -> transfer(r)),
            new Story(
                    "thesis 6.4",
                    "a follower's read sees what was acknowledged, over a change of leader",
                    r -> reads(r)),
            new Story("election", "a broken link to the leader starts an election within 100 ms", r -> brokenLink(r)),
            new Story("election", "a leader whose followers are gone leaves within 0.5 s", r -> followersGone(r)),
            new Story("election", "links that flap depose no leader", r -> flappingLinks(r)));

    private ElectionStories() {}

    private static void e1(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        SimulatedServer b = c.server(1);
        c.elect(a);
        long x = c.propose(a);
        b.receive(from(b, c.server(2).incarnation, new RaftMessage.VoteRequest(3, x - 1, 2, true)));
        b.flush();
        assertThat(b.storage.votedFor()).isEqualTo(c.server(2).incarnation);
        c.deliverOne(0, 1); // x, from the leader of term 2
        b.sync();
        b.flush();
        assertThat(b.storage.lastIndex()).isEqualTo(x - 1);
        c.deliverUntil(() -> !c.network.pending(1, 0), a, b);
        assertThat(a.consensus.role()).isNotEqualTo(RaftRole.LEADER);
        assertThat(a.consensus.commitIndex()).isLessThan(x);
    }

    private static void logsAreCompared(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        SimulatedServer lagging = c.server(2);
        c.elect(a);
        c.isolate(lagging);
        c.propose(a);
        c.settle();
        a.crash();
        c.network.healAll();
        for (int i = 0; i < 10; i++) {
            c.now += 2500 * SimulatedCluster.MILLI;
            lagging.tick();
            c.settle();
        }
        assertThat(lagging.roles).noneMatch(r -> r.startsWith("LEADER"));
    }

    private static void e2(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        SimulatedServer b = c.server(1);
        c.elect(a);
        b.receive(from(b, c.server(2).incarnation, new RaftMessage.VoteRequest(7, 99, 6, true)));
        b.receive(from(b, a.incarnation, new RaftMessage.Heartbeat(2, 99, 2, 0)));
        b.flush();
        assertThat(b.consensus.term()).isEqualTo(7);
        assertThat(b.consensus.leader()).isNull();
    }

    private static void e3(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        UUID b = c.server(1).incarnation;
        c.now += 2500 * SimulatedCluster.MILLI;
        a.tick();
        a.receive(from(a, b, new RaftMessage.PreVoteResponse(1, 2, true)));
        assertThat(a.consensus.role()).isEqualTo(RaftRole.CANDIDATE);
        c.now += 2500 * SimulatedCluster.MILLI;
        a.tick();
        a.receive(from(a, b, new RaftMessage.PreVoteResponse(2, 3, true)));
        assertThat(a.consensus.term()).isEqualTo(3);
        a.receive(from(a, b, new RaftMessage.VoteResponse(2, true)));
        assertThat(a.consensus.role()).as("role after a late vote of term 2").isEqualTo(RaftRole.CANDIDATE);
        a.receive(from(a, b, new RaftMessage.VoteResponse(3, true)));
        assertThat(a.consensus.role()).isEqualTo(RaftRole.LEADER);
    }

    private static void e4(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        a.receive(from(a, c.server(1).incarnation, new RaftMessage.VoteRequest(5, 9, 4, false)));
        a.flush();
        a.crash();
        a.start();
        c.network.drop(0, 2);
        a.receive(from(a, c.server(2).incarnation, new RaftMessage.VoteRequest(5, 9, 4, false)));
        assertThat(c.network.link(0, 2))
                .extracting(e -> e.message())
                .containsExactly(new RaftMessage.VoteResponse(5, false));
        assertThat(a.consensus.term()).isEqualTo(5);
    }

    private static void oneVote(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        a.receive(from(a, c.server(1).incarnation, new RaftMessage.VoteRequest(5, 9, 4, false)));
        a.receive(from(a, c.server(2).incarnation, new RaftMessage.VoteRequest(5, 9, 4, false)));
        assertThat(c.network.link(0, 1)).extracting(e -> e.message()).contains(new RaftMessage.VoteResponse(5, true));
        assertThat(c.network.link(0, 2)).extracting(e -> e.message()).contains(new RaftMessage.VoteResponse(5, false));
    }

    private static void termOnlyGrows(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        c.elect(a);
        c.isolate(a);
        c.propose(a);
        a.sync();
        c.elect(c.server(1));
        c.elect(c.server(2));
        c.network.healAll();
        long term = c.server(2).consensus.term();
        c.run(1000); // cuts a's tail
        assertThat(a.consensus.term()).isEqualTo(term);
        a.snapshot(0);
        a.crash();
        a.start();
        assertThat(a.consensus.term()).isEqualTo(term);
    }

    private static void e6(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        c.server(2).crash();
        for (int lost = 0; lost < 3; lost++) { // the first questions and answers get lost
            c.advance(2500);
            c.network.drop(0, 1);
            c.network.drop(1, 0);
        }
        c.run(5000);
        assertThat(c.servers).filteredOn(SimulatedServer::leads).hasSize(1);
    }

    private static void noDisturbance(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        c.elect(a);
        long term = a.consensus.term();
        c.network.cut(0, 2); // hears the leader no more, but can be heard
        c.run(20_000);
        assertThat(a.consensus.term()).as("term after 20 s of pre-votes").isEqualTo(term);
        UUID removed = new UUID(9, 9);
        c.server(1).receive(from(c.server(1), removed, new RaftMessage.VoteRequest(99, 99, 98, false)));
        a.receive(from(a, removed, new RaftMessage.VoteRequest(99, 99, 98, false)));
        assertThat(a.leads()).isTrue();
        assertThat(a.consensus.term()).isEqualTo(term);
    }

    private static void e7(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        SimulatedServer b = c.server(1);
        c.elect(a);
        b.storage.saveTermAndVote(9, null); // as after campaigns that nobody saw
        b.crash();
        b.start();
        c.run(10_000);
        c.propose(c.servers.stream().filter(SimulatedServer::leads).findFirst().orElseThrow());
        c.settle();
        assertThat(c.servers).allMatch(s -> s.consensus.term() >= 9);
        assertThat(b.applied).as("applied by the server of the higher term").isEqualTo(a.applied);
    }

    private static void e9(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        c.elect(a);
        c.isolate(a);
        c.run(5000);
        assertThat(a.leads()).as("the leader that nobody hears leads").isFalse();
        assertThat(c.servers)
                .filteredOn(s -> s.leads() && s.consensus.serving())
                .hasSize(1);
    }

    private static void e11(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        c.elect(c.server(0));
        long term = c.server(0).consensus.term();
        SimulatedServer learner = c.addServer();
        for (int hour = 0; hour < 24; hour++) {
            c.now += 3_600_000 * SimulatedCluster.MILLI;
            learner.tick();
        }
        assertThat(learner.consensus.term()).isZero();
        assertThat(learner.consensus.role()).isEqualTo(RaftRole.LEARNER);
        c.settle();
        assertThat(c.server(1).consensus.term()).isEqualTo(term);
    }

    private static void e12(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        c.elect(a);
        UUID foreign = new UUID(6, 6);
        long term = a.consensus.term();
        long last = a.storage.lastIndex();
        for (RaftMessage m : List.of(
                new RaftMessage.VoteRequest(50, 99, 49, true),
                new RaftMessage.Heartbeat(50, 1, 99, 0),
                new RaftMessage.AppendRequest(50, last, term, 99, 0, List.of()),
                new RaftMessage.AppendResponse(50, 0, 0))) {
            a.receive(new Envelope(foreign, new UUID(6, 7), a.incarnation, m));
            a.flush();
        }
        assertThat(a.leads()).isTrue();
        assertThat(a.consensus.term()).isEqualTo(term);
        assertThat(a.storage.lastIndex()).isEqualTo(last);
    }

    private static void transfer(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        SimulatedServer b = c.server(1);
        c.elect(a);
        c.propose(a);
        a.consensus.transferLeadership(b.incarnation, a.now());
        a.flush();
        c.settle(); // no time passes
        assertThat(b.leads()).isTrue();
        assertThat(b.consensus.serving()).isTrue();
        assertThat(a.consensus.leader()).isEqualTo(b.incarnation);
    }

    private static void reads(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        SimulatedServer f = c.server(2);
        c.elect(a);
        long x = c.propose(a);
        c.settle();
        c.checks.acknowledged(x);
        long first = c.read(f);
        c.settle();
        assertThat(c.readAnswered(first)).isTrue();
        a.crash();
        long second = c.read(f);
        f.flush();
        c.run(8000);
        assertThat(c.readAnswered(second)).isTrue();
        assertThat(c.checks.verdicts).isEmpty();
    }

    private static void brokenLink(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        c.elect(a);
        c.run(300);
        a.crash();
        c.server(1).consensus.peerUnreachable(a.incarnation, c.server(1).now());
        c.server(2).consensus.peerUnreachable(a.incarnation, c.server(2).now());
        c.run(100);
        assertThat(c.servers)
                .filteredOn(s -> s.leads() && s.consensus.serving())
                .hasSize(1);
    }

    private static void followersGone(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        c.elect(a);
        c.server(1).crash();
        a.consensus.peerUnreachable(c.server(1).incarnation, a.now());
        c.run(1000);
        assertThat(a.leads()).as("with one follower left").isTrue();
        c.server(2).crash();
        a.consensus.peerUnreachable(c.server(2).incarnation, a.now());
        c.run(500);
        assertThat(a.leads()).as("with no follower left").isFalse();
    }

    private static void flappingLinks(Rules rules) {
        SimulatedCluster c = SimulatedCluster.of(3, rules);
        SimulatedServer a = c.server(0);
        c.elect(a);
        long term = a.consensus.term();
        for (int i = 0; i < 100; i++) {
            a.consensus.peerUnreachable(c.server(1).incarnation, a.now());
            a.consensus.peerUnreachable(c.server(2).incarnation, a.now());
            c.run(60);
        }
        assertThat(a.leads()).isTrue();
        assertThat(a.consensus.term()).isEqualTo(term);
    }
}
