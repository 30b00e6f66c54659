package io.raftqueue.consensus;

import java.util.List;

/** The end of a {@link Schedule}: without it, loss would hide in a queue that nobody emptied. */
final class Recovery {
    private final SimulatedCluster cluster;
    private final List<SimulatedClient> clients;

    Recovery(SimulatedCluster cluster, List<SimulatedClient> clients) {
        this.cluster = cluster;
        this.clients = clients;
    }

    /** All faults end; within a minute all calls are answered, the queue is empty and all members agree. */
    void run() {
        cluster.log(() -> "all faults end");
        cluster.network.healAll();
        for (SimulatedServer s : cluster.servers) {
            s.storage.full = false;
            s.paused = false;
            if (!s.up) {
                s.start();
            }
        }
        boolean drained = false;
        SimulatedClient drain = new SimulatedClient(99, cluster);
        for (int i = 0; i < 1200; i++) {
            cluster.advance(50);
            cluster.settle();
            SimulatedServer leader = cluster.servers.stream()
                    .filter(s -> s.leads() && s.consensus.serving())
                    .findFirst()
                    .orElse(null);
            if (leader == null) {
                continue;
            }
            boolean busy = false;
            for (SimulatedClient c : clients) {
                busy |= retry(c, leader);
            }
            busy |= retry(drain, leader);
            if (busy) {
                cluster.settle();
                continue;
            }
            if (drained && agree(leader)) {
                return;
            }
            drained = leader.state.isEmpty() && drained;
            if (!drained) {
                drained = leader.state.isEmpty();
                drain.begin(SimulatedQueue.TAKE);
                retry(drain, leader);
                cluster.settle();
            }
        }
        cluster.checks.wrong("stuck: a minute after all faults ended, calls are open or members differ: "
                + cluster.servers.stream()
                        .map(s -> s.name() + " " + s.consensus.role() + "@" + s.consensus.term() + " commit "
                                + s.consensus.commitIndex() + " last " + s.storage.lastIndex())
                        .toList());
    }

    private boolean retry(SimulatedClient c, SimulatedServer leader) {
        if (c.busy() && (c.at != leader || cluster.now - c.submittedAt > 500 * SimulatedCluster.MILLI)) {
            c.submit(leader);
            leader.flush();
        }
        return c.busy();
    }

    private boolean agree(SimulatedServer leader) {
        Configuration c = leader.consensus.configuration();
        for (SimulatedServer s : cluster.servers) {
            if (c != null && c.member(s.incarnation) != null) {
                if (s.applied != leader.applied) {
                    return false;
                }
                if (s.state.hash() != leader.state.hash()) {
                    cluster.checks.wrong("states differ at " + s.applied + ": " + s.name() + " and " + leader.name());
                }
            }
        }
        return true;
    }
}
