package io.raftqueue.consensus;

import io.raftqueue.consensus.RaftMessage.AppendRefused;
import io.raftqueue.consensus.RaftMessage.AppendRequest;
import io.raftqueue.consensus.RaftMessage.AppendResponse;
import io.raftqueue.consensus.RaftMessage.Heartbeat;
import io.raftqueue.consensus.RaftMessage.HeartbeatResponse;
import io.raftqueue.consensus.RaftMessage.PreVoteRequest;
import io.raftqueue.consensus.RaftMessage.PreVoteResponse;
import io.raftqueue.consensus.RaftMessage.ReadRequest;
import io.raftqueue.consensus.RaftMessage.ReadResponse;
import io.raftqueue.consensus.RaftMessage.TimeoutNow;
import io.raftqueue.consensus.RaftMessage.VoteRequest;
import io.raftqueue.consensus.RaftMessage.VoteResponse;
import java.util.UUID;

/** The door for messages: addresses first, then terms (paper, 5.1), then whoever it is for. */
final class Inbox {
    private final Server server;

    Inbox(Server server) {
        this.server = server;
    }

    void receive(Envelope e) {
        RaftMessage m = e.message();
        if (!admitted(e)) {
            return;
        }
        UUID from = e.from();
        // Votes first: their terms are not to be believed before it is clear that no live leader is disturbed.
        if (m instanceof PreVoteRequest r) {
            server.election.onPreVoteRequest(from, r);
        } else if (m instanceof PreVoteResponse r) {
            server.election.onPreVoteResponse(from, r);
        } else if (m instanceof VoteRequest r) {
            server.election.onVoteRequest(from, r);
        } else if (m instanceof VoteResponse r) {
            server.election.onVoteResponse(from, r);
        } else if (m instanceof AppendRequest || m instanceof Heartbeat) {
            fromLeader(from, m);
        } else if (m instanceof TimeoutNow) {
            if (m.term() == server.term()) {
                server.election.onTimeoutNow(from);
            }
        } else if (m instanceof ReadResponse r) {
            server.reads.onResponse(r);
        } else {
            toLeader(from, m);
        }
    }

    /** A message for another incarnation of this address, or of another cluster, is none for us. */
    private boolean admitted(Envelope e) {
        if (server.rules.checksIncarnation() && !e.to().equals(server.self)) {
            return false;
        }
        if (e.from().equals(server.self) || !server.rules.checksCluster()) {
            return !e.from().equals(server.self);
        }
        UUID mine = server.clusterId();
        UUID theirs = e.clusterId();
        if (theirs == null) {
            return mine == null || answer(e.message());
        }
        return mine == null || mine.equals(theirs);
    }

    /** What a server that belongs to no cluster yet may say to one that does. */
    private static boolean answer(RaftMessage m) {
        return m instanceof AppendResponse
                || m instanceof AppendRefused
                || m instanceof HeartbeatResponse
                || m instanceof VoteResponse
                || m instanceof PreVoteResponse
                || m instanceof ReadRequest;
    }

    private void fromLeader(UUID from, RaftMessage m) {
        if (m.term() < server.term()) {
            if (server.rules.answersStaleTerms()) {
                // Not silence: a leader of an old term must hear that there is a newer one.
                server.send(from, new AppendResponse(server.term(), 0, 0));
            }
            return;
        }
        if (m.term() > server.term()) {
            server.advanceTerm(m.term(), null);
        }
        server.follow(from);
        if (m instanceof AppendRequest r) {
            server.followerLog.onAppend(from, r);
        } else if (m instanceof Heartbeat h) {
            server.followerLog.onHeartbeat(h);
        }
    }

    private void toLeader(UUID from, RaftMessage m) {
        if (m.term() > server.term()) {
            server.advanceTerm(m.term(), null);
            return;
        }
        Leadership leadership = server.leadership;
        if (leadership == null || m.term() < server.term()) {
            return;
        }
        if (m instanceof AppendResponse r) {
            leadership.onAnswer(from, r);
        } else if (m instanceof AppendRefused r) {
            leadership.onRefused(from, r);
        } else if (m instanceof HeartbeatResponse r) {
            leadership.onHeartbeatAnswer(from, r);
        } else if (m instanceof ReadRequest r) {
            leadership.reads.add(from, r.readId());
        }
    }

    boolean snapshotOffered(UUID leader, long term, long index) {
        if (term < server.term()) {
            return false;
        }
        if (term > server.term()) {
            server.advanceTerm(term, null);
        }
        if (!leader.equals(server.leader)) {
            return false; // its heartbeat says it better than a piece that may be late
        }
        server.follow(leader);
        return index > server.commitIndex || !server.rules.ignoresStaleSnapshots();
    }
}
