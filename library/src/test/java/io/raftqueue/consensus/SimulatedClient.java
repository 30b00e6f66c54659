package io.raftqueue.consensus;

import org.jspecify.annotations.Nullable;

/** A client with one call at a time, repeated under the same serial until it is answered (thesis 6.3). */
final class SimulatedClient {
    final int id;
    private final SimulatedCluster cluster;
    private int serial;
    private boolean busy;
    private byte kind;
    private long value;
    private long calledAt;

    @Nullable
    SimulatedServer at;

    long submittedAt;

    SimulatedClient(int id, SimulatedCluster cluster) {
        this.id = id;
        this.cluster = cluster;
    }

    boolean busy() {
        return busy;
    }

    void begin(byte newKind) {
        serial++;
        busy = true;
        kind = newKind;
        value = newKind == SimulatedQueue.SEND ? id * 1_000_000L + serial : 0;
        calledAt = cluster.clock();
    }

    /** Gives the call to that server, if it leads and takes it. */
    boolean submit(SimulatedServer server) {
        if (at != null && at != server) {
            at.waiting.remove(id);
        }
        at = server;
        submittedAt = cluster.now;
        if (!server.leads()) {
            return false;
        }
        try {
            long index = server.consensus.propose(SimulatedQueue.command(kind, id, serial, value), server.now());
            cluster.log(() -> "client " + id + " proposes " + describe() + " at " + server.name() + " as " + index);
        } catch (NotLeaderException e) {
            cluster.log(() -> "client " + id + " is refused by " + server.name());
            return false;
        }
        server.waiting.put(id, this);
        server.dirty = true;
        return true;
    }

    boolean answered(SimulatedServer server, int answeredSerial, long result) {
        if (!busy || server != at || answeredSerial != serial) {
            return false;
        }
        busy = false;
        at = null;
        long now = cluster.clock();
        if (kind == SimulatedQueue.SEND) {
            cluster.history.sent(value, calledAt, now);
        } else if (result == SimulatedQueue.EMPTY) {
            cluster.history.foundEmpty(calledAt, now);
        } else {
            cluster.history.taken(result, calledAt, now);
        }
        cluster.log(() -> "client " + id + " is answered " + describe() + " = " + result);
        return true;
    }

    String describe() {
        return (kind == SimulatedQueue.SEND ? "send " + value : "take") + " (serial " + serial + ")";
    }
}
