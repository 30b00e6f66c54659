package io.raftqueue.raft;

import io.raftqueue.MemberStatus;
import io.raftqueue.NodeFigure;
import io.raftqueue.NodeStatus;
import io.raftqueue.Role;
import io.raftqueue.consensus.Configuration;
import io.raftqueue.consensus.Consensus;
import io.raftqueue.consensus.FollowerStatus;
import io.raftqueue.consensus.Member;
import io.raftqueue.log.DiskFigures;
import io.raftqueue.log.SegmentedLog;
import io.raftqueue.state.QueueFigures;
import io.raftqueue.state.QueueState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What anyone may read of a node without asking the raft thread: that thread puts the facts here ten times a second and on
 * every change of role, readers make of them what they show.
 */
final class StatusBoard {
    private static final long POST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** A leader not heard for so long is no leader to serve by. */
    private static final long SILENT_MILLIS = 3_000;
    /** The state is hashed no more often: it costs its length, which grows with the number of queues. */
    private static final long HASH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private record Facts(
            Role role,
            long term,
            @Nullable UUID leader,
            long commitIndex,
            long appliedIndex,
            long lastIndex,
            long lastTerm,
            @Nullable UUID clusterId,
            @Nullable Configuration configuration,
            long configurationIndex,
            boolean serving,
            long leaderSilentMillis,
            int pending,
            boolean storageFull,
            boolean full,
            @Nullable String refusal,
            boolean leaving,
            boolean removed,
            List<MemberStatus> members) {}

    /** The hash of the state as it was after this entry. */
    private record StateHash(long index, long hash) {}

    private final ReplicaCore core;
    private volatile Facts facts;
    private volatile StateHash stateHash = new StateHash(0, 0);
    private volatile @Nullable Throwable failure;
    private volatile boolean closed;
    private final AtomicLong leaderChanges = new AtomicLong();
    private long postedAt;
    private long hashedAt;

    StatusBoard(ReplicaCore core) {
        this.core = core;
        this.facts = new Facts(
                Role.LEARNER,
                0,
                null,
                0,
                0,
                0,
                0,
                null,
                null,
                0,
                false,
                -1,
                0,
                false,
                false,
                null,
                false,
                false,
                List.of());
    }

    /** On the raft thread. */
    void post(long now, boolean news) {
        if (!news && now - postedAt < POST_NANOS) {
            return;
        }
        postedAt = now;
        hash(now);
        Consensus consensus = core.consensus();
        SegmentedLog log = core.log;
        facts = new Facts(
                ReplicaCore.role(consensus.role()),
                consensus.term(),
                consensus.leader(),
                core.committedIndex(),
                core.machine.state().appliedIndex(),
                log.lastIndex(),
                log.termAt(log.lastIndex()),
                core.clusterId(),
                consensus.configuration(),
                consensus.configurationIndex(),
                core.ready(),
                consensus.leaderSilentMillis(now),
                core.submissions.pending(),
                core.acquaintances.storageFull(consensus.configuration(), consensus.leader(), now),
                consensus.full(),
                core.belonging.refusal(),
                core.belonging.leaving(),
                core.belonging.removed(),
                members(now));
    }

    /** Once a second while entries come, and once more when none come any longer: then all members show the same. */
    private void hash(long now) {
        QueueState state = core.machine.state();
        if (state.appliedIndex() != stateHash.index() && now - hashedAt >= HASH_NANOS) {
            hashedAt = now;
            stateHash = new StateHash(state.appliedIndex(), state.hash());
        }
    }

