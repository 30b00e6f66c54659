package io.raftqueue.raft;

import java.util.UUID;

/** How a cluster's id is shown to people. */
final class ClusterIds {
    private ClusterIds() {}

    /** The first four hex digits: enough to tell clusters apart at a glance. */
    static String brief(UUID clusterId) {
        return clusterId.toString().substring(0, 4);
    }
}
