package io.raftqueue.node;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * Loopback ports that nobody listens on, another one at each call. They are below those that Linux gives to outgoing
 * connections (from 32768 on): one of these could be taken by a node that dials, before the node it was chosen for listens
 * there, or while that one is being started again.
 */
public final class FreePorts {
    private static final int FIRST = 10_000;
    private static final int COUNT = 22_000;

    /** Where this JVM begins, so that two that run side by side seldom meet. */
    private static int next = ThreadLocalRandom.current().nextInt(COUNT);

    private FreePorts() {}

    public static synchronized int one() {
        for (int tried = 0; tried < COUNT; tried++) {
            int port = FIRST + next;
            next = (next + 1) % COUNT;
            if (isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no loopback port from " + FIRST + " to " + (FIRST + COUNT - 1) + " is free");
    }

    public static List<Integer> of(int count) {
        return IntStream.range(0, count).map(i -> one()).boxed().toList();
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException inUse) {
            return false;
        }
    }
}
