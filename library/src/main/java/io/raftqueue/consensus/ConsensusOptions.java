package io.raftqueue.consensus;

import java.time.Duration;

/**
 * Times and bounds of the consensus.
 *
 * @param electionTimeoutMin a server that heard a leader within this time supports no other (1 s)
 * @param electionTimeoutMax followers start an election after a random time between the two (2 s)
 * @param heartbeatInterval of an idle leader; also the interval of resends (200 ms)
 * @param quorumTimeout a leader that hears no majority for so long steps down (2 s)
 * @param brokenLinkDelay an election starts within this time after the link to the leader broke (60 ms)
 * @param windowEntries entries sent to one follower and not answered, at most (20,000)
 * @param windowBytes payload sent to one follower and not answered, at most, plus one entry (4 MiB)
 * @param batchBytes payload of one AppendRequest, at most, plus one entry (256 KiB)
 * @param promotionLag a learner further behind than this many entries is not made a voter (10,000)
 */
public record ConsensusOptions(
        Duration electionTimeoutMin,
        Duration electionTimeoutMax,
        Duration heartbeatInterval,
        Duration quorumTimeout,
        Duration brokenLinkDelay,
        int windowEntries,
        int windowBytes,
        int batchBytes,
        long promotionLag) {
    public ConsensusOptions {
        if (electionTimeoutMin.compareTo(heartbeatInterval.multipliedBy(2)) < 0) {
            throw new IllegalArgumentException("electionTimeoutMin " + electionTimeoutMin
                    + " must be at least two heartbeat intervals of " + heartbeatInterval);
        }
        if (electionTimeoutMax.compareTo(electionTimeoutMin) <= 0) {
            throw new IllegalArgumentException("electionTimeoutMax " + electionTimeoutMax
                    + " must be longer than electionTimeoutMin " + electionTimeoutMin);
        }
        if (windowEntries < 1 || windowBytes < 1 || batchBytes < 1) {
            throw new IllegalArgumentException("windowEntries, windowBytes and batchBytes must be positive, but are "
                    + windowEntries + ", " + windowBytes + ", " + batchBytes);
        }
    }

    /** The values in the parameters' descriptions. */
    public static ConsensusOptions defaults() {
        return new ConsensusOptions(
                Duration.ofMillis(1000),
                Duration.ofMillis(2000),
                Duration.ofMillis(200),
                Duration.ofMillis(2000),
                Duration.ofMillis(60),
                20_000,
                4 << 20,
                256 << 10,
                10_000);
    }
}
