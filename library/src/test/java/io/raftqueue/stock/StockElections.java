package io.raftqueue.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jgroups.Address;
import org.jgroups.Message;
import org.jgroups.ObjectMessage;
import org.jgroups.View;
import org.jgroups.protocols.FD_ALL3;
import org.jgroups.protocols.raft.AppendEntriesRequest;
import org.jgroups.protocols.raft.FileBasedLog;
import org.jgroups.protocols.raft.LogEntries;
import org.jgroups.protocols.raft.LogEntry;
import org.jgroups.protocols.raft.RAFT;

/** Rows E1 to E13 on the engine. Each method passes when the engine does what it must not, and says what was seen. */
final class StockElections {
    private static final String[] MEMBERS = {"a", "b", "c"};
    private static final Address A = StockServer.address("a");
    private static final Address B = StockServer.address("b");
    private static final Address C = StockServer.address("c");

    private StockElections() {}

    /**
     * An append of the leader a of term 1, entry 1. While its receiver's runner is between the check of its term and
     * what follows from it, the JGroups thread handles {@code meanwhile}.
     */
    private static Message append(short raftId, Runnable meanwhile) {
        LogEntries entries = new LogEntries().add(new LogEntry(1, Numbers.command(7)));
        return new ObjectMessage(null, entries) {
            @Override
            @SuppressWarnings("unchecked")
            public <T> T getObject() {
                meanwhile.run();
                return (T) entries;
            }
        }.setSrc(A).putHeader(raftId, new AppendEntriesRequest(A, 1, 0, 0, 1, 0));
    }

    static String e1(Path directory) throws Exception {
        StockServer a = new StockServer("a", MEMBERS).leads(1);
        StockServer b = new StockServer("b", MEMBERS);
        StockServer c = new StockServer("c", MEMBERS);
        CompletableFuture<byte[]> write = a.write(7);
        a.pump();
        a.sent.clear();
        c.sees(View.create(C, 2, C, B));
        c.election.startVotingThread();
        c.createNewTerm(); // the one that a led

        b.receive(append(a.getId(), () -> {
            c.election.whileVoting = () -> {
                c.deliverTo(b, c);
                b.deliverTo(c);
                c.deliverTo(c);
            };
            c.election.vote();
        }));
        b.pump();
        b.deliverTo(a);

        assertThat(c.isLeader()).isTrue();
        assertThat(c.currentTerm()).isEqualTo(2);
        assertThat(c.lastAppended()).isZero();
        assertThat(write).as("acked by the old leader").isCompleted();
        return "b voted for c without 7, then acked 7 to the old leader: 7 acked, and the leader of term 2 lacks it";
    }

    static String e2(Path directory) throws Exception {
        StockServer b = new StockServer("b", MEMBERS);

        b.receive(append(b.getId(), () -> b.election.ask(C, 2)));
        b.pump();

        assertThat(b.currentTerm()).isEqualTo(2);
        assertThat(b.votedFor()).isEqualTo(C);
        assertThat(b.leader()).isEqualTo(A);
        assertThatThrownBy(() -> b.setLeaderAndTerm(C, 2)).isInstanceOf(IllegalStateException.class);
        return "the leader of term 1 was installed as that of term 2; the true one was refused by an exception";
    }

    static String e3(Path directory) throws Exception {
        StockServer a = new StockServer("a", MEMBERS);
        StockServer b = new StockServer("b", MEMBERS);
        StockServer c = new StockServer("c", MEMBERS);
        a.sees(View.create(A, 1, A, B));
        c.sees(View.create(C, 1, C, B));
        a.election.startVotingThread();
        c.election.startVotingThread();

        a.election.whileVoting = () -> a.deliverTo(b); // b votes for a in term 1, and its answer is late
        a.election.vote();
        List<Message> late = List.copyOf(b.sent);
        b.sent.clear();
        c.createNewTerm();
        c.election.whileVoting = () -> {
            c.deliverTo(b, c);
            b.deliverTo(c);
            c.deliverTo(c);
        };
        c.election.vote();
        a.election.whileVoting = () -> {
            a.deliverTo(a);
            a.deliverTo(a);
            late.forEach(a::receive);
        };
        a.election.vote();

        assertThat(c.isLeader()).isTrue();
        assertThat(a.isLeader()).isTrue();
        assertThat(a.currentTerm()).isEqualTo(c.currentTerm()).isEqualTo(2);
        return "a vote of term 1 was counted in term 2: a and c both lead term 2";
    }

