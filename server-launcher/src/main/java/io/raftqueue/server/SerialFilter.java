package io.raftqueue.server;

import java.io.ObjectInputFilter;
import java.io.ObjectInputFilter.Status;

/**
 * Closes Java deserialization for the whole JVM. Nothing of RaftQueue reads serialized objects, but JGroups could be made
 * to by whoever reaches the Raft port, so everything is rejected except what JMX clients (JConsole) send over RMI, and
 * that on RMI's own threads only.
 */
final class SerialFilter {
    private static final String RMI_THREADS = "RMI TCP Connection";

    private static final ObjectInputFilter JMX = ObjectInputFilter.Config.createFilter("maxdepth=32;maxrefs=100000;"
            + "java.lang.*;java.math.*;java.util.*;javax.management.*;javax.management.openmbean.*;"
            + "javax.management.remote.*;javax.management.remote.rmi.*;javax.security.auth.Subject*;"
            + "java.rmi.MarshalledObject;java.rmi.server.*;java.rmi.dgc.*;!*");

    private SerialFilter() {}

    /** To be called before anything else; a filter the user gave by -Djdk.serialFilter stays in force. */
    static void install() {
        if (ObjectInputFilter.Config.getSerialFilter() == null) {
            ObjectInputFilter.Config.setSerialFilter(SerialFilter::check);
        }
    }

    static Status check(ObjectInputFilter.FilterInfo info) {
        return Thread.currentThread().getName().startsWith(RMI_THREADS) ? JMX.checkInput(info) : Status.REJECTED;
    }
}
