package io.raftqueue.consensus;

import io.raftqueue.consensus.ConfigurationRefusedException.Reason;
import io.raftqueue.consensus.RaftMessage.Heartbeat;
import io.raftqueue.consensus.RaftMessage.HeartbeatResponse;
import io.raftqueue.consensus.RaftMessage.TimeoutNow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One server's reign in one term: its followers, proposals, commitment, heartbeats and the end of it. */
final class Leadership {
    final long term;
    final LeaderReads reads;
    final Replication replication;
    private final Server server;
    private final Map<UUID, FollowerProgress> followers = new LinkedHashMap<>();
    private final Proposals proposals;
    private long noOpIndex;
    private boolean servingTold;
    private long round;
    private long beatAt;
    private @Nullable UUID transferTo;
    private long transferUntil;
    private long transferAskedAt;

    Leadership(Server server) {
        this.server = server;
        this.term = server.term();
        this.reads = new LeaderReads(server, this);
        this.replication = new Replication(server, this);
        this.proposals = new Proposals(server, term);
    }

    /** Paper, section 8: a no-op first, for only entries of this term tell what is committed. */
    void begin() {
        server.time.anchor(server.now);
        beatAt = server.now;
        noOpIndex = server.storage.lastIndex() + 1;
        membersChanged();
        append(true, InternalEntryCodec.noOp());
        proposals.flush();
    }

    /** The role is lost. What was proposed and not appended is gone; reads are asked again elsewhere. */
    void end() {
        server.reads.returned(reads.end());
    }

    boolean serving() {
        return server.commitIndex >= noOpIndex;
    }

    long propose(byte[] payload) {
        if (transferTo != null) {
            throw new NotLeaderException(
                    "leadership is being handed to " + transferTo + "; nothing was appended", null);
        }
        return append(false, payload);
    }

    long append(boolean internal, byte[] payload) {
        return proposals.add(internal, server.time.advance(server.now), payload);
    }

    /**
     * Appends a configuration at once, with all that was proposed before it: it is in force from here on. One that waited
     * for room would be none yet, and the next change would not be measured by it.
     */
    long appendConfiguration(Configuration next) {
        long index = append(true, InternalEntryCodec.encode(next));
        if (!proposals.flush()) {
            retire();
            throw new ConfigurationRefusedException(
                    Reason.NO_ROOM, "the leader's disk has no room for what was to be written before it");
        }
        return index;
    }

    long uncommittedBytes() {
        return proposals.uncommittedBytes();
    }

    void flush() {
        if (!proposals.flush()) {
            retire(); // a full disk is no failure, but no leader either
            return;
        }
        commit();
        if (server.now - beatAt >= 0) {
            heartbeat();
        }
        server.reads.handToLeadership(reads);
        reads.flush();
        for (Iterator<FollowerProgress> i = followers.values().iterator(); i.hasNext(); ) {
            FollowerProgress f = i.next();
            replication.send(f);
            tellCommit(f);
            if (f.removedBy > 0 && dismissed(f)) {
                i.remove();
            }
        }
        transfer();
        if (!server.selfVotes() && server.commitIndex >= server.configurations.newestIndex()) {
            retire(); // thesis 4.2.2: a leader that is no voter any more leads until that is committed
        }
    }

    /** Steps down and lets the voter that is furthest take over at once, if it has all. */
    private void retire() {
        FollowerProgress heir = furthest();
        if (heir != null && heir.match == server.storage.lastIndex()) {
            server.send(heir.member.incarnation(), new TimeoutNow(term));
        }
        server.stepDown();
    }

    void tick() {
        if (server.rules.stepsDownWhenAlone()
                && votersHeardWithin(server.options.quorumTimeout().toNanos(), server.configuration(), false)
                        < server.majority()) {
            server.stepDown();
        }
    }

    /**
     * Voters of {@code configuration}, this server among them, that were heard within that time. One whose link broke has
     * only two heartbeats to answer on a new one.
     *
     * @param inThisTerm false: the beginning of the term counts as hearing everybody
     */
    int votersHeardWithin(long nanos, @Nullable Configuration configuration, boolean inThisTerm) {
        int heard = 0;
        long comingBack = 2 * server.options.heartbeatInterval().toNanos();
        if (configuration != null) {
            for (Member m : configuration.members()) {
                FollowerProgress f = followers.get(m.incarnation());
                boolean live = m.incarnation().equals(server.self)
                        || (f != null
                                && (f.heard || !inThisTerm)
                                && server.now - f.heardAt <= nanos
                                && !f.gone(server.now, comingBack));
                heard += m.voter() && live ? 1 : 0;
            }
        }
        return heard;
    }

    /** Begins a round and returns its number. */
    long heartbeat() {
        round++;
        beatAt = server.now + server.options.heartbeatInterval().toNanos();
        for (FollowerProgress f : followers.values()) {
            beat(f, round);
        }
        return round;
    }

    private void beat(FollowerProgress f, long number) {
        long time = server.time.advance(server.now);
        server.send(f.member.incarnation(), new Heartbeat(term, number, server.commitIndex, time));
        f.commitTold = server.commitIndex;
    }

