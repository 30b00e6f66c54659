package io.raftqueue.consensus;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * The state of the simulation: one queue of numbers, with a session for each client (thesis 6.3). Small on purpose; the
 * product's own state has its own tests.
 */
final class SimulatedQueue {
    static final byte SEND = 1;
    static final byte TAKE = 2;
    static final long EMPTY = -1;

    private record Session(int serial, long result) {}

    private final ArrayDeque<Long> queue = new ArrayDeque<>();
    private final Map<Integer, Session> sessions = new HashMap<>();
    private final boolean remembersSessions;
    private final boolean firstOutIsLast;
    private long hash;

    SimulatedQueue(boolean remembersSessions, boolean firstOutIsLast) {
        this.remembersSessions = remembersSessions;
        this.firstOutIsLast = firstOutIsLast;
    }

    static byte[] command(byte kind, int client, int serial, long value) {
        return ByteBuffer.allocate(17)
                .put(kind)
                .putInt(client)
                .putInt(serial)
                .putLong(value)
                .array();
    }

    static int client(byte[] command) {
        return ByteBuffer.wrap(command).getInt(1);
    }

    static int serial(byte[] command) {
        return ByteBuffer.wrap(command).getInt(5);
    }

    /** Applies it once; a repeated one is answered as before. */
    long apply(byte[] command) {
        ByteBuffer in = ByteBuffer.wrap(command);
        byte kind = in.get();
        int client = in.getInt();
        int serial = in.getInt();
        long value = in.getLong();
        Session session = sessions.get(client);
        if (remembersSessions && session != null && serial <= session.serial()) {
            return session.result();
        }
        long result = value;
        if (kind == SEND) {
            queue.add(value);
        } else {
            Long head = firstOutIsLast ? queue.pollLast() : queue.poll();
            result = head == null ? EMPTY : head;
        }
        sessions.put(client, new Session(serial, result));
        hash = hash * 31 + client * 7L + serial + result;
        return result;
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    int size() {
        return queue.size();
    }

    /** Of all that was ever applied. */
    long hash() {
        return hash;
    }

    SimulatedQueue copy() {
        SimulatedQueue copy = new SimulatedQueue(remembersSessions, firstOutIsLast);
        copy.queue.addAll(queue);
        copy.sessions.putAll(sessions);
        copy.hash = hash;
        return copy;
    }
}
