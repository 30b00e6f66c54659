package io.raftqueue.consensus;

/**
 * The rules of Raft that the simulation proves necessary: its mutants switch them off one by one and must be caught.
 * All of them hold outside of that test code; there is no option for any.
 */
class Rules {
    /** A follower cuts and appends from the first entry whose term differs (paper, figure 2, AppendEntries 3). */
    boolean comparesEveryTerm() {
        return true;
    }

    /** A follower acknowledges and commits only what this term's leader has verified (figure 2, AppendEntries 5). */
    boolean trustsOnlyVerified() {
        return true;
    }

    /** Nobody's copy counts before it is on disk: the leader's own (thesis 10.2.1). */
    boolean selfCountsOnlyWhenDurable() {
        return true;
    }

    /** Nobody's copy counts before it is on disk: a follower's. */
    boolean followersAckOnlyDurable() {
        return true;
    }

    /** Only entries of the current term are committed by counting (paper, 5.4.2). */
    boolean commitsOnlyCurrentTerm() {
        return true;
    }

    /** A leader answers no read before its term's no-op is committed (paper, 8). */
    boolean readsWaitForNoOp() {
        return true;
    }

    /** A read is confirmed by a heartbeat round begun after it came (thesis 6.4). */
    boolean readsNeedRound() {
        return true;
    }

    /** Voters compare logs (paper, 5.4.1). */
    boolean votersCompareLogs() {
        return true;
    }

    /** One vote per term (paper, 5.2). */
    boolean votesOnce() {
        return true;
    }

    /** Votes of another term do not count. */
    boolean dropsVotesOfOtherTerms() {
        return true;
    }

    /** A server that hears a leader supports no other (thesis 4.2.3). */
    boolean sticksToLiveLeader() {
        return true;
    }

    /** The newest configuration in the log counts, committed or not (thesis 4.1). */
    boolean newestConfigurationCounts() {
        return true;
    }

    /** One change of configuration at a time, each of one vote, after this term's no-op (thesis 4.1; raft-dev, 2015). */
    boolean changesAreSafe() {
        return true;
    }

    /** A voter that is removed campaigns until it knows that to be committed (thesis 4.2.2). */
    boolean removedCampaignUntilCommitted() {
        return true;
    }

    /** Learners are not counted. */
    boolean countsOnlyVoters() {
        return true;
    }

    /** Messages for another incarnation are dropped. */
    boolean checksIncarnation() {
        return true;
    }

    /** Messages of another cluster are dropped. */
    boolean checksCluster() {
        return true;
    }

    /** A stale term is answered with the own one, so that its leader steps down (paper, 5.1). */
    boolean answersStaleTerms() {
        return true;
    }

    /** A leader that hears no majority steps down (thesis 6.2). */
    boolean stepsDownWhenAlone() {
        return true;
    }

    /** The commit index of a snapshot below the own one is ignored. */
    boolean ignoresStaleSnapshots() {
        return true;
    }

    /** A configuration read from a snapshot counts at once. */
    boolean adoptsSnapshotConfiguration() {
        return true;
    }

    /** Lost entries are sent again by timer, also under load. */
    boolean resendsByTimer() {
        return true;
    }

    /** Unanswered entries to one follower are bounded. */
    boolean boundsWindow() {
        return true;
    }
}
