package io.raftqueue.jmx;

import java.util.List;
import java.util.Map;

/**
 * A node under JMX, {@code io.raftqueue:type=Node,node=<id>}. Reading attributes uses what this node knows already: it makes
 * no round trip and never blocks, with or without a majority. Numbers that are not known are -1, or NaN.
 */
@Description(
        "A member of a RaftQueue cluster: its role, its view of the others, and what may be done to the membership")
public interface NodeMXBean {
    @Description("The name people gave this node")
    String getId();

    @Description("The short id of the cluster this node belongs to; empty before it belongs to one")
    String getClusterId();

    @Description("What this node is now: Leader, Follower, Candidate, Learner or Shutdown")
    String getRole();

    @Description("The id of the leader this node knows of; empty while there is none")
    String getLeader();

    @Description("The current Raft term; it grows with every election")
    long getTerm();

    @Description("The last log entry this node knows to be on a majority")
    long getCommitIndex();

    @Description("The last log entry applied to this node's queues")
    long getAppliedIndex();

    @Description("The last entry of this node's log, committed or not")
    long getLastLogIndex();

    @Description("All members in one line; the leader has a star, followers their lag where it is known")
    String getSummary();

    @Description("All members as a table; lag and contact are known on the leader")
    List<MemberRow> getMembers();

    @Description("The map that GET /stats answers: every value a string")
    Map<String, String> getStats();

    @Description("Every number this node tells, by the name it has in GET /metrics")
    Map<String, Double> getFigures();

    @Description("Whether this node can serve requests now")
    boolean isReady();

    @Description("Why this node is not ready; empty when it is")
    String getNotReadyReason();

    @Description("What went wrong last; empty when nothing has")
    String getLastError();

    @Description("Whether this node stopped for good, by an I/O error or a damaged log; only closing it helps")
    boolean isFailed();

    @Description("How many queues there are")
    int getQueueCount();

    @Description("Milliseconds to commit that half of this node's recent commands did not exceed")
    double getCommitP50Millis();

    @Description("Milliseconds to commit that 99 of 100 recent commands of this node did not exceed")
    double getCommitP99Millis();

    @Description("Milliseconds that half of the recent fsyncs of the log did not exceed")
    double getFsyncP50Millis();

    @Description("Milliseconds that 99 of 100 recent fsyncs of the log did not exceed")
    double getFsyncP99Millis();

    @Description("Bytes that the log takes on disk")
    long getLogBytes();

    @Description("Entries in the log since its snapshot")
    long getLogEntries();

    @Description("The last entry that the newest snapshot covers; 0 without a snapshot")
    long getSnapshotIndex();

    @Description("Bytes free on the disk that holds the data directory")
    long getDiskFreeBytes();

    @Description("Below so many free bytes sends are refused; 0 turns the check off")
    long getDiskWatermarkBytes();

    @Description("Requests of this node's callers that are not answered yet")
    long getPendingRequests();

    @Description("Brings in the node that answers at a Raft address; waits until it is a voter, at most 30 seconds")
    String join(
            @Description("The name of the node to bring in, such as node04") String id,
            @Description("The Raft address it listens on, such as localhost:3007") String address);

    @Description("Removes a member, the leader included; refused if the majority would be lost")
    String remove(@Description("The name of the member to remove, such as node03") String id);

    @Description("Writes a snapshot now and drops the part of the log that it makes needless")
    String snapshot();
}
