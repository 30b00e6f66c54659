package io.raftqueue.consensus;

import java.util.List;

/** What servers say to each other. Each message may be lost, doubled, delayed and reordered without harm. */
public sealed interface RaftMessage {
    /** Term of the sender; in a {@link PreVoteRequest} the term it would campaign in. */
    long term();

    /** Would you vote for me? Raises no term (thesis 9.6). */
    record PreVoteRequest(long term, long lastIndex, long lastTerm) implements RaftMessage {}

    /**
     * A voter's word, worth nothing on disk.
     *
     * @param campaignTerm the term of the request it answers; {@code term} is the voter's own
     */
    record PreVoteResponse(long term, long campaignTerm, boolean granted) implements RaftMessage {}

    /**
     * A candidate asks for a vote of its term (paper, 5.2).
     *
     * @param transfer the leader itself asked for this election: servers vote although they hear a leader
     */
    record VoteRequest(long term, long lastIndex, long lastTerm, boolean transfer) implements RaftMessage {}

    record VoteResponse(long term, boolean granted) implements RaftMessage {}

    /**
     * The leader's entries, or its question (paper, 5.3).
     *
     * @param entries consecutive, from prevIndex+1; empty when the leader only asks whether the logs match there
     */
    record AppendRequest(long term, long prevIndex, long prevTerm, long commitIndex, long time, List<Entry> entries)
            implements RaftMessage {
        public AppendRequest {
            entries = List.copyOf(entries);
        }
    }

    /**
     * How far the follower follows.
     *
     * @param verified how far the follower's log is known to equal the log of this term's leader
     * @param durable how far of that is on the follower's disk: the only figure that counts for commitment
     */
    record AppendResponse(long term, long verified, long durable) implements RaftMessage {}

    /**
     * The logs differ at {@code prevIndex}.
     *
     * @param hintIndex the largest index at which they may still be equal, judged by terms (thesis 5.3, end)
     * @param hintTerm the follower's term there
     */
    record AppendRefused(long term, long prevIndex, long hintIndex, long hintTerm) implements RaftMessage {}

    /**
     * The leader lives, and how far is committed.
     *
     * @param round grows with each heartbeat of a term; its answers confirm leadership for reads (thesis 6.4)
     */
    record Heartbeat(long term, long round, long commitIndex, long time) implements RaftMessage {}

    record HeartbeatResponse(long term, long round, long verified, long durable) implements RaftMessage {}

    /** Leadership transfer: campaign now (thesis 3.10). */
    record TimeoutNow(long term) implements RaftMessage {}

    /** A follower asks for a read index; {@code readId} is unique over restarts. */
    record ReadRequest(long term, long readId) implements RaftMessage {}

    /** Everything acknowledged before the request lies at or below {@code index}. */
    record ReadResponse(long term, long readId, long index) implements RaftMessage {}
}
