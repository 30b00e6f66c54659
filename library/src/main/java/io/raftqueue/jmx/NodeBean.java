package io.raftqueue.jmx;

import io.raftqueue.JoinOutcome;
import io.raftqueue.NodeFigure;
import io.raftqueue.NodeStatus;
import io.raftqueue.RaftNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@link NodeMXBean} over the API. */
final class NodeBean implements NodeMXBean {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final RaftNode node;

    NodeBean(RaftNode node) {
        this.node = node;
    }

    private NodeStatus status() {
        return node.status();
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private double figure(NodeFigure figure) {
        return status().figures().getOrDefault(figure.key(), Double.NaN);
    }

    private long whole(NodeFigure figure) {
        return status().figures().getOrDefault(figure.key(), -1.0).longValue();
    }

    @Override
    public String getId() {
        return node.id();
    }

    @Override
    public String getClusterId() {
        return orEmpty(status().clusterId());
    }

    @Override
    public String getRole() {
        return status().role().title();
    }

    @Override
    public String getLeader() {
        return orEmpty(status().leaderId());
    }

    @Override
    public long getTerm() {
        return status().term();
    }

    @Override
    public long getCommitIndex() {
        return status().commitIndex();
    }

    @Override
    public long getAppliedIndex() {
        return status().appliedIndex();
    }

    @Override
    public long getLastLogIndex() {
        return status().lastLogIndex();
    }

    @Override
    public String getSummary() {
        return status().summary();
    }

    @Override
    public List<MemberRow> getMembers() {
        return status().members().stream().map(MemberRow::of).toList();
    }

    @Override
    public Map<String, String> getStats() {
        return status().stats();
    }

    @Override
    public Map<String, Double> getFigures() {
        return new TreeMap<>(status().figures());
    }

    @Override
    public boolean isReady() {
        return status().ready();
    }

    @Override
    public String getNotReadyReason() {
        return String.join("; ", status().notReady());
    }

    @Override
    public String getLastError() {
        return orEmpty(status().lastError());
    }

    @Override
    public boolean isFailed() {
        return status().failed();
    }

    @Override
    public int getQueueCount() {
        return node.queues().size();
    }

    @Override
    public double getCommitP50Millis() {
        return figure(NodeFigure.COMMIT_P50_MILLIS);
    }

    @Override
    public double getCommitP99Millis() {
        return figure(NodeFigure.COMMIT_P99_MILLIS);
    }

    @Override
    public double getFsyncP50Millis() {
        return figure(NodeFigure.FSYNC_P50_MILLIS);
    }

    @Override
    public double getFsyncP99Millis() {
        return figure(NodeFigure.FSYNC_P99_MILLIS);
    }

    @Override
    public long getLogBytes() {
        return whole(NodeFigure.LOG_BYTES);
    }

    @Override
    public long getLogEntries() {
        return whole(NodeFigure.LOG_ENTRIES);
    }

    @Override
    public long getSnapshotIndex() {
        return whole(NodeFigure.SNAPSHOT_INDEX);
    }

    @Override
    public long getDiskFreeBytes() {
        return whole(NodeFigure.DISK_FREE_BYTES);
    }

    @Override
    public long getDiskWatermarkBytes() {
        return whole(NodeFigure.DISK_WATERMARK_BYTES);
    }

    @Override
    public long getPendingRequests() {
        return whole(NodeFigure.PENDING_REQUESTS);
    }

    @Override
    public String join(String id, String address) {
        JoinOutcome outcome = PlainErrors.join(() -> node.join(id, address, PATIENCE));
        return outcome == JoinOutcome.VOTER
                ? id + " is a voter"
                : id + " is still catching up; it becomes a voter by itself";
    }

    @Override
    public String remove(String id) {
        PlainErrors.join(() -> node.remove(id, false, PATIENCE));
        return id + " is no member any more";
    }

    @Override
    public String snapshot() {
        PlainErrors.join(node::snapshot);
        return "a snapshot up to entry " + getSnapshotIndex() + " is on disk";
    }
}
