package io.raftqueue;

/** What a member is in its cluster. The names are those of {@code /stats}, with a capital first letter. */
public enum Role {
    LEADER,
    FOLLOWER,
    CANDIDATE,
    /** Holds the log but has no vote: joining, or replaced. */
    LEARNER,
    SHUTDOWN;

    /** {@code Leader}, {@code Follower}, … */
    public String title() {
        return name().charAt(0) + name().substring(1).toLowerCase(java.util.Locale.ROOT);
    }
}
