package io.raftqueue.consensus;

import io.raftqueue.consensus.RaftMessage.AppendRefused;
import io.raftqueue.consensus.RaftMessage.AppendRequest;
import io.raftqueue.consensus.RaftMessage.AppendResponse;
import io.raftqueue.consensus.RaftMessage.Heartbeat;
import io.raftqueue.consensus.RaftMessage.HeartbeatResponse;
import java.util.List;
import java.util.UUID;

/**
 * The log of a follower or learner under this term's leader (paper, 5.3): what of it is verified, cut, appended,
 * acknowledged and committed. Answers are sent by flush, one for all that came before.
 */
final class FollowerLog {
    private final Server server;
    /** Up to here the log is known to equal the leader's: the committed part, then what AppendRequests matched. */
    private long verified;
    /** The largest commit index heard from this term's leader; may be ahead of what is verified. */
    private long leaderCommit;

    private long ackedDurable;
    /** The size of the entries that found no room; 0 while there is room. */
    private long lacking;

    private boolean answerDue;
    private long roundToAnswer;

    FollowerLog(Server server) {
        this.server = server;
    }

    void termBegins() {
        verified = server.commitIndex;
        leaderCommit = server.commitIndex;
        ackedDurable = 0;
        answerDue = false;
        roundToAnswer = 0;
        lacking = 0; // this leader need not have what was too large
    }

    void onHeartbeat(Heartbeat h) {
        server.time.heard(h.time());
        roundToAnswer = Math.max(roundToAnswer, h.round());
        commitHeard(h.commitIndex());
    }

    void onAppend(UUID from, AppendRequest r) {
        server.time.heard(r.time());
        if (lacksRoom(r)) {
            return;
        }
        long prev = r.prevIndex();
        // What is committed here is in every later leader's log (paper, 5.4.3); it may be compacted, so it is not
        // compared.
        if (prev > server.commitIndex && server.storage.termAt(prev) != r.prevTerm()) {
            refuse(from, r);
            return;
        }
        if (prev == server.commitIndex
                && prev > 0
                && server.storage.termAt(prev) != -1
                && server.storage.termAt(prev) != r.prevTerm()) {
            throw new IllegalStateException("the leader's entry " + prev + " is of term " + r.prevTerm()
                    + ", but ours is committed and of term " + server.storage.termAt(prev)
                    + ". Stop this server and compare the members' logs.");
        }
        long matched = take(prev, r.entries());
        if (matched < prev + r.entries().size()) {
            lacking = Math.max(1, bytesOf(r)); // as if there had been no room from the first
            return;
        }
        verified = Math.max(verified, Math.max(matched, server.commitIndex));
        // Entries are answered when they are on disk; a question without entries, or an old answer lost, at once.
        answerDue |= r.entries().isEmpty() || ackable() >= verified || ackable() > ackedDurable;
        commitHeard(r.commitIndex());
    }

    /**
     * A full disk is silence, to questions as well: the leader then asks in small, now and then, until there is room
     * again. Answers would make it stream what cannot be taken.
     */
    private boolean lacksRoom(AppendRequest r) {
        lacking = Math.max(lacking, bytesOf(r));
        boolean lacks = lacking > 0 && !server.storage.roomFor(lacking);
        if (!lacks) {
            lacking = 0;
        }
        return lacks;
    }

    private static long bytesOf(AppendRequest r) {
        long bytes = 0;
        for (Entry e : r.entries()) {
            bytes += e.payload().length;
        }
        return bytes;
    }

    boolean isFull() {
        return lacking > 0;
    }

    /**
     * Skips what is here already, cuts at the first difference, appends the rest if there is room. Returns up to where the
     * logs match.
     */
    private long take(long prev, List<Entry> entries) {
        RaftStorage storage = server.storage;
        long last = storage.lastIndex();
        int known = 0;
        while (known < entries.size()) {
            Entry e = entries.get(known);
            boolean same = e.index() <= server.commitIndex
                    || (e.index() <= last && storage.termAt(e.index()) == e.term())
                    || (e.index() <= last && known > 0 && !server.rules.comparesEveryTerm());
            if (!same) {
                break;
            }
            known++;
        }
        if (known == entries.size()) {
            return prev + known;
        }
        List<Entry> fresh = entries.subList(known, entries.size());
        long from = fresh.get(0).index();
        if (from <= last) {
            cut(from);
        }
        if (!storage.tryAppend(fresh)) {
            return from - 1;
        }
        server.appended(fresh);
        return prev + entries.size();
    }

    private void cut(long from) {
        if (from <= server.commitIndex) {
            throw new IllegalStateException("the leader of term " + server.term() + " contradicts entry " + from
                    + ", which is committed here (up to " + server.commitIndex
                    + "). Stop this server and compare the members' logs.");
        }
        server.cutFrom(from);
        ackedDurable = Math.min(ackedDurable, from - 1);
    }

    /** Thesis 5.3, end: skip terms that the leader cannot have, so that a long wrong tail costs few questions. */
    private void refuse(UUID from, AppendRequest r) {
        long hint = TermSearch.lastAtMost(
                server.storage,
                Math.min(r.prevIndex() - 1, server.storage.lastIndex()),
                r.prevTerm(),
                server.commitIndex);
        server.send(
                from, new AppendRefused(server.term(), r.prevIndex(), hint, Math.max(0, server.storage.termAt(hint))));
        commitHeard(r.commitIndex());
    }

    private void commitHeard(long index) {
        leaderCommit = Math.max(leaderCommit, index);
        commit();
    }

    private void commit() {
        long trusted = server.rules.trustsOnlyVerified() ? verified : server.storage.lastIndex();
        server.commitTo(Math.min(leaderCommit, trusted));
    }

    private long ackable() {
        long trusted = server.rules.trustsOnlyVerified() ? verified : server.storage.lastIndex();
        return server.rules.followersAckOnlyDurable() ? Math.min(trusted, server.storage.durableIndex()) : trusted;
    }

    void durableAdvanced() {
        answerDue |= ackable() > ackedDurable;
    }

    /** A snapshot of committed entries stands in for the log up to {@code index}. */
    void snapshotInstalled(long index) {
        verified = Math.max(verified, index);
        lacking = 0; // it may have brought that, and then the leader asks for nothing more
        answerDue = true;
        commit();
    }

    void flush() {
        UUID leader = server.leader;
        if (leader == null || server.role == RaftRole.LEADER) {
            return;
        }
        if (roundToAnswer > 0) {
            ackedDurable = ackable();
            server.send(leader, new HeartbeatResponse(server.term(), roundToAnswer, verified, ackedDurable));
        }
        if (answerDue) { // beside a heartbeat's too, which does not tell that entries are taken
            ackedDurable = ackable();
            server.send(leader, new AppendResponse(server.term(), verified, ackedDurable));
        }
        roundToAnswer = 0;
        answerDue = false;
    }
}