    /** At once, where no entries carried it: callers at the follower wait for its apply. Round 0 wants no answer. */
    private void tellCommit(FollowerProgress f) {
        if (f.commitTold < server.commitIndex) {
            beat(f, 0);
        }
    }

    boolean majorityAnswered(long number) {
        int answered = server.selfVotes() ? 1 : 0;
        for (FollowerProgress f : followers.values()) {
            answered += f.roundAnswered >= number && server.counts(f.member.incarnation()) ? 1 : 0;
        }
        return answered >= server.majority();
    }

    /** Paper, 5.3 and 5.4.2: what a majority has on disk is committed, if it is of this term. */
    private void commit() {
        int majority = server.majority();
        long[] copies = new long[followers.size() + 1];
        int voters = 0;
        if (server.selfVotes()) {
            copies[voters++] = server.rules.selfCountsOnlyWhenDurable()
                    ? server.storage.durableIndex()
                    : server.storage.lastIndex();
        }
        for (FollowerProgress f : followers.values()) {
            if (server.counts(f.member.incarnation())) {
                copies[voters++] = f.match;
            }
        }
        if (voters >= majority) {
            Arrays.sort(copies, 0, voters);
            long index = copies[voters - majority];
            if (index > server.commitIndex
                    && (server.storage.termAt(index) == term || !server.rules.commitsOnlyCurrentTerm())) {
                server.commitTo(index);
                proposals.committed(index);
            }
        }
        if (!servingTold && serving()) {
            servingTold = true;
            server.listener.serving(term);
        }
    }

    void onAnswer(UUID from, RaftMessage.AppendResponse r) {
        FollowerProgress f = followers.get(from);
        if (f != null) {
            f.heard(server.now);
            replication.onAnswer(f, r.verified(), r.durable(), true);
        }
    }

    void onHeartbeatAnswer(UUID from, HeartbeatResponse r) {
        FollowerProgress f = followers.get(from);
        if (f != null) {
            f.roundAnswered = Math.max(f.roundAnswered, r.round());
            f.heard(server.now);
            replication.onAnswer(f, r.verified(), r.durable(), false);
        }
    }

    void onRefused(UUID from, RaftMessage.AppendRefused r) {
        FollowerProgress f = followers.get(from);
        if (f != null) {
            f.heard(server.now);
            replication.onRefused(f, r);
        }
    }

    void membersChanged() {
        Configuration c = server.configurations.newest();
        if (c == null) {
            return;
        }
        for (Member m : c.members()) {
            FollowerProgress f = followers.get(m.incarnation());
            if (f != null) {
                f.member = m;
                f.removedBy = 0;
            } else if (!m.incarnation().equals(server.self)) {
                followers.put(m.incarnation(), new FollowerProgress(m, server.storage.lastIndex() + 1, server.now));
            }
        }
        for (FollowerProgress f : followers.values()) {
            if (f.removedBy == 0 && c.member(f.member.incarnation()) == null) {
                f.removedBy = server.configurations.newestIndex();
            }
        }
    }

    /** A removed server has learnt that it is removed, or was given the time to. */
    private boolean dismissed(FollowerProgress f) {
        boolean told = f.match >= f.removedBy && f.commitTold >= f.removedBy;
        return told || server.now - f.heardAt > server.options.quorumTimeout().toNanos();
    }

    @Nullable
    FollowerProgress follower(UUID incarnation) {
        return followers.get(incarnation);
    }

    void transferTo(@Nullable UUID to) {
        FollowerProgress target = to == null ? furthest() : followers.get(to);
        if (transferTo == null && target != null && server.counts(target.member.incarnation())) {
            transferTo = target.member.incarnation();
            transferUntil = server.now + server.options.electionTimeoutMin().toNanos();
            transferAskedAt = server.now - server.options.heartbeatInterval().toNanos();
        }
    }

    private @Nullable FollowerProgress furthest() {
        FollowerProgress best = null;
        for (FollowerProgress f : followers.values()) {
            if (server.counts(f.member.incarnation()) && (best == null || f.match > best.match)) {
                best = f;
            }
        }
        return best;
    }

    /** Thesis 3.10. */
    private void transfer() {
        UUID heir = transferTo;
        FollowerProgress target = heir == null ? null : followers.get(heir);
        if (heir == null || target == null || server.now - transferUntil >= 0) {
            transferTo = null;
        } else if (target.match == server.storage.lastIndex()
                && server.now - transferAskedAt
                        >= server.options.heartbeatInterval().toNanos()) {
            transferAskedAt = server.now;
            server.send(heir, new TimeoutNow(term));
        }
    }

    List<FollowerStatus> status() {
        List<FollowerStatus> all = new ArrayList<>();
        for (FollowerProgress f : followers.values()) {
            if (f.removedBy == 0) {
                long silent = f.heard ? (server.now - f.heardAt) / 1_000_000 : -1;
                long lag = server.storage.lastIndex() - f.match;
                all.add(new FollowerStatus(f.member, f.state, f.match, lag, silent, f.inFlightBytes()));
            }
        }
        return all;
    }
}
