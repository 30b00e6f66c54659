package io.raftqueue.consensus;

import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What the parts of one server share, and its transitions between terms, roles and configurations. */
final class Server {
    final ConsensusOptions options;
    final UUID self;
    final RaftStorage storage;
    final ConsensusListener listener;
    final RandomGenerator random;
    final Rules rules;
    final Configurations configurations = new Configurations();
    final ClusterTime time = new ClusterTime();
    final Election election;
    final FollowerLog followerLog;
    final Reads reads;
    final Inbox inbox;
    private final Outbox outbox;
    private @Nullable SnapshotPoint snapshot;

    long now;
    long commitIndex;
    RaftRole role = RaftRole.LEARNER;

    @Nullable
    UUID leader;
    /** When the leader was heard; means nothing while there is none. */
    long leaderHeardAt;
    /** Not null exactly while this server leads. */
    @Nullable
    Leadership leadership;

    Server(
            ConsensusOptions options,
            UUID self,
            RaftStorage storage,
            Outbox outbox,
            ConsensusListener listener,
            RandomGenerator random,
            Rules rules) {
        this.options = options;
        this.self = self;
        this.storage = storage;
        this.outbox = outbox;
        this.listener = listener;
        this.random = random;
        this.rules = rules;
        this.election = new Election(this);
        this.followerLog = new FollowerLog(this);
        this.reads = new Reads(this);
        this.inbox = new Inbox(this);
    }

    long term() {
        return storage.term();
    }

    /** The configuration that counts: the newest in the log, committed or not (thesis 4.1). */
    @Nullable
    Configuration configuration() {
        return rules.newestConfigurationCounts()
                ? configurations.newest()
                : configurations.at(Math.max(commitIndex, configurations.oldestIndex()));
    }

    @Nullable
    UUID clusterId() {
        Configuration c = configurations.newest();
        return c == null ? null : c.clusterId();
    }

    boolean counts(UUID incarnation) {
        Configuration c = configuration();
        return c != null && (rules.countsOnlyVoters() ? c.isVoter(incarnation) : c.member(incarnation) != null);
    }

    int majority() {
        Configuration c = configuration();
        return c == null ? Integer.MAX_VALUE : c.majority();
    }

    boolean selfVotes() {
        Configuration c = configuration();
        return c != null && c.isVoter(self);
    }

    /**
     * Whether this server starts elections: as a voter, and as one that is removed for as long as it does not know that to
     * be committed. Until then it may be the only one with that entry, and nobody else can be elected (thesis 4.2.2).
     */
    private boolean campaigns() {
        if (selfVotes()) {
            return true;
        }
        Configuration before = configurations.beforeNewest();
        return configurations.newestIndex() > commitIndex
                && before != null
                && before.isVoter(self)
                && rules.removedCampaignUntilCommitted();
    }

    void send(UUID to, RaftMessage message) {
        Configuration c = configurations.newest();
        outbox.send(new Envelope(clusterId(), self, to, message), c == null ? null : c.member(to));
    }

    /** A random time between the two, from now on. */
    long randomDeadline(long minNanos, long maxNanos) {
        return now + minNanos + random.nextLong(Math.max(1, maxNanos - minNanos));
    }

    /**
     * A newer term was seen, or is begun by this server (paper, 5.1). Term and vote are on disk when this returns, before
     * anything that rests on them is said.
     */
    void advanceTerm(long term, @Nullable UUID vote) {
        storage.saveTermAndVote(term, vote);
        followerLog.termBegins();
        become(passiveRole());
        setLeader(null);
    }

    /** This term's leader spoke (paper, 5.2): whoever campaigns gives up, timers start anew. */
    void follow(UUID from) {
        if (role == RaftRole.LEADER || (leader != null && !leader.equals(from))) {
            throw new IllegalStateException("two leaders in term " + term() + ": " + from + " and "
                    + (leader == null ? self : leader) + ". Stop this server and compare the members' logs.");
        }
        leaderHeardAt = now;
        if (role == RaftRole.CANDIDATE || role == RaftRole.PRE_CANDIDATE) {
            become(passiveRole());
        }
        election.leaderHeard();
        setLeader(from);
    }

    /** Whether this server hears a leader, or is one: then it supports no other (thesis 4.2.3, 6.2). */
    boolean hearsLeader() {
        return role == RaftRole.LEADER
                || (leader != null
                        && now - leaderHeardAt < options.electionTimeoutMin().toNanos());
    }

    void setLeader(@Nullable UUID next) {
        if (next == null ? leader != null : !next.equals(leader)) {
            leader = next;
            reads.leaderChanged();
            listener.leaderChanged(next, term());
        }
    }

