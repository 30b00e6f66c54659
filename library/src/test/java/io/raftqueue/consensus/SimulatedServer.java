package io.raftqueue.consensus;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One server of a {@link SimulatedCluster}: disk, consensus, state, a clock that drifts, and the calls that wait here. */
final class SimulatedServer implements ConsensusListener {
    final SimulatedCluster cluster;
    final int slot;
    final SimulatedStorage storage = new SimulatedStorage();
    Member member;
    UUID incarnation;
    Consensus consensus;
    SimulatedQueue state;
    long applied;
    boolean up;
    /** Stopped by SIGSTOP: messages wait, nothing is done. */
    boolean paused;
    /** Inputs were given and not flushed. */
    boolean dirty;
    /** This incarnation's directory is lost for ever. */
    boolean wiped;

    double clockRate = 1;
    private long clockBase;
    private long clockAt;
    /** Calls that wait for their command to be applied here. */
    final Map<Integer, SimulatedClient> waiting = new HashMap<>();
    /** Reads that wait: id to the index they were promised, or -1. */
    final Map<Long, Long> reads = new HashMap<>();

    final List<String> roles = new ArrayList<>();

    SimulatedServer(SimulatedCluster cluster, int slot, UUID incarnation) {
        this.cluster = cluster;
        this.slot = slot;
        this.incarnation = incarnation;
        this.member = new Member("node" + slot, incarnation, "address" + slot, "http" + slot, true);
        clockBase = slot * 1_000_000_007L;
    }

    String name() {
        return member.id();
    }

    /** Its own monotonic clock. */
    long now() {
        long step = cluster.now - clockAt;
        clockBase += (long) (step * clockRate);
        clockAt = cluster.now;
        return clockBase;
    }

    void start() {
        SimulatedStorage.Snapshot s = storage.snapshot();
        state = s == null ? cluster.newState() : s.state().copy();
        applied = s == null ? 0 : s.point().index();
        up = true;
        paused = false;
        consensus = new Consensus(
                cluster.options,
                incarnation,
                storage,
                (envelope, to) -> cluster.network.send(this, envelope, to),
                this,
                new SplittableRandom(cluster.random.nextLong()),
                cluster.rules);
        consensus.start(s == null ? null : s.point(), now());
        flush();
    }

    void crash() {
        up = false;
        dirty = false;
        waiting.clear();
        reads.clear();
        storage.crash(cluster.random);
        if (cluster.forgetsVotes) {
            storage.forgetVote();
        }
        cluster.log(() -> name() + " crashes");
    }

    void flush() {
        dirty = false;
        consensus.flush(now());
    }

    void receive(Envelope e) {
        dirty = true;
        consensus.receive(e, now());
    }

    void tick() {
        consensus.tick(now());
        flush();
    }

    void sync() {
        if (storage.sync()) {
            dirty = true;
            consensus.durableAdvanced(now());
        }
    }

    boolean leads() {
        return up && consensus.role() == RaftRole.LEADER;
    }

    /** Takes a snapshot of all that is applied and drops the log but for {@code keep} entries. */
    void snapshot(int keep) {
        if (applied <= storage.snapshotIndex()) {
            return;
        }
        SnapshotPoint point = consensus.snapshotPoint(applied);
        storage.publish(
                new SimulatedStorage.Snapshot(point, state.copy()), Math.max(storage.firstIndex() - 1, applied - keep));
        consensus.snapshotInstalled(point, now());
        dirty = true;
        cluster.log(() -> name() + " snapshots at " + applied);
    }

    void install(SimulatedStorage.Snapshot s) {
        storage.install(s);
        state = s.state().copy();
        applied = s.point().index();
        waiting.clear();
        consensus.snapshotInstalled(s.point(), now());
        cluster.checks.installed(this, s.point());
        serveReads();
        dirty = true;
        cluster.log(() -> name() + " installs snapshot " + s.point().index());
    }

    @Override
    public void committed(long index) {
        cluster.log(() -> name() + " commits " + index);
        cluster.checks.committed(this, index);
        for (long i = applied + 1; i <= index; i++) {
            Entry e = storage.entry(i);
            applied = i;
            if (!e.internal()) {
                long result = state.apply(e.payload());
                SimulatedClient client = waiting.get(SimulatedQueue.client(e.payload()));
                if (client != null && client.answered(this, SimulatedQueue.serial(e.payload()), result)) {
                    waiting.remove(client.id);
                    cluster.checks.acknowledged(i);
                }
            }
        }
        serveReads();
    }

    private void serveReads() {
        reads.entrySet().removeIf(r -> {
            boolean ready = r.getValue() >= 0 && r.getValue() <= applied;
            if (ready) {
                cluster.readServed(this, r.getKey());
            }
            return ready;
        });
    }

    @Override
    public void readReady(long readId, long index) {
        if (reads.containsKey(readId)) {
            reads.put(readId, index);
            cluster.checks.readPromised(readId, index);
            serveReads();
        }
    }

    @Override
    public void configurationChanged(Configuration newest, long index, boolean committed) {
        cluster.checks.configuration(newest, index, committed);
        Member m = newest.member(incarnation);
        if (m != null) {
            member = m;
        }
        cluster.log(() -> name() + " uses configuration " + index + (committed ? " (committed) " : " ")
                + newest.members().stream()
                        .map(x -> x.id() + "/" + x.incarnation().getLeastSignificantBits() + (x.voter() ? "" : "?"))
                        .toList());
    }

    @Override
    public void roleChanged(RaftRole from, RaftRole to, long term) {
        cluster.log(() -> name() + " becomes " + to + " in term " + term);
        roles.add(to + "@" + term);
        if (to == RaftRole.LEADER) {
            cluster.checks.elected(this, term);
        }
    }

    @Override
    public void leaderChanged(@Nullable UUID leader, long term) {}

    @Override
    public void serving(long term) {}

    @Override
    public void snapshotNeeded(Member follower, long term) {
        cluster.network.snapshotNeeded(this, follower, term);
    }
}
