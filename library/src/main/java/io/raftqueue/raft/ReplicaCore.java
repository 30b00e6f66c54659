package io.raftqueue.raft;

import io.raftqueue.Role;
import io.raftqueue.consensus.Configuration;
import io.raftqueue.consensus.Consensus;
import io.raftqueue.consensus.ConsensusListener;
import io.raftqueue.consensus.ConsensusOptions;
import io.raftqueue.consensus.FollowerStatus;
import io.raftqueue.consensus.InternalEntryCodec;
import io.raftqueue.consensus.Member;
import io.raftqueue.consensus.Outbox;
import io.raftqueue.consensus.RaftRole;
import io.raftqueue.consensus.RaftStorage;
import io.raftqueue.consensus.SnapshotPoint;
import io.raftqueue.log.SegmentedLog;
import io.raftqueue.log.StoredSnapshot;
import io.raftqueue.raft.PeerMessage.Envelope;
import io.raftqueue.state.QueueState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One member, as a machine that one thread drives: consensus, log, state, sessions and membership, without a clock, a
 * thread or a socket of its own. Hand in what came ({@link #receive}, submissions, {@link #tick}), then call
 * {@link #endOfBatch} once: it appends, sends, makes durable, commits, applies and answers.
 *
 * <p>What it throws means that the node must stop: its caller marks it failed before anything else can leave it.
 */
final class ReplicaCore implements ConsensusListener {
    /** Makes the consensus; the simulation proves with its own that each rule of Raft is needed. */
    interface Rulebook {
        Consensus consensus(
                ConsensusOptions options,
                UUID self,
                RaftStorage storage,
                Outbox outbox,
                ConsensusListener listener,
                RandomGenerator random);
    }

    final Surroundings world;
    final SegmentedLog log;
    final ReplicatedQueueStateMachine machine;
    final Submissions submissions;
    final ReadBarriers reads;
    final LeaderIntake intake;
    final MembershipRequests requests;
    final MembershipDuties duties;
    final SnapshotTransfers transfers;
    final Acquaintances acquaintances;
    final ClusterDoor door;
    final Introduction introduction;
    final Checkpoints checkpoints;
    final DiskWatch disk;
    final LeaderRoom room;
    final LatencyHistogram fsyncLatency = new LatencyHistogram();
    final LatencyHistogram commitLatency = new LatencyHistogram();
    final StoredMessages stored;
    final EngineCalls engineCalls = new EngineCalls();

    final Applier applier;
    final Belonging belonging;

    private final Rulebook rulebook;
    private final CoreWiring wiring;
    private final MembershipWiring membership;
    private Consensus consensus;
    private long readyFrom;
    private boolean leaderChanged;
    private final List<Member> needSnapshot = new ArrayList<>();
    private long now;

    ReplicaCore(Surroundings world, String directory) {
        this(world, directory, Consensus::new);
    }

    ReplicaCore(Surroundings world, String directory, Rulebook rulebook) {
        this.world = world;
        this.rulebook = rulebook;
        this.log = world.log();
        this.stored = new StoredMessages(log, world.events());
        this.machine = new ReplicatedQueueStateMachine(new QueueState(), stored);
        this.applier = new Applier(this);
        this.belonging = new Belonging(this);
        this.wiring = new CoreWiring(this);
        this.membership = new MembershipWiring(this, wiring);
        long epoch = world.identity().epoch();
        UUID self = world.identity().incarnation();
        this.submissions = new Submissions(
                self,
                epoch << 16,
                wiring.submissionRoute(),
                world.completions(),
                this::describe,
                commitLatency,
                world.nanoTime());
        this.reads = new ReadBarriers(wiring.questions(), world.completions(), this::describe);
        this.intake = new LeaderIntake(wiring.leadership());
        this.requests = new MembershipRequests(epoch << 32, membership.requestRoute(), this::describe);
        this.duties = new MembershipDuties(membership.duties());
        this.transfers =
                new SnapshotTransfers(log, wiring.transfers(), world.background(), world.raftThread(), epoch << 32);
        this.acquaintances = new Acquaintances(self, wiring::sendTo);
        this.door = new ClusterDoor(
                self, world.identity().name(), directory, world.begin(), acquaintances, membership.house());
        this.introduction = new Introduction(
                world.identity().name(),
                self,
                world.raftAddress(),
                world.httpAddress(),
                world.begin(),
                world.uuids(),
                membership.introduction());
        this.disk = new DiskWatch(log, world.background());
        this.room = new LeaderRoom(this);
        this.checkpoints = new Checkpoints(log, world.background());
        this.consensus = newConsensus();
    }

    private Consensus newConsensus() {
        return rulebook.consensus(
                world.consensus(), world.identity().incarnation(), log, wiring.outbox(), this, world.random());
    }

    /** Loads the newest snapshot and begins. */
    void start(long time) {
        now = time;
        SnapshotPoint point = null;
        StoredSnapshot snapshot = log.snapshot();
        if (snapshot != null) {
            applier.load(snapshot);
            point = pointOf(snapshot);
        }
        belonging.start();
        consensus.start(point, now);
        introduction.tick(now);
    }

    static SnapshotPoint pointOf(StoredSnapshot snapshot) {
        Configuration configuration = InternalEntryCodec.decode(snapshot.configuration());
        if (configuration == null) {
            throw new IllegalStateException("the snapshot at index " + snapshot.index() + " names no members");
        }
        return new SnapshotPoint(snapshot.index(), snapshot.term(), snapshot.clusterTime(), configuration);
    }

    /** Makes {@code first} the configuration of a new cluster, on disk when it returns. */
    void found(Configuration first) {
        Consensus.bootstrap(log, first, 0);
        log.sync();
        belonging.founded(first.clusterId());
        consensus = newConsensus();
        consensus.start(null, now);
        reads.askAgain();
    }

    void receive(Envelope envelope, long time) {
        now = time;
        door.receive(envelope, time);
    }

    /** A second process spoke in the name of a data directory. */
    void twinSpoke(Envelope envelope, long time) {
        now = time;
        membership.refuseTwin(envelope);
    }

    void peerLost(UUID peer, long time) {
        now = time;
        acquaintances.lost(peer, time);
        consensus.peerUnreachable(peer, time);
    }

    void tick(long time) {
        now = time;
        consensus.tick(time);
        introduction.tick(time);
        submissions.tick(time);
        reads.tick(time);
        requests.tick(time);
        duties.tick(time);
        transfers.tick(time);
        checkpoints.tick(this, time);
        disk.tick(time);
        room.tick(time);
        acquaintances.tick(consensus.configuration(), disk.figures().belowWatermark(), time);
        membership.announceMove(time);
    }

    /** Everything that came has been handed in: now it takes effect. */
    void endOfBatch(long time) {
        now = time;
        heed();
        submissions.pump(time);
        reads.pump();
        intake.pump();
        consensus.flush(time);
        if (log.durableIndex() < log.lastIndex()) {
            long before = world.nanoTime().getAsLong();
            log.sync();
            fsyncLatency.record(world.nanoTime().getAsLong() - before);
            consensus.durableAdvanced(time);
            consensus.flush(time);
        }
        applier.apply();
    }

    /** What the consensus told from within its calls, where nothing may be done about it. */
    private void heed() {
        if (leaderChanged) {
            leaderChanged = false;
            submissions.leaderChanged(now);
            requests.leaderChanged(now);
        }
        if (!needSnapshot.isEmpty()) {
            List<Member> lagging = List.copyOf(needSnapshot);
            needSnapshot.clear();
            lagging.forEach(this::beginTransfer);
        }
    }

    /** Not to one that is away: whatever a transfer may still read is kept on the disk, and that would be for as long. */
    private void beginTransfer(Member lagging) {
        if (acquaintances.present(lagging.incarnation(), now)) {
            transfers.begin(lagging, now);
        } else {
            consensus.snapshotFailed(lagging.incarnation(), now);
        }
    }

    /** Whether committed entries wait to be applied: call {@link #endOfBatch} again. */
    boolean behind() {
        return applier.behind();
    }

    /** Writes a snapshot of what is applied now. */
    CompletableFuture<Void> snapshot() {
        return checkpoints.take(this);
    }

    @Override
    public void committed(long index) {
        applier.committed(index);
    }

    @Override
    public void configurationChanged(Configuration newest, long index, boolean isCommitted) {
        belonging.configurationChanged(newest);
        world.events().membersChanged();
    }

    @Override
    public void roleChanged(RaftRole from, RaftRole to, long term) {
        intake.termChanged();
        if (from == RaftRole.LEADER) {
            duties.deposed();
            engineCalls.deposed();
            transfers.stopSending();
            needSnapshot.clear();
        }
        Role before = role(from);
        Role after = role(to);
        if (before != after) {
            world.events().roleChanged(before, after, term);
        }
    }

    @Override
    public void leaderChanged(@Nullable UUID leader, long term) {
        leaderChanged = true;
        world.events().leaderChanged(leader == null ? null : nameOf(leader), term);
    }

    @Override
    public void serving(long term) {
        readyFrom = consensus.commitIndex();
    }

    @Override
    public void readReady(long readId, long index) {
        reads.answered(readId, index, machine.state().appliedIndex());
    }

    @Override
    public void snapshotNeeded(Member follower, long term) {
        needSnapshot.add(follower);
    }

    /** Lets the most advanced of the voters that are up lead; nothing happens unless this node leads. */
    void handOver() {
        handOver(follower -> true);
    }

    /** To one of these. */
    void handOver(Predicate<UUID> suitable) {
        consensus.followers(now).stream()
                .filter(f -> f.member().voter()
                        && acquaintances.present(f.member().incarnation(), now)
                        && suitable.test(f.member().incarnation()))
                .max(Comparator.comparingLong(FollowerStatus::match))
                .ifPresent(f -> consensus.transferLeadership(f.member().incarnation(), now));
    }

    Consensus consensus() {
        return consensus;
    }

    long now() {
        return now;
    }

    long committedIndex() {
        return applier.committed();
    }

    /** This term's no-op is committed, and applied here with everything before it. */
    boolean ready() {
        return consensus.serving() && machine.state().appliedIndex() >= readyFrom;
    }

    @Nullable
    UUID clusterId() {
        return belonging.clusterId();
    }

    String nameOf(UUID incarnation) {
        Configuration configuration = consensus.configuration();
        Member member = configuration == null ? null : configuration.member(incarnation);
        return member == null ? incarnation.toString() : member.id();
    }

    static Role role(RaftRole role) {
        return switch (role) {
            case LEADER -> Role.LEADER;
            case FOLLOWER -> Role.FOLLOWER;
            case PRE_CANDIDATE, CANDIDATE -> Role.CANDIDATE;
            case LEARNER -> Role.LEARNER;
        };
    }

    /** The state, for the message of a failure. */
    String describe() {
        UUID leader = consensus.leader();
        Configuration configuration = consensus.configuration();
        return "node " + world.identity().name() + " " + role(consensus.role()).title() + ", leader "
                + (leader == null ? "unknown" : nameOf(leader)) + ", term " + consensus.term() + ", members "
                + (configuration == null
                        ? "none"
                        : configuration.members().stream().map(Member::id).collect(Collectors.joining(" ")))
                + ", commit index " + applier.committed() + ", applied "
                + machine.state().appliedIndex();
    }
}