    private List<MemberStatus> members(long now) {
        Configuration configuration = core.consensus().configuration();
        if (configuration == null) {
            return List.of();
        }
        UUID self = core.world.identity().incarnation();
        UUID leader = core.consensus().leader();
        Map<UUID, FollowerStatus> followers = core.consensus().followers(now).stream()
                .collect(Collectors.toMap(f -> f.member().incarnation(), f -> f));
        List<MemberStatus> members = new ArrayList<>();
        for (Member m : configuration.members()) {
            boolean isSelf = m.incarnation().equals(self);
            FollowerStatus follower = followers.get(m.incarnation());
            long silence = isSelf ? 0 : core.acquaintances.silence(m.incarnation(), now);
            Role role = m.incarnation().equals(leader) ? Role.LEADER : m.voter() ? Role.FOLLOWER : Role.LEARNER;
            members.add(new MemberStatus(
                    m.id(),
                    m.raftAddress(),
                    m.httpAddress(),
                    isSelf ? ReplicaCore.role(core.consensus().role()) : role,
                    m.voter(),
                    isSelf,
                    core.acquaintances.present(m.incarnation(), now),
                    follower == null ? -1 : follower.lag(),
                    silence < 0 ? null : Duration.ofNanos(silence)));
        }
        return List.copyOf(members);
    }

    /** On the raft thread: another leader is known. */
    void leaderChanged() {
        leaderChanges.incrementAndGet();
    }

    void failed(Throwable cause) {
        failure = cause;
    }

    void closed() {
        closed = true;
    }

    boolean storageFull() {
        return facts.storageFull();
    }

    /** This node's log takes nothing more, and its state stands still. */
    boolean full() {
        return facts.full();
    }

    private List<String> notReady(Facts f) {
        List<String> reasons = new ArrayList<>();
        UUID self = core.world.identity().incarnation();
        if (failure != null) {
            reasons.add("failed: " + failure.getMessage());
        } else if (closed) {
            reasons.add("closed");
        } else if (f.configuration() == null) {
            reasons.add(f.refusal() != null ? f.refusal() : "in no cluster yet: waiting to be brought in");
        } else if (f.removed()) {
            reasons.add(
                    "removed from cluster " + ClusterIds.brief(f.configuration().clusterId()));
        } else if (f.leaving()) {
            reasons.add("being removed from cluster "
                    + ClusterIds.brief(f.configuration().clusterId())
                    + ", which is not known to be committed: do not stop it yet");
        } else if (f.configuration().member(self) == null) {
            reasons.add("catching up: no member yet, applied " + f.appliedIndex());
        } else if (!f.configuration().isVoter(self)) {
            reasons.add("catching up: a learner, applied " + f.appliedIndex());
        } else if (f.leader() == null) {
            reasons.add("no leader in term " + f.term() + (f.refusal() == null ? "" : "; " + f.refusal()));
        } else if (f.role() == Role.LEADER ? !f.serving() : f.leaderSilentMillis() > SILENT_MILLIS) {
            reasons.add(
                    f.role() == Role.LEADER
                            ? "leader, but no majority has confirmed it yet"
                            : "the leader is silent for " + f.leaderSilentMillis() + " ms");
        } else if (f.full()) {
            reasons.add("disk full: the log takes nothing more, applied " + f.appliedIndex());
        } else if (f.commitIndex() - f.appliedIndex() > 10_000) {
            reasons.add("catching up: applied " + f.appliedIndex() + " of " + f.commitIndex());
        }
        return reasons;
    }

    NodeStatus status() {
        Facts f = facts;
        Member leader = f.leader() == null || f.configuration() == null
                ? null
                : f.configuration().member(f.leader());
        Role role = failure != null || closed ? Role.SHUTDOWN : f.role();
        return new NodeStatus(
                core.world.identity().name(),
                f.clusterId() == null ? null : ClusterIds.brief(f.clusterId()),
                role,
                leader == null ? null : leader.id(),
                leader == null ? null : leader.raftAddress(),
                leader == null ? null : leader.httpAddress(),
                f.term(),
                f.commitIndex(),
                f.appliedIndex(),
                f.lastIndex(),
                f.members(),
                notReady(f),
                stats(f, role, leader),
                figures(f),
                failure == null ? null : String.valueOf(failure.getMessage()),
                failure != null,
                f.removed());
    }

