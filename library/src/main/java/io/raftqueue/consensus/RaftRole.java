package io.raftqueue.consensus;

/** What a server is in its current term (Raft, figure 4; pre-candidate: thesis 9.6; learner: thesis 4.2.1). */
public enum RaftRole {
    /**
     * Not a voter of the newest configuration in its log: receives entries, does not campaign. Who was a voter before that
     * one is a follower until it knows it to be committed (thesis 4.2.2).
     */
    LEARNER,
    FOLLOWER,
    /** Asks whether it could win, without raising anybody's term. */
    PRE_CANDIDATE,
    CANDIDATE,
    LEADER
}