    RaftRole passiveRole() {
        return campaigns() ? RaftRole.FOLLOWER : RaftRole.LEARNER;
    }

    void become(RaftRole next) {
        RaftRole from = role;
        if (from == next) {
            return;
        }
        role = next;
        Leadership ended = leadership;
        leadership = null;
        if (ended != null) {
            ended.end();
        }
        if (next == RaftRole.FOLLOWER) {
            election.restartTimer();
        }
        listener.roleChanged(from, next, term());
    }

    void lead() {
        become(RaftRole.LEADER);
        setLeader(self);
        leadership = new Leadership(this);
        leadership.begin();
    }

    /** A leader gives up its role, not its term: no majority heard, or removed from the configuration. */
    void stepDown() {
        become(passiveRole());
        setLeader(null);
    }

    /** Entries were appended to the log of whatever role: configurations among them are in force at once. */
    void appended(Iterable<Entry> entries) {
        for (Entry e : entries) {
            time.heard(e.time());
            if (e.internal()) {
                Configuration c = InternalEntryCodec.decode(e.payload());
                if (c != null) {
                    configurations.put(e.index(), c);
                    configurationChanged();
                }
            }
        }
    }

    void cutFrom(long index) {
        storage.truncateFrom(index);
        if (configurations.truncateFrom(index)) {
            configurationChanged();
        }
    }

    void configurationChanged() {
        if (role == RaftRole.LEADER) {
            if (leadership != null) {
                leadership.membersChanged();
            }
        } else if ((role == RaftRole.LEARNER) == campaigns()) {
            become(passiveRole());
        }
        Configuration newest = configurations.newest();
        if (newest != null) {
            long index = configurations.newestIndex();
            listener.configurationChanged(newest, index, index <= commitIndex);
        }
    }

    void commitTo(long index) {
        if (index <= commitIndex) {
            return;
        }
        long newestIndex = configurations.newestIndex();
        boolean commitsConfiguration = newestIndex > commitIndex && newestIndex <= index;
        commitIndex = index;
        if (commitsConfiguration) {
            configurationChanged();
        }
    }

    void start(@Nullable SnapshotPoint newest) {
        if (newest != null) {
            snapshot = newest;
            configurations.put(newest.index(), newest.configuration());
            time.heard(newest.time());
            commitIndex = newest.index();
        }
        long last = storage.lastIndex();
        readConfigurations(Math.max(storage.firstIndex(), commitIndex + 1), last);
        if (last > commitIndex && last >= storage.firstIndex()) {
            storage.entries(last, last, 1).forEach(e -> time.heard(e.time()));
        }
        followerLog.termBegins();
        configurationChanged();
        election.start();
    }

    private void readConfigurations(long from, long to) {
        for (Entry e : storage.internalEntries(from, to)) {
            Configuration c = InternalEntryCodec.decode(e.payload());
            if (c != null) {
                configurations.put(e.index(), c);
            }
        }
    }

    void tick() {
        if (leadership != null) {
            leadership.tick();
        }
        election.tick();
    }

    /** Paper, section 7: what a newer snapshot says replaces log and configuration; an own one only shortens the log. */
    void snapshotInstalled(SnapshotPoint s) {
        boolean own = s.index() <= commitIndex;
        if (!own && role == RaftRole.LEADER) {
            throw new IllegalStateException(
                    "a leader was given a snapshot up to " + s.index() + ", beyond its commit index " + commitIndex);
        }
        if (snapshot == null || s.index() >= snapshot.index()) {
            snapshot = s;
        }
        time.heard(s.time());
        if (own) {
            configurations.forgetBefore(s.index());
            return;
        }
        if (rules.adoptsSnapshotConfiguration() || configurations.newest() == null) {
            configurations.clear();
            configurations.put(s.index(), s.configuration());
            readConfigurations(s.index() + 1, storage.lastIndex());
        }
        commitIndex = s.index();
        configurationChanged();
        followerLog.snapshotInstalled(s.index());
    }

    SnapshotPoint snapshotPoint(long index) {
        SnapshotPoint newest = snapshot;
        if (newest != null && newest.index() == index) {
            return newest;
        }
        Configuration c = configurations.at(index);
        if (c == null || index > commitIndex || index < storage.firstIndex()) {
            throw new IllegalArgumentException("no snapshot can be taken at " + index + ": committed up to "
                    + commitIndex + ", log from " + storage.firstIndex() + ", configuration " + c);
        }
        long at = storage.entries(index, index, 1).get(0).time();
        return new SnapshotPoint(index, storage.termAt(index), at, c);
    }
}
