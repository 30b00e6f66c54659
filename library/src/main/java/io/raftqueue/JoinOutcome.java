package io.raftqueue;

/** How a join ended. Refusals are {@link MembershipException}s and change nothing. */
public enum JoinOutcome {
    /** A voter now, or already was. */
    VOTER,
    /** A learner that was still catching up at the deadline; it goes on and becomes a voter by itself. */
    CATCHING_UP
}