    static String e4(Path directory) throws Exception {
        FileBasedLog log = StockServer.fileLog(directory);
        StockServer a = new StockServer("a", 1, log, MEMBERS);
        a.askedForVote(B, 7);
        assertThat(StockElection.votesIn(a.sent)).extracting(v -> v.currTerm()).containsExactly(7L);
        a.append(B, 7, 0, 0, 0, 1); // an entry of term 1, by the leader of term 7
        a.log().close();

        FileBasedLog again = StockServer.fileLog(directory);
        assertThat(again.currentTerm()).isEqualTo(1);
        StockServer restarted = new StockServer("a", 2, again, MEMBERS);
        restarted.askedForVote(C, 7);

        assertThat(StockElection.votesIn(restarted.sent))
                .extracting(v -> v.currTerm())
                .containsExactly(7L);
        again.close();
        return "the stored term went from 7 back to 1, and after a restart it voted a second time in term 7";
    }

    static String e5(Path directory) throws Exception {
        StockServer a = new StockServer("a", MEMBERS); // has not heard that d and e came in
        StockServer b = new StockServer("b", MEMBERS);
        StockServer d = new StockServer("d", "a", "b", "c", "d", "e").holds(1); // acked by c, d and e
        a.sees(View.create(A, 1, A, B, d.getAddress()));
        a.election.startVotingThread();

        a.election.whileVoting = () -> {
            a.deliverTo(a, b, d);
            a.deliverTo(a);
            b.deliverTo(a);
            d.deliverTo(a);
        };
        a.election.vote();

        assertThat(a.isLeader()).isTrue();
        assertThat(a.lastAppended()).isZero();
        return "a, which knows 3 of the 5 members, was elected by 2 of 5: the vote of d, with the acked entry, was not "
                + "counted";
    }

    static String e6(Path directory) throws Exception {
        StockServer a = new StockServer("a", MEMBERS);
        StockServer b = new StockServer("b", MEMBERS);
        a.sees(View.create(A, 1, A, B, C));
        assertThat(a.election.isPreVoteThreadRunning()).isTrue();

        a.deliverTo(a, b); // c's question is lost
        a.deliverTo(a);
        b.deliverTo(a);
        StockServer d = new StockServer("d");
        a.sees(View.create(A, 2, A, B, C, d.getAddress()));

        assertThat(a.election.isPreVoteThreadRunning())
                .as("still waiting for c")
                .isTrue();
        assertThat(a.election.isVotingThreadRunning()).isFalse();
        assertThat(a.sent).as("asked again").isEmpty();
        return "one of three answers of the pre-vote was lost: it waits, asks nobody again, and has no timer";
    }

    static String e7(Path directory) throws Exception {
        StockServer a = new StockServer("a", MEMBERS);
        a.setLeaderAndTerm(null, 5);

        a.append(B, 2, 0, 0, 0, 2);

        assertThat(a.lastAppended()).isZero();
        assertThat(a.sent).isEmpty();
        return "a message of an old term is dropped in silence: that member is never replicated to again";
    }

    static String e8(Path directory) throws Exception {
        StockServer a = new StockServer("a", MEMBERS);
        Address learner = StockServer.address("learner");
        Address stranger = StockServer.address("stranger");
        a.sees(View.create(learner, 1, A, learner, stranger));

        assertThat(a.election.majorityIsThere()).isTrue();
        return "with one of its three members, a learner and a stranger in view it holds that the majority is there";
    }

