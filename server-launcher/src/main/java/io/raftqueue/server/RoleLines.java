package io.raftqueue.server;

import io.raftqueue.MemberStatus;
import io.raftqueue.NodeListener;
import io.raftqueue.NodeStatus;
import io.raftqueue.RaftNode;
import io.raftqueue.Role;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells people what the node is in its cluster, one line whenever that changes and has settled; a cluster without a
 * leader is told only when it lasts. Nothing is told twice, nothing per message.
 */
final class RoleLines implements NodeListener {
    private static final Logger LOG = LoggerFactory.getLogger(RoleLines.class);

    /** An election or a join makes several changes in a row; only where they lead to is worth a line. */
    private static final long SETTLE_MILLIS = 100;

    /** A node that is brought in again reads of its removal on the way: only one that lasts is told. */
    private static final long REMOVED_MILLIS = 1_000;

    private static final long LEADERLESS_MILLIS = 5_000;

    private final RaftNode node;
    private final ScheduledExecutorService scheduler;
    private boolean scheduled;
    private boolean removed;
    private @Nullable ScheduledFuture<?> leaderless;
    private String last = "";

    RoleLines(RaftNode node, ScheduledExecutorService scheduler) {
        this.node = node;
        this.scheduler = scheduler;
    }

    void start() {
        node.addListener(this);
        changed();
    }

    @Override
    public void roleChanged(Role from, Role to, long term) {
        changed();
    }

    @Override
    public void leaderChanged(@Nullable String leaderId, long term) {
        changed();
    }

    @Override
    public void membersChanged(List<MemberStatus> members) {
        changed();
    }

    @Override
    public void diskTrouble(String what) {
        LOG.warn("{} disk trouble: {}", node.id(), what);
    }

    private synchronized void changed() {
        if (!scheduled) {
            scheduled = later(this::settled, SETTLE_MILLIS) != null;
        }
    }

    private synchronized void settled() {
        scheduled = false;
        NodeStatus status = node.status();
        if (status.removed() && !removed) {
            removed = true;
            scheduled = later(this::settled, REMOVED_MILLIS) != null;
            return;
        }
        removed = status.removed();
        String line = describe(status);
        if (line != null) {
            if (leaderless != null) {
                leaderless.cancel(false);
                leaderless = null;
            }
            if (!line.equals(last)) {
                last = line;
                LOG.info(line);
            }
        } else if (status.clusterId() != null && leaderless == null) {
            leaderless = later(this::stillLeaderless, LEADERLESS_MILLIS);
        }
    }

    private synchronized void stillLeaderless() {
        leaderless = null;
        NodeStatus status = node.status();
        if (describe(status) == null && !isNewcomer(status) && !status.failed()) {
            // The line of the next leader is news again, whoever it is.
            last = "";
            LOG.warn(
                    "{} has seen no leader of cluster {} for {} s ({}): requests wait, then are answered 503",
                    status.id(),
                    status.clusterId(),
                    LEADERLESS_MILLIS / 1_000,
                    status.summary());
        }
    }

    private @Nullable ScheduledFuture<?> later(Runnable task, long millis) {
        try {
            return scheduler.schedule(task, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            return null; // stopping: nothing is told any more
        }
    }

    /** Not yet brought in as far as it has read: its configuration is one of before it came. */
    private static boolean isNewcomer(NodeStatus status) {
        return !status.removed()
                && !status.members().isEmpty()
                && status.members().stream().noneMatch(MemberStatus::self);
    }

    /** The line for a settled node; null while it is in no cluster yet, or there is no leader. */
    static @Nullable String describe(NodeStatus status) {
        if (status.clusterId() == null) {
            return null;
        }
        if (status.removed()) {
            return "%s was removed from cluster %s: stop it".formatted(status.id(), status.clusterId());
        }
        if (isNewcomer(status) || status.leaderId() == null) {
            return null;
        }
        long voters = status.members().stream().filter(MemberStatus::voter).count();
        String members = voters + (voters == 1 ? " member" : " members");
        return switch (status.role()) {
            case LEADER -> "%s is leader of cluster %s (%s)".formatted(status.id(), status.clusterId(), members);
            case FOLLOWER, LEARNER ->
                "%s is %s in cluster %s (leader %s, %s)"
                        .formatted(
                                status.id(),
                                status.role() == Role.LEARNER ? "learner" : "follower",
                                status.clusterId(),
                                status.leaderId(),
                                members);
            case CANDIDATE, SHUTDOWN -> null;
        };
    }
}
