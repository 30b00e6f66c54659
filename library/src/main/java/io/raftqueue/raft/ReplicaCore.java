package io.raftqueue.raft;

import io.raftqueue.Role;
import io.raftqueue.command.CommandBatch;
import io.raftqueue.command.Result;
import io.raftqueue.consensus.Configuration;
import io.raftqueue.consensus.Consensus;
import io.raftqueue.consensus.ConsensusListener;
import io.raftqueue.consensus.Entry;
import io.raftqueue.consensus.FollowerStatus;
import io.raftqueue.consensus.InternalEntryCodec;
import io.raftqueue.consensus.Member;
import io.raftqueue.consensus.RaftRole;
import io.raftqueue.consensus.SnapshotPoint;
import io.raftqueue.log.SegmentedLog;
import io.raftqueue.log.StoredSnapshot;
import io.raftqueue.raft.PeerMessage.Envelope;
import io.raftqueue.state.Outcome;
import io.raftqueue.state.QueueState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member, as a machine that one thread drives: consensus, log, state, sessions and membership, without a clock, a
 * thread or a socket of its own. Hand in what came ({@link #receive}, submissions, {@link #tick}), then call
 * {@link #endOfBatch} once: it appends, sends, makes durable, commits, applies and answers.
 *
 * <p>What it throws means that the node must stop: its caller marks it failed before anything else can leave it.
 */
final class ReplicaCore implements ConsensusListener {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaCore.class);
    /** Applied between two looks at what came in, so that a long backlog delays no heartbeat. */
    private static final int APPLY_AT_ONCE = 4_096;

    private static final long APPLY_BYTES_AT_ONCE = 8 << 20;

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
    final LatencyHistogram fsyncLatency = new LatencyHistogram();
    final LatencyHistogram commitLatency = new LatencyHistogram();
    final StoredMessages stored;
    final EngineCalls engineCalls = new EngineCalls();

    private final CoreWiring wiring;
    private Consensus consensus;
    private long committed;
    private long readyFrom;
    private boolean leaderChanged;
    private final List<Member> needSnapshot = new ArrayList<>();
    private @Nullable UUID adopted;
    private @Nullable String refusal;
    private long now;
    private boolean foundedHere;

    ReplicaCore(Surroundings world, String directory) {
        this.world = world;
        this.log = world.log();
        this.stored = new StoredMessages(log, world.events());
        this.machine = new ReplicatedQueueStateMachine(new QueueState(world.maxQueues()), stored);
        this.wiring = new CoreWiring(this);
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
        this.requests = new MembershipRequests(epoch << 32, wiring.requestRoute(), this::describe);
        this.duties = new MembershipDuties(wiring.duties());
        this.transfers =
                new SnapshotTransfers(log, wiring.transfers(), world.background(), world.raftThread(), epoch << 32);
        this.acquaintances = new Acquaintances(self, wiring::sendTo);
        this.door =
                new ClusterDoor(self, world.identity().name(), directory, world.begin(), acquaintances, wiring.house());
        this.introduction = new Introduction(
                world.identity().name(),
                self,
                world.raftAddress(),
                world.httpAddress(),
                world.begin(),
                world.uuids(),
                wiring.introduction());
        this.disk = new DiskWatch(log, world.background());
        this.checkpoints = new Checkpoints(log, world.background());
        this.consensus = newConsensus();
    }

    private Consensus newConsensus() {
        return new Consensus(
                world.consensus(), world.identity().incarnation(), log, wiring.outbox(), this, world.random());
    }

    /** Loads the newest snapshot and begins. */
    void start(long time) {
        now = time;
        SnapshotPoint point = null;
        StoredSnapshot snapshot = log.snapshot();
        if (snapshot != null) {
            machine.restore(snapshot.state());
            stored.reset(machine.state());
            committed = snapshot.index();
            point = pointOf(snapshot);
        }
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
        world.adoptCluster().accept(first.clusterId());
        foundedHere = true;
        consensus = newConsensus();
        consensus.start(null, now);
        reads.askAgain();
    }

    boolean foundedAlone() {
        Configuration c = consensus.configuration();
        return foundedHere && c != null && c.members().size() == 1;
    }

    void receive(Envelope envelope, long time) {
        now = time;
        door.receive(envelope, time);
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
        checkpoints.tick(time);
        disk.tick(time);
        acquaintances.tick(consensus.configuration(), disk.figures().belowWatermark(), time);
        wiring.announceMove(time);
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
        apply();
    }

    /** What the consensus told from within its calls, where nothing may be done about it. */
    private void heed() {
        if (leaderChanged) {
            leaderChanged = false;
            submissions.leaderChanged(now);
            requests.leaderChanged(now);
        }
        List<Member> lagging = List.copyOf(needSnapshot);
        needSnapshot.clear();
        lagging.forEach(member -> transfers.begin(member, now));
    }

    /** Whether committed entries wait to be applied: call {@link #endOfBatch} again. */
    boolean behind() {
        return machine.state().appliedIndex() < committed;
    }

    private void apply() {
        QueueState state = machine.state();
        long from = state.appliedIndex() + 1;
        if (from > committed) {
            return;
        }
        long most = Math.min(committed, from + APPLY_AT_ONCE - 1);
        long bytes = 0;
        long to = from - 1;
        while (to < most && bytes < APPLY_BYTES_AT_ONCE) {
            to++;
            Entry entry = log.entry(to);
            if (entry == null) {
                throw new IllegalStateException("entry " + to + " is committed but not in the log, which has "
                        + log.firstIndex() + " to " + log.lastIndex());
            }
            bytes += entry.payload().length;
            apply(entry);
        }
        reads.applied(to);
        intake.pump();
        checkpoints.applied(this);
    }

    private void apply(Entry entry) {
        checkpoints.count(entry.payload().length);
        if (entry.internal()) {
            machine.pass(entry.index(), entry.time());
            Configuration configuration = InternalEntryCodec.decode(entry.payload());
            if (configuration != null) {
                machine.members(configuration.members().stream()
                        .map(Member::incarnation)
                        .collect(Collectors.toSet()));
                sessionMayHaveEnded();
            }
            return;
        }
        ReplicatedQueueStateMachine.Applied applied = machine.apply(entry.index(), entry.time(), entry.payload());
        engineCalls.applied(entry.index(), entry.term(), applied.outcome());
        CommandBatch batch = applied.batch();
        stored.refusals(batch.commands(), applied.outcome());
        if (applied.outcome() instanceof Outcome.Fenced || applied.outcome() instanceof Outcome.Gap) {
            intake.forget(batch.node());
        }
        if (batch.node().equals(world.identity().incarnation()) && batch.epoch() == submissions.epoch()) {
            answered(batch.serial(), applied.outcome());
        }
    }

    /** The own removal ends the own session; what is under way was not applied before that, and will not be after it. */
    private void sessionMayHaveEnded() {
        long inForce = machine.state().sessionEpoch(world.identity().incarnation());
        if (inForce > submissions.epoch()) {
            submissions.fenced(inForce, now);
        }
    }

    private void answered(long serial, Outcome outcome) {
        if (outcome instanceof Outcome.Applied a) {
            submissions.applied(serial, a.results());
        } else if (outcome instanceof Outcome.Duplicate d) {
            submissions.applied(serial, d.results());
        } else if (outcome instanceof Outcome.Gap g) {
            submissions.resendFrom(g.expectedSerial(), now);
        } else if (outcome instanceof Outcome.Fenced f && f.epoch() >= 0) {
            submissions.fenced(f.epoch(), now);
        }
        // Fenced as no member: if it is brought in again, what is under way goes again.
    }

    /** A snapshot took the place of log and state. */
    void installed(StoredSnapshot snapshot) {
        machine.restore(snapshot.state());
        stored.reset(machine.state());
        committed = Math.max(committed, snapshot.index());
        consensus.snapshotInstalled(pointOf(snapshot), now);
        UUID self = world.identity().incarnation();
        long sessionEpoch = machine.state().sessionEpoch(self);
        if (sessionEpoch > submissions.epoch()) {
            submissions.endedUnseen(sessionEpoch);
        }
        for (long serial : submissions.serialsInFlight()) {
            if (serial <= machine.state().lastSerial(self, submissions.epoch())) {
                @Nullable List<Result> kept = machine.state().answers(self, submissions.epoch(), serial);
                submissions.applied(serial, kept);
            }
        }
        reads.applied(snapshot.index());
        world.events().queuesChanged();
    }

    /** Writes a snapshot of what is applied now. */
    CompletableFuture<Void> snapshot() {
        return checkpoints.take(this);
    }

    @Override
    public void committed(long index) {
        committed = index;
    }

    @Override
    public void configurationChanged(Configuration newest, long index, boolean isCommitted) {
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

    void sendConsensus(io.raftqueue.consensus.Envelope envelope, @Nullable Member member) {
        String heardAt = door.addressOf(envelope.to());
        String address = heardAt != null ? heardAt : member != null ? member.raftAddress() : null;
        if (address != null) {
            wiring.send(address, envelope.to(), new PeerMessage.Consensus(envelope));
        }
    }

    /** Lets the most advanced of the voters that are up lead; nothing happens unless this node leads. */
    void handOver() {
        consensus.followers(now).stream()
                .filter(f ->
                        f.member().voter() && acquaintances.present(f.member().incarnation(), now))
                .max(Comparator.comparingLong(FollowerStatus::match))
                .ifPresent(f -> consensus.transferLeadership(f.member().incarnation(), now));
    }

    /** A member told this node why it is not let in, or that it is. */
    void knockAnswered(PeerMessage.AdminAnswer answer) {
        boolean refused = answer.outcome() == PeerMessage.AdminAnswer.Outcome.CONFLICT
                || answer.outcome() == PeerMessage.AdminAnswer.Outcome.UNREACHABLE;
        String text = refused ? "the cluster does not let this node in: " + answer.text() : null;
        if (text != null && !text.equals(refusal)) {
            LOG.warn("{}", text);
        }
        refusal = text;
    }

    /** Why the cluster does not let this node in, as far as it said so. */
    @Nullable
    String refusal() {
        return refusal;
    }

    Consensus consensus() {
        return consensus;
    }

    long now() {
        return now;
    }

    long committedIndex() {
        return committed;
    }

    /** This term's no-op is committed, and applied here with everything before it. */
    boolean ready() {
        return consensus.serving() && machine.state().appliedIndex() >= readyFrom;
    }

    @Nullable
    UUID clusterId() {
        Configuration configuration = consensus.configuration();
        if (configuration != null) {
            return configuration.clusterId();
        }
        return adopted != null ? adopted : world.identity().clusterId();
    }

    /** Enters the cluster whose leader called; on disk when it returns. */
    void adopt(UUID clusterId) {
        world.adoptCluster().accept(clusterId);
        adopted = clusterId;
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
                + ", commit index " + committed + ", applied " + machine.state().appliedIndex();
    }
}
