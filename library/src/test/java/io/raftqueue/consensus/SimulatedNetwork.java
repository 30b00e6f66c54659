package io.raftqueue.consensus;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Messages under way, in one queue per direction of each pair of addresses, and the snapshots being shipped. */
final class SimulatedNetwork {
    /** A snapshot under way. */
    record Shipment(
            SimulatedServer from, UUID sender, long term, UUID to, int slot, SimulatedStorage.Snapshot snapshot) {}

    static final int SLOTS = 8;
    private final SimulatedCluster cluster;
    private final ArrayDeque<Envelope>[][] links;
    private final boolean[][] cut = new boolean[SLOTS][SLOTS];
    final List<Shipment> shipments = new ArrayList<>();
    final List<Shipment> delivered = new ArrayList<>();
    int underWay;
    long bytesOnLongestLink;

    @SuppressWarnings({"unchecked", "rawtypes"})
    SimulatedNetwork(SimulatedCluster cluster) {
        this.cluster = cluster;
        this.links = new ArrayDeque[SLOTS][SLOTS];
        for (int i = 0; i < SLOTS; i++) {
            for (int j = 0; j < SLOTS; j++) {
                links[i][j] = new ArrayDeque<>();
            }
        }
    }

    void send(SimulatedServer from, Envelope e, @Nullable Member to) {
        int slot = to == null ? cluster.slotOf(e.to()) : addressSlot(to);
        if (slot < 0) {
            return;
        }
        cluster.log(() -> from.name() + " -> node" + slot + " " + brief(e.message()));
        if (!cut[from.slot][slot]) {
            links[from.slot][slot].add(e);
            underWay++;
        }
    }

    static int addressSlot(Member m) {
        return m.raftAddress().charAt(m.raftAddress().length() - 1) - '0';
    }

    static String brief(RaftMessage m) {
        if (m instanceof RaftMessage.AppendRequest a) {
            return "AppendRequest[term=" + a.term() + ", prev=" + a.prevIndex() + "/" + a.prevTerm() + ", commit="
                    + a.commitIndex() + ", " + a.entries().size() + " entries]";
        }
        return m.toString();
    }

    boolean pending(int from, int to) {
        return !links[from][to].isEmpty();
    }

    ArrayDeque<Envelope> link(int from, int to) {
        return links[from][to];
    }

    Envelope poll(int from, int to, boolean newestFirst) {
        underWay--;
        return newestFirst ? links[from][to].pollLast() : links[from][to].poll();
    }

    void again(int from, int to, Envelope e) {
        links[from][to].add(e);
        underWay++;
    }

    void cut(int from, int to) {
        cut[from][to] = true;
        underWay -= links[from][to].size();
        links[from][to].clear();
    }

    /** What is under way there is lost; what comes later is not. */
    void drop(int from, int to) {
        underWay -= links[from][to].size();
        links[from][to].clear();
    }

    boolean isCut(int from, int to) {
        return cut[from][to];
    }

    void healAll() {
        for (boolean[] row : cut) {
            java.util.Arrays.fill(row, false);
        }
    }

    void dropAllTo(int slot) {
        for (int i = 0; i < SLOTS; i++) {
            underWay -= links[i][slot].size();
            links[i][slot].clear();
        }
    }

    void snapshotNeeded(SimulatedServer from, Member follower, long term) {
        SimulatedStorage.Snapshot s = from.storage.snapshot();
        if (s == null) {
            throw new IllegalStateException(from.name() + " needs to ship a snapshot and has none");
        }
        shipments.add(new Shipment(from, from.incarnation, term, follower.incarnation(), addressSlot(follower), s));
    }

    /** Lets a shipment arrive, or fail. */
    void ship(Shipment s, boolean lost) {
        shipments.remove(s);
        SimulatedServer to = cluster.servers.get(s.slot());
        boolean senderLives = s.from().up && s.from().incarnation.equals(s.sender());
        boolean arrives = !lost
                && to != null
                && to.up
                && !to.paused
                && to.incarnation.equals(s.to())
                && !cut[s.from().slot][s.slot()];
        if (arrives) {
            delivered.add(s);
            if (to.consensus.snapshotOffered(
                    s.sender(), s.term(), s.snapshot().point().index(), to.now())) {
                to.install(s.snapshot());
                cluster.installs++;
            }
            to.flush();
        }
        if (senderLives) {
            if (arrives) {
                s.from()
                        .consensus
                        .snapshotSent(
                                s.to(), s.snapshot().point().index(), s.from().now());
            } else {
                s.from().consensus.snapshotFailed(s.to(), s.from().now());
            }
            s.from().dirty = true;
        }
    }
}
