package io.raftqueue.consensus;

/**
 * A follower as its leader sees it.
 *
 * @param match highest index known to be on its disk and equal to ours
 * @param lag entries it lacks
 * @param silentMillis since its last answer; -1 when it never answered in this term
 * @param inFlightBytes payload sent and not yet answered
 */
public record FollowerStatus(Member member, State state, long match, long lag, long silentMillis, long inFlightBytes) {
    /** How entries are sent to it. */
    public enum State {
        /** Looking for the place where the logs agree, one small question at a time. */
        PROBE,
        /** Streaming within the window. */
        REPLICATE,
        /** Too far behind for the log: a snapshot is on its way. */
        SNAPSHOT
    }
}
