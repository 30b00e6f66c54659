package io.raftqueue.consensus;

import io.raftqueue.stock.EngineCluster;
import io.raftqueue.stock.Promises;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Ours, for the schedules that the engine is put through. */
public final class ConsensusCluster implements EngineCluster {
    private record Write(int server, int start, long index, long term, long value) {}

    private record Read(int server, int start, long id, long called) {}

    private final SimulatedCluster cluster;
    private final Promises promises = new Promises();
    private final List<List<Long>> values = new ArrayList<>();
    private final List<Write> writes = new ArrayList<>();
    private final List<Read> reads = new ArrayList<>();
    private final long[] looked;
    private final int[] starts;

    /** So many voters, all started. */
    public ConsensusCluster(long seed, int size) {
        cluster = new SimulatedCluster(seed, new Rules(), SimulatedCluster.smallOptions());
        cluster.bootstrap(size);
        looked = new long[size];
        starts = new int[size];
        Arrays.fill(starts, 1);
        for (int i = 0; i < size; i++) {
            values.add(new ArrayList<>());
        }
    }

    @Override
    public int size() {
        return looked.length;
    }

    @Override
    public Promises promises() {
        return promises;
    }

    private SimulatedServer server(int i) {
        return cluster.server(i);
    }

    @Override
    public boolean deliver(int from, int to) {
        boolean delivered = cluster.deliverOne(from, to);
        look(to);
        return delivered;
    }

    @Override
    public boolean work(int i) {
        SimulatedServer s = server(i);
        if (!s.up) {
            return false;
        }
        s.sync();
        boolean worked = s.dirty;
        s.flush();
        look(i);
        return worked;
    }

    @Override
    public void tick(int i) {
        cluster.now += 100 * SimulatedCluster.MILLI;
        if (server(i).up) {
            server(i).tick();
            look(i);
        }
    }

    @Override
    public boolean notice(int i) {
        return false;
    }

    @Override
    public void provokeElection(int i) {
        for (SimulatedServer leader : cluster.servers) {
            boolean possible = leader.leads() && leader.consensus.serving() && leader != server(i);
            if (possible) {
                leader.consensus.transferLeadership(server(i).incarnation, leader.now());
                leader.dirty = true;
            }
        }
    }

    @Override
    public boolean up(int i) {
        return server(i).up;
    }

    @Override
    public boolean leads(int i) {
        return server(i).leads();
    }

    @Override
    public void write(int i, long value) {
        SimulatedServer s = server(i);
        byte[] command = SimulatedQueue.command(SimulatedQueue.SEND, (int) value, 1, value);
        long index;
        try {
            index = s.consensus.propose(command, s.now());
        } catch (NotLeaderException e) {
            return; // it is handing leadership over; nothing was appended
        }
        s.dirty = true;
        writes.add(new Write(i, starts[i], index, s.consensus.term(), value));
    }

    @Override
    public void read(int i) {
        long called = promises.readCalled();
        reads.add(new Read(i, starts[i], cluster.read(server(i)), called));
    }

    /** What became of it since: applied, answered, elected. */
    private void look(int i) {
        SimulatedServer s = server(i);
        if (!s.up) {
            return;
        }
        String name = s.name() + "#" + starts[i];
        if (s.leads()) {
            promises.leads(name, s.consensus.term());
        }
        for (long index = looked[i] + 1; index <= s.applied; index++) {
            Entry e = s.storage.entry(index);
            if (!e.internal()) {
                long value = ByteBuffer.wrap(e.payload()).getLong(9);
                values.get(i).add(value);
                promises.applied(name, values.get(i).size(), value);
            }
        }
        looked[i] = s.applied;
        writes.removeIf(w -> w.server() == i && (w.start() != starts[i] || answered(s, w)));
        reads.removeIf(r -> {
            boolean answered = r.start() == starts[i] && cluster.readAnswered(r.id());
            if (r.server() == i && answered) {
                promises.readAnswered(r.called(), values.get(i).size());
            }
            return r.server() == i && (answered || r.start() != starts[i]);
        });
        cluster.checks.verdicts.forEach(promises::wrong);
        cluster.checks.verdicts.clear();
    }

    private boolean answered(SimulatedServer s, Write w) {
        if (s.applied < w.index()) {
            return false;
        }
        if (s.storage.entry(w.index()).term() == w.term()) {
            promises.acked(w.value(), values.get(w.server()).indexOf(w.value()) + 1);
        }
        return true;
    }

    @Override
    public void partition(boolean[] side) {
        cluster.network.healAll();
        for (int from = 0; from < size(); from++) {
            for (int to = 0; to < size(); to++) {
                if (side[from] != side[to]) {
                    cluster.network.cut(from, to);
                }
            }
        }
    }

    @Override
    public void crash(int i) {
        server(i).crash();
        cluster.network.dropAllTo(i);
    }

    @Override
    public void start(int i) {
        starts[i]++;
        looked[i] = 0;
        values.get(i).clear();
        server(i).start();
        look(i);
    }

    @Override
    public List<Long> values(int i) {
        return values.get(i);
    }
}
