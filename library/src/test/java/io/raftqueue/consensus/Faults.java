package io.raftqueue.consensus;

import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** What goes wrong in a {@link Schedule}. */
final class Faults {
    /** What a schedule is fond of. */
    private enum Taste {
        ANYTHING,
        MEMBERSHIP,
        CRASHES,
        PARTITIONS
    }

    private final SimulatedCluster cluster;
    private final List<SimulatedClient> clients;
    private final RandomGenerator random;
    private final Administrator administrator;
    private final Taste taste;

    Faults(SimulatedCluster cluster, List<SimulatedClient> clients, RandomGenerator random) {
        this.cluster = cluster;
        this.clients = clients;
        this.random = random;
        this.administrator = new Administrator(cluster, random);
        this.taste = Taste.values()[random.nextInt(Taste.values().length)];
    }

    boolean likesMembership() {
        return taste == Taste.MEMBERSHIP;
    }

    private SimulatedServer any() {
        return cluster.servers.get(random.nextInt(cluster.servers.size()));
    }

    void happen(int dice) {
        if (dice < 14) {
            favourite();
        } else if (dice < 22) {
            crashOrRestart(any());
        } else if (dice < 28) {
            partition();
        } else if (dice < 33) {
            cluster.network.healAll();
        } else if (dice < 40) {
            SimulatedServer s = any();
            if (s.up && !s.paused) {
                s.snapshot(random.nextInt(3));
            }
        } else if (dice < 52) {
            ship();
        } else if (dice < 62) {
            administrator.act();
        } else if (dice < 68) {
            cutOffLeaderWithTail();
        } else {
            hints(dice - 68);
        }
    }

    private void favourite() {
        switch (taste) {
            case ANYTHING -> {
                SimulatedServer s = any();
                if (s.up && !s.paused) {
                    s.sync();
                    s.flush();
                }
            }
            case MEMBERSHIP -> administrator.act();
            case CRASHES -> {
                SimulatedServer s = any();
                crashOrRestart(s);
                if (!s.up && random.nextBoolean()) {
                    s.start();
                }
            }
            case PARTITIONS -> {
                if (random.nextInt(3) == 0) {
                    cluster.network.healAll();
                } else {
                    partition();
                }
            }
        }
    }

    private void hints(int dice) {
        SimulatedServer s = any();
        if (dice < 3) {
            if (s.leads()) {
                s.consensus.transferLeadership(null, s.now());
                s.dirty = true;
            }
        } else if (dice < 6) {
            UUID leader = s.up ? s.consensus.leader() : null;
            if (leader != null) {
                s.consensus.peerUnreachable(leader, s.now());
            }
        } else if (dice < 9) {
            s.paused = !s.paused;
        } else {
            s.storage.full = !s.storage.full && random.nextBoolean();
        }
    }

    private void crashOrRestart(SimulatedServer s) {
        if (!s.up) {
            s.start();
        } else if (random.nextInt(3) > 0) {
            s.crash();
            linksBreak(s);
        }
    }

    private void linksBreak(SimulatedServer s) {
        cluster.network.dropAllTo(s.slot);
        for (SimulatedServer o : cluster.servers) {
            if (o.up && !o.paused && o != s && random.nextBoolean()) {
                o.consensus.peerUnreachable(s.incarnation, o.now());
            }
        }
    }

    private void partition() {
        SimulatedServer a = any();
        SimulatedServer b = any();
        if (random.nextInt(3) == 0 && a != b) {
            cluster.network.cut(a.slot, b.slot);
            cluster.log(() -> "one way cut " + a.name() + " -> " + b.name());
        } else {
            cluster.partition(random.nextBoolean() ? new SimulatedServer[] {a} : new SimulatedServer[] {a, b});
            cluster.log(() -> "partition " + a.name() + " " + b.name());
        }
    }

    private void ship() {
        if (!cluster.network.shipments.isEmpty()) {
            SimulatedNetwork.Shipment s =
                    cluster.network.shipments.get(random.nextInt(cluster.network.shipments.size()));
            cluster.network.ship(s, random.nextInt(8) == 0);
        } else if (!cluster.network.delivered.isEmpty() && random.nextInt(3) == 0) {
            cluster.network.ship(
                    cluster.network.delivered.get(random.nextInt(cluster.network.delivered.size())), false);
        } else {
            compactBeyondSomebody();
        }
    }

    /** Leads to a snapshot install: somebody is cut off, the others go on and compact. */
    private void compactBeyondSomebody() {
        for (SimulatedServer s : cluster.servers) {
            if (s.leads()) {
                s.snapshot(0);
            }
        }
    }

    /** Leads to a leader change with an uncommitted tail. */
    private void cutOffLeaderWithTail() {
        for (SimulatedServer s : cluster.servers) {
            if (s.leads() && !s.paused && !s.storage.full) {
                for (SimulatedClient c : clients) {
                    if (!c.busy()) {
                        c.begin(random.nextBoolean() ? SimulatedQueue.SEND : SimulatedQueue.TAKE);
                        c.submit(s);
                    }
                }
                s.flush();
                if (random.nextBoolean()) {
                    s.sync();
                }
                if (random.nextBoolean()) {
                    cluster.isolate(s);
                } else {
                    s.crash();
                    linksBreak(s);
                }
                return;
            }
        }
    }
}
