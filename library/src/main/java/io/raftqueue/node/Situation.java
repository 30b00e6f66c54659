package io.raftqueue.node;

import io.raftqueue.NodeStatus;
import java.util.concurrent.TimeUnit;

/** The state of a node in words, for the ends of error messages. */
final class Situation {
    private Situation() {}

    /** Such as {@code node01 is Follower in term 3, leader node02, members [..], commit index 17}. */
    static String of(NodeStatus status) {
        return status.id() + " is " + status.role().title() + " in term " + status.term() + ", leader "
                + (status.leaderId() == null ? "unknown" : status.leaderId()) + ", members [" + status.summary()
                + "], commit index " + status.commitIndex();
    }

    /** As {@link #of(NodeStatus)}, with the time since {@code startNanos}. */
    static String of(NodeStatus status, long startNanos) {
        return of(status) + ", after " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos) + " ms";
    }
}
