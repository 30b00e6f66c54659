package io.raftqueue.raft;

/** What a {@link HouseSchedule} may go through; a campaign counts the schedules that did. */
enum Happening {
    TAIL_AT_ELECTION("uncommitted tail at an election"),
    MEMBERSHIP_CHANGE("membership change committed"),
    SNAPSHOT_INSTALL("snapshot install"),
    KILL("kill -9"),
    POWER_CUT("power cut"),
    POWER_CUT_IN_A_WRITE("power cut amid disk work"),
    WIPED("wiped directory"),
    PARTITION("full partition"),
    ONE_WAY("one-way partition"),
    LINK_BROKE("link break seen by some"),
    FROZEN("frozen member"),
    DISK_FULL("disk full"),
    TRANSFER("leadership transfer"),
    SNAPSHOT("snapshot"),
    JOINED("newcomer"),
    REMOVAL("removal asked"),
    DETHRONED("leaders cut off in a row"),
    THIN_MAJORITY("power cut in a thin majority"),
    LATE("message of long ago"),
    CANCELLED("cancelled call"),
    EXPIRED("expired call");

    final String text;

    Happening(String text) {
        this.text = text;
    }
}
