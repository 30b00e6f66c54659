package io.raftqueue.consensus;

import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Raft, as in the paper and Ongaro's thesis, without threads, clock, I/O or randomness of its own: one thread calls it
 * with what happened and the time, effects leave by {@link RaftStorage}, {@link Outbox} and {@link ConsensusListener}.
 *
 * <p>The host's loop: hand in every input that waits ({@link #receive}, {@link #propose}, {@link #durableAdvanced},
 * {@link #tick} at least every 20 ms, …), then call {@link #flush} once. Proposals are appended, entries and answers are
 * sent, and commitment is told by flush, so that a batch of inputs costs one append and few messages. Times are
 * nanoseconds of any monotonic clock. Exceptions of the storage, and {@link IllegalStateException} when an invariant is
 * broken, mean that this server must stop; every other call may be repeated.
 */
public final class Consensus {
    private final Server server;
    private long committedTold;

    public Consensus(
            ConsensusOptions options,
            UUID self,
            RaftStorage storage,
            Outbox outbox,
            ConsensusListener listener,
            RandomGenerator random) {
        this(options, self, storage, outbox, listener, random, new Rules());
    }

    Consensus(
            ConsensusOptions options,
            UUID self,
            RaftStorage storage,
            Outbox outbox,
            ConsensusListener listener,
            RandomGenerator random,
            Rules rules) {
        this.server = new Server(options, self, storage, outbox, listener, random, rules);
    }

    /**
     * Makes the first entry of a new cluster's log: its configuration, so that the log holds every member. Give every
     * first member the same configuration. The host makes it durable before {@link #start}.
     */
    public static void bootstrap(RaftStorage storage, Configuration first, long time) {
        // A term without a vote, on an empty log, is what a bootstrap leaves that was cut off in the middle.
        boolean unused = storage.lastIndex() == 0 && storage.term() <= 1 && storage.votedFor() == null;
        if (!unused) {
            throw new IllegalStateException("a cluster begins on an empty log; this one has term " + storage.term()
                    + " and entries up to " + storage.lastIndex());
        }
        storage.saveTermAndVote(1, null);
        storage.append(List.of(new Entry(1, 1, true, time, InternalEntryCodec.encode(first))));
    }

    /**
     * Begins. Call once, first.
     *
     * @param snapshot the newest published one; null when there is none
     */
    public void start(@Nullable SnapshotPoint snapshot, long now) {
        server.now = now;
        server.start(snapshot);
        committedTold = server.commitIndex;
    }

    /** Time passed. */
    public void tick(long now) {
        server.now = now;
        server.tick();
    }

    /** A message came. It is dropped unless it is for this incarnation and of this cluster. */
    public void receive(Envelope envelope, long now) {
        server.now = now;
        server.inbox.receive(envelope);
    }

    /** {@link RaftStorage#durableIndex()} rose. */
    public void durableAdvanced(long now) {
        server.now = now;
        server.followerLog.durableAdvanced();
    }

    /**
     * Leader only. The entry is appended by the next {@link #flush}, unless this server stops leading before.
     *
     * @return its index
     * @throws NotLeaderException also during a leadership transfer; nothing is appended
     */
    public long propose(byte[] payload, long now) {
        server.now = now;
        if (server.leadership == null) {
            throw new NotLeaderException(
                    "not leader in term " + term() + " (leader: " + server.leader + "); nothing was appended",
                    server.leader);
        }
        return server.leadership.propose(payload);
    }

    /** After a batch of inputs: appends what was proposed, sends what is due, tells what was committed. */
    public void flush(long now) {
        server.now = now;
        if (server.leadership != null) {
            server.leadership.flush();
        }
        server.followerLog.flush();
        server.reads.flush();
        if (server.commitIndex > committedTold) {
            committedTold = server.commitIndex;
            server.listener.committed(committedTold);
        }
    }

    /**
     * Leader only. Appends a new configuration, in force from now on.
     *
     * @param force skips the checks that look at who is alive (NOT_CAUGHT_UP, WOULD_LOSE_MAJORITY), never those of Raft
     * @return index of its entry; committed when the listener says so
     * @throws ConfigurationRefusedException with the reason; nothing changed
     */
    public long changeConfiguration(Configuration next, boolean force, long now) {
        server.now = now;
        ConfigurationChange.check(server, next, force);
        return Objects.requireNonNull(server.leadership).appendConfiguration(next);
    }

    /**
     * Any server. {@link ConsensusListener#readReady} is called, sooner or later, with an index at or above everything
     * acknowledged before this call. Survives changes of leader; waits as long as there is none: see {@link #cancelRead}.
     */
    public void readIndex(long readId, long now) {
        server.now = now;
        server.reads.add(readId);
    }

    public void cancelRead(long readId) {
        server.reads.cancel(readId);
    }

    /**
     * Leader only, else nothing happens. Takes no more proposals, brings the target up to date and lets it campaign;
     * given up after an election timeout.
     *
     * @param to null: the voter that is furthest
     */
    public void transferLeadership(@Nullable UUID to, long now) {
        server.now = now;
        if (server.leadership != null) {
            server.leadership.transferTo(to);
        }
    }

    /**
     * A hint: the link to that server broke. When it is the leader, an election is tried at once; a leader steps down soon
     * when a majority does not come back.
     */
    public void peerUnreachable(UUID peer, long now) {
        server.now = now;
        FollowerProgress follower = server.leadership == null ? null : server.leadership.follower(peer);
        if (follower != null) {
            follower.lost(now);
        } else if (server.role == RaftRole.FOLLOWER && peer.equals(server.leader)) {
            server.election.leaderUnreachable();
        }
    }

    /**
     * The host was offered a snapshot by a leader (once per transfer, or per chunk).
     *
     * @return whether it is wanted: the sender leads the current term and the snapshot is ahead of what is committed
     */
    public boolean snapshotOffered(UUID leader, long term, long index, long now) {
        server.now = now;
        return server.inbox.snapshotOffered(leader, term, index);
    }

    /**
     * The storage and the state stand at this snapshot now. Call it only for a snapshot that {@link #snapshotOffered}
     * wanted, or one of the own state (index at most {@link #commitIndex}).
     */
    public void snapshotInstalled(SnapshotPoint snapshot, long now) {
        server.now = now;
        server.snapshotInstalled(snapshot);
        committedTold = Math.max(committedTold, snapshot.index());
    }

    /** The follower has installed a snapshot of that index. */
    public void snapshotSent(UUID follower, long index, long now) {
        server.now = now;
        FollowerProgress f = server.leadership == null ? null : server.leadership.follower(follower);
        if (f != null && server.leadership != null) {
            server.leadership.replication.snapshotSent(f, index);
        }
    }

    /** The transfer failed; it is asked for again after a heartbeat interval. */
    public void snapshotFailed(UUID follower, long now) {
        server.now = now;
        FollowerProgress f = server.leadership == null ? null : server.leadership.follower(follower);
        if (f != null && server.leadership != null) {
            server.leadership.replication.snapshotFailed(f);
        }
    }

    /** What a snapshot at that index must carry. At most {@link #commitIndex}, at least the newest snapshot's index. */
    public SnapshotPoint snapshotPoint(long index) {
        return server.snapshotPoint(index);
    }

    public RaftRole role() {
        return server.role;
    }

    public long term() {
        return server.term();
    }

    /** Incarnation of this term's leader, if known; this server's own when it leads. */
    public @Nullable UUID leader() {
        return server.leader;
    }

    public long commitIndex() {
        return server.commitIndex;
    }

    /** The newest configuration in the log; null when there is none. */
    public @Nullable Configuration configuration() {
        return server.configurations.newest();
    }

    /** Index of {@link #configuration()}. */
    public long configurationIndex() {
        return server.configurations.newestIndex();
    }

    public boolean configurationCommitted() {
        return server.configurations.newestIndex() <= server.commitIndex;
    }

    /** Leads, and its term's no-op is committed. */
    public boolean serving() {
        return server.leadership != null && server.leadership.serving();
    }

    /** Payload appended by this leader and not yet committed: the host's measure for back-pressure. */
    public long uncommittedBytes() {
        return server.leadership == null ? 0 : server.leadership.uncommittedBytes();
    }

    /** Follows, and has no room for what the leader sent last: its state stands still until there is some. */
    public boolean full() {
        return server.leadership == null && server.followerLog.isFull();
    }

    /** Cluster time in milliseconds: exact on the leader, the last heard elsewhere. */
    public long clusterTime(long now) {
        server.now = now;
        return server.leadership == null ? server.time.last() : server.time.advance(now);
    }

    /** Milliseconds since this term's leader was heard; 0 on the leader; -1 when none was. */
    public long leaderSilentMillis(long now) {
        if (server.leader == null) {
            return -1;
        }
        return server.leadership != null ? 0 : Math.max(0, (now - server.leaderHeardAt) / 1_000_000);
    }

    /** Empty unless this server leads. */
    public List<FollowerStatus> followers(long now) {
        server.now = now;
        return server.leadership == null ? List.of() : server.leadership.status();
    }
}