    private Map<String, String> stats(Facts f, Role role, @Nullable Member leader) {
        Map<String, String> stats = new TreeMap<>();
        stats.put("applied_index", Long.toString(f.appliedIndex()));
        stats.put("commit_index", Long.toString(f.commitIndex()));
        stats.put("fsm_pending", Long.toString(f.commitIndex() - f.appliedIndex()));
        stats.put(
                "last_contact",
                role == Role.LEADER ? "0" : f.leaderSilentMillis() < 0 ? "never" : f.leaderSilentMillis() + "ms");
        stats.put("last_log_index", Long.toString(f.lastIndex()));
        stats.put("last_log_term", Long.toString(Math.max(0, f.lastTerm())));
        stats.put("last_snapshot_index", Long.toString(core.log.snapshotIndex()));
        stats.put("last_snapshot_term", Long.toString(core.log.snapshotTerm()));
        stats.put("latest_configuration", configuration(f));
        stats.put("latest_configuration_index", Long.toString(f.configurationIndex()));
        stats.put("num_peers", Long.toString(peers(f)));
        for (String version : List.of("protocol_version", "protocol_version_max", "protocol_version_min")) {
            stats.put(version, Integer.toString(PeerCodec.VERSION));
        }
        stats.put("snapshot_version_max", "1");
        stats.put("snapshot_version_min", "1");
        StateHash hashed = stateHash;
        stats.put("state_hash", "%016x".formatted(hashed.hash()));
        stats.put("state_hash_index", Long.toString(hashed.index()));
        stats.put("state", role.title());
        stats.put("term", Long.toString(f.term()));
        stats.put("id", core.world.identity().name());
        stats.put("cluster", f.clusterId() == null ? "" : ClusterIds.brief(f.clusterId()));
        stats.put("leader", leader == null ? "" : leader.id());
        stats.put("leader_raft_address", leader == null ? "" : leader.raftAddress());
        stats.put("leader_http_address", leader == null ? "" : leader.httpAddress());
        long depth = 0;
        for (QueueFigures q : core.stored.all()) {
            depth += q.depth();
        }
        stats.put("queue_depth", Long.toString(depth));
        return stats;
    }

    private long peers(Facts f) {
        UUID self = core.world.identity().incarnation();
        return f.configuration() == null
                ? 0
                : f.configuration().voters().stream()
                        .filter(m -> !m.incarnation().equals(self))
                        .count();
    }

    private static String configuration(Facts f) {
        if (f.configuration() == null) {
            return "[]";
        }
        return f.configuration().members().stream()
                .map(m -> "{Suffrage:" + (m.voter() ? "Voter" : "Nonvoter") + " ID:" + m.id() + " Address:"
                        + m.raftAddress() + "}")
                .collect(Collectors.joining(" ", "[", "]"));
    }

    private Map<String, Double> figures(Facts f) {
        Map<String, Double> figures = new TreeMap<>();
        DiskFigures disk = core.disk.figures();
        put(figures, NodeFigure.COMMIT_P50_MILLIS, core.commitLatency.millis(0.5));
        put(figures, NodeFigure.COMMIT_P99_MILLIS, core.commitLatency.millis(0.99));
        put(figures, NodeFigure.FSYNC_P50_MILLIS, core.fsyncLatency.millis(0.5));
        put(figures, NodeFigure.FSYNC_P99_MILLIS, core.fsyncLatency.millis(0.99));
        put(figures, NodeFigure.LOG_BYTES, (double) core.log.sizeInBytes());
        put(figures, NodeFigure.LOG_ENTRIES, (double) (f.lastIndex() - core.log.snapshotIndex()));
        put(figures, NodeFigure.SNAPSHOT_INDEX, (double) core.log.snapshotIndex());
        put(figures, NodeFigure.DISK_FREE_BYTES, (double) disk.usableBytes());
        put(figures, NodeFigure.DISK_WATERMARK_BYTES, (double) disk.watermarkBytes());
        put(figures, NodeFigure.PENDING_REQUESTS, f.pending());
        put(figures, NodeFigure.LEADER_CHANGES, leaderChanges.doubleValue());
        return figures;
    }

    private static void put(Map<String, Double> figures, NodeFigure figure, double value) {
        figures.put(figure.key(), value);
    }
}
