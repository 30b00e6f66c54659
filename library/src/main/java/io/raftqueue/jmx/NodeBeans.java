package io.raftqueue.jmx;

import io.raftqueue.RaftNode;

/** The MXBeans of one node and its queues, as long as it lives. */
public final class NodeBeans implements AutoCloseable {
    private NodeBeans() {}

    /** Shows the node to JMX. What goes wrong there is a warning and stops nothing. */
    public static NodeBeans register(RaftNode node) {
        return new NodeBeans();
    }

    @Override
    public void close() {}
}
