package io.raftqueue.server.chaos;

/** What is done to the cluster. */
enum FaultKind {
    KILL_FOLLOWER("kill -9 of a follower", 2, Need.NOTHING),
    KILL_LEADER("kill -9 of the leader", 2, Need.NOTHING),
    KILL_ALL("kill -9 of all", 1, Need.NOTHING),
    KILL_MAJORITY("kill -9 of a majority in one go", 1, Need.NOTHING),
    FREEZE("SIGSTOP", 2, Need.NOTHING),
    PARTITION("full partition of a node", 2, Need.NETWORK),
    ONE_WAY("one-way partition", 2, Need.NETWORK),
    BRIDGE("bridge partition", 2, Need.NETWORK),
    SLOW_FSYNC("slow fsync", 1, Need.DISK),
    ROLLING_RESTART("rolling restart (SIGTERM)", 1, Need.CALM),
    WIPE("directory lost, back under its name", 1, Need.CALM),
    ADD("member added", 1, Need.CALM),
    REMOVE("member removed", 1, Need.CALM),
    REPLACE("member replaced", 1, Need.CALM),
    CLOCK_JUMP("wall clock jumps", 1, Need.CLOCK),
    SNAPSHOT("snapshot under load", 1, Need.NOTHING);

    /** What must be there before. */
    enum Need {
        NOTHING,
        /** All members up and caught up: a second directory at risk could be the majority. */
        CALM,
        NETWORK,
        DISK,
        CLOCK
    }

    private final String description;
    private final int copies;
    private final Need need;

    FaultKind(String description, int copies, Need need) {
        this.description = description;
        this.copies = copies;
        this.need = need;
    }

    Need need() {
        return need;
    }

    /** How often it is in a deck. */
    int copies() {
        return copies;
    }

    @Override
    public String toString() {
        return description;
    }
}
