package io.raftqueue.consensus;

import io.raftqueue.consensus.RaftMessage.PreVoteRequest;
import io.raftqueue.consensus.RaftMessage.PreVoteResponse;
import io.raftqueue.consensus.RaftMessage.VoteRequest;
import io.raftqueue.consensus.RaftMessage.VoteResponse;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.UUID;

/**
 * Leader election (paper, 5.2 and 5.4.1) with pre-vote (thesis 9.6) and stickiness to a live leader (thesis 4.2.3, 6.2).
 * Votes are asked of, and counted by, incarnation and by the newest configuration in the candidate's own log. A server
 * answers also when its own log does not know yet that it is a voter: the one who asks knows more (thesis 4.2.1).
 */
final class Election {
    private final Server server;
    private final Set<UUID> granted = new LinkedHashSet<>();
    private long deadline;
    private boolean yielded;

    Election(Server server) {
        this.server = server;
    }

    /** At start nobody is known to lead: ask soon, pre-votes disturb no one. A single voter need not wait at all. */
    void start() {
        Configuration c = server.configuration();
        long beat = server.options.heartbeatInterval().toNanos();
        boolean alone = server.selfVotes() && c != null && c.voters().size() == 1;
        deadline = alone ? server.now : server.randomDeadline(beat, 3 * beat);
    }

    void restartTimer() {
        deadline = server.randomDeadline(
                server.options.electionTimeoutMin().toNanos(),
                server.options.electionTimeoutMax().toNanos());
    }

    void leaderHeard() {
        yielded = false;
        restartTimer();
    }

    /** The link to the leader broke: it is live no more as far as we can tell. */
    void leaderUnreachable() {
        server.setLeader(null);
        long soon = server.randomDeadline(0, server.options.brokenLinkDelay().toNanos());
        if (soon - deadline < 0) {
            deadline = soon;
        }
    }

    void tick() {
        boolean candidate = server.role != RaftRole.LEADER && server.role != RaftRole.LEARNER;
        if (candidate && server.now - deadline >= 0 && couldLead()) {
            preVote();
        }
    }

    /** A server without room for a no-op could win, but not lead. */
    private boolean couldLead() {
        return server.storage.roomFor(InternalEntryCodec.noOp().length);
    }

    private void preVote() {
        server.setLeader(null);
        server.become(RaftRole.PRE_CANDIDATE);
        yielded = false;
        long beat = server.options.heartbeatInterval().toNanos();
        deadline = server.randomDeadline(beat, 2 * beat);
        granted.clear();
        granted.add(server.self);
        if (won()) {
            campaign(false);
            return;
        }
        long last = server.storage.lastIndex();
        ask(new PreVoteRequest(server.term() + 1, last, server.storage.termAt(last)));
    }

    private void campaign(boolean transfer) {
        server.advanceTerm(server.term() + 1, server.self);
        server.become(RaftRole.CANDIDATE);
        // A split vote is tried again soon: the next round begins with a pre-vote, so it raises no term in vain.
        long beat = server.options.heartbeatInterval().toNanos();
        deadline = server.randomDeadline(beat, 3 * beat);
        granted.clear();
        granted.add(server.self);
        if (won()) {
            server.lead();
            return;
        }
        long last = server.storage.lastIndex();
        ask(new VoteRequest(server.term(), last, server.storage.termAt(last), transfer));
    }

    private boolean won() {
        int votes = 0;
        for (UUID voter : granted) {
            votes += server.counts(voter) ? 1 : 0;
        }
        return votes >= server.majority();
    }

    private void ask(RaftMessage request) {
        Configuration c = server.configuration();
        if (c == null) {
            return;
        }
        for (Member m : c.members()) {
            if (!m.incarnation().equals(server.self) && server.counts(m.incarnation())) {
                server.send(m.incarnation(), request);
            }
        }
    }

    /** Paper, 5.4.1: the candidate's log is at least as up to date as ours. */
    private boolean upToDate(long lastIndex, long lastTerm) {
        long ownIndex = server.storage.lastIndex();
        long ownTerm = server.storage.termAt(ownIndex);
        return !server.rules.votersCompareLogs()
                || lastTerm > ownTerm
                || (lastTerm == ownTerm && lastIndex >= ownIndex);
    }

    void onPreVoteRequest(UUID from, PreVoteRequest r) {
        boolean sticky = server.rules.sticksToLiveLeader() && server.hearsLeader();
        boolean grant = r.term() > server.term() && !sticky && upToDate(r.lastIndex(), r.lastTerm());
        if (grant && server.role == RaftRole.FOLLOWER && !yielded) {
            // Let it try first, once: two that campaign at the same moment split the vote.
            yielded = true;
            long beat = server.options.heartbeatInterval().toNanos();
            long later = server.randomDeadline(beat, 2 * beat);
            deadline = later - deadline > 0 ? later : deadline;
        }
        server.send(from, new PreVoteResponse(server.term(), r.term(), grant));
    }

    void onPreVoteResponse(UUID from, PreVoteResponse r) {
        if (r.term() > server.term()) {
            server.advanceTerm(r.term(), null);
        } else if (server.role == RaftRole.PRE_CANDIDATE && r.granted() && r.campaignTerm() == server.term() + 1) {
            granted.add(from);
            if (won()) {
                campaign(false);
            }
        }
    }

    void onVoteRequest(UUID from, VoteRequest r) {
        if (r.term() > server.term() && !r.transfer() && server.rules.sticksToLiveLeader() && server.hearsLeader()) {
            return; // a server cut off for a while, or removed: it may not depose a leader that a majority hears
        }
        boolean free = r.term() > server.term()
                || (r.term() == server.term()
                        && (!server.rules.votesOnce()
                                || server.storage.votedFor() == null
                                || from.equals(server.storage.votedFor())));
        boolean grant = free && upToDate(r.lastIndex(), r.lastTerm());
        if (r.term() > server.term()) {
            server.advanceTerm(r.term(), grant ? from : null);
        } else if (grant && server.storage.votedFor() == null) {
            server.storage.saveTermAndVote(r.term(), from);
        }
        if (grant) {
            restartTimer();
        }
        server.send(from, new VoteResponse(server.term(), grant));
    }

    void onVoteResponse(UUID from, VoteResponse r) {
        if (r.term() > server.term()) {
            server.advanceTerm(r.term(), null);
        } else if (server.role == RaftRole.CANDIDATE
                && r.granted()
                && (r.term() == server.term() || !server.rules.dropsVotesOfOtherTerms())) {
            granted.add(from);
            if (won()) {
                server.lead();
            }
        }
    }

    /** The leader asks this server to take over (thesis 3.10): no pre-vote, and others need not wait either. */
    void onTimeoutNow(UUID from) {
        if (server.role == RaftRole.FOLLOWER && from.equals(server.leader) && couldLead()) {
            campaign(true);
        }
    }
}