    static String e9(Path directory) throws Exception {
        try (InputStream raftXml = RAFT.class.getResourceAsStream("/raft.xml")) {
            assertThat(new String(raftXml.readAllBytes(), StandardCharsets.UTF_8))
                    .contains("<FD_ALL3/>");
        }
        assertThat(new FD_ALL3().getTimeout()).isEqualTo(40_000);
        return "configuration only: what notices a cut cable in the shipped raft.xml waits "
                + new FD_ALL3().getTimeout() + " ms";
    }

    static String e10(Path directory) throws Exception {
        StockServer a = new StockServer("a", "a");
        a.startsFromSnapshotOf(List.of(MEMBERS));

        a.leads(1).write(7);
        a.pump();

        assertThat(a.members()).hasSize(3);
        assertThat(a.commitIndex()).isEqualTo(1);
        return "with three members out of a snapshot it committed alone: its majority is still " + a.majority();
    }

    static String e11(Path directory) throws Exception {
        StockServer learner = new StockServer("learner");
        learner.sees(View.create(learner.getAddress(), 1, learner.getAddress()));
        learner.deliverTo(learner);
        learner.deliverTo(learner); // its pre-vote, answered by itself
        assertThat(learner.election.isVotingThreadRunning()).isTrue();

        for (int turn = 0; turn < 1000; turn++) {
            learner.election.vote();
            learner.deliverTo(learner);
        }

        assertThat(learner.election.isVotingThreadRunning()).isTrue();
        assertThat(learner.currentTerm()).isEqualTo(1000);
        StockServer a = new StockServer("a", MEMBERS).leads(1);
        a.askedForVote(learner.getAddress(), learner.currentTerm());
        assertThat(a.isLeader()).isFalse();
        return "a learner without members raised its term to 1,000 in 1,000 turns without a pause, and deposed a leader";
    }

    static String e12(Path directory) throws Exception {
        StockServer a = new StockServer("a", "a").leads(1);
        StockServer x = new StockServer("x", "x").leads(1);
        a.sees(View.create(A, 1, A));
        x.sees(View.create(x.getAddress(), 1, x.getAddress()));
        a.sent.clear();
        x.sent.clear();

        View merged = View.create(A, 2, A, x.getAddress());
        a.sees(merged);
        x.sees(merged);
        assertThatThrownBy(() -> a.deliverTo(x)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> x.deliverTo(a)).isInstanceOf(IllegalStateException.class);
        CompletableFuture<byte[]> ofA = a.write(1);
        CompletableFuture<byte[]> ofX = x.write(2);
        a.pump();
        x.pump();

        assertThat(ofA).isCompleted();
        assertThat(ofX).isCompleted();
        return "two clusters in one merged view: two leaders of term 1, and each acks writes";
    }

    static String e13(Path directory) throws Exception {
        StockServer a = new StockServer("a", MEMBERS).leads(1);
        StockServer b = new StockServer("b", MEMBERS);
        CompletableFuture<byte[]> write = a.write(7);
        a.pump();
        a.deliverTo(b);
        b.deliverTo(a);
        assertThat(write).isCompleted();

        StockServer empty = new StockServer("b", 2, new FairLog(), MEMBERS); // b's disk was replaced; a is gone
        StockServer c = new StockServer("c", MEMBERS);
        c.sees(View.create(C, 2, C, empty.getAddress()));
        c.election.startVotingThread();
        c.election.whileVoting = () -> {
            c.deliverTo(c, empty);
            c.deliverTo(c);
            empty.deliverTo(c);
        };
        c.election.vote();

        assertThat(c.isLeader()).isTrue();
        assertThat(c.lastAppended()).isZero();
        return "b came back with an empty disk and voted: c leads, and the acked write is on no member of its majority";
    }
}
