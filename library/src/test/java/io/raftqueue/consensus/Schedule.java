package io.raftqueue.consensus;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * One random life of a cluster, given by its seed: messages lost, doubled, late and out of order; one-way and full
 * partitions; crashes that forget what was not synced; drifting clocks; frozen, wiped, added and removed servers;
 * snapshots; transfers; full disks; clients that retry, and reads. Then all heals, and the queue is drained.
 */
final class Schedule {
    /** What a schedule came to, and whether it went where bugs live. */
    record Outcome(
            long seed,
            List<String> verdicts,
            int steps,
            boolean tailAtElection,
            boolean membershipChanged,
            boolean snapshotInstalled,
            int operations,
            long fingerprint) {}

    /** What a schedule is fond of. */
    private enum Taste {
        ANYTHING,
        MEMBERSHIP,
        CRASHES,
        PARTITIONS
    }

    private static final int STEPS = 500;
    private static final int CLIENTS = 4;

    final SimulatedCluster cluster;
    private final long seed;
    private final RandomGenerator random;
    private final List<SimulatedClient> clients = new ArrayList<>();
    private final Administrator administrator;
    private final Taste taste;
    private final int voters;
    private int steps;

    Schedule(long seed, int voters, Rules rules) {
        this.seed = seed;
        this.cluster = new SimulatedCluster(seed, rules, SimulatedCluster.smallOptions());
        this.random = new SplittableRandom(seed ^ 0x5DEECE66DL);
        this.administrator = new Administrator(cluster, random);
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new SimulatedClient(i + 1, cluster));
        }
        this.voters = voters;
        this.taste = Taste.values()[random.nextInt(Taste.values().length)];
    }

    Outcome run() {
        try {
            cluster.bootstrap(voters, taste == Taste.MEMBERSHIP ? 2 : 0);
            cluster.servers.forEach(s -> s.clockRate = 0.9 + random.nextInt(21) / 100.0);
            if (random.nextInt(10) > 0) {
                cluster.elect(cluster.servers.get(random.nextInt(voters)));
            }
            while (steps < STEPS && cluster.checks.verdicts.isEmpty()) {
                steps++;
                step();
            }
            if (cluster.checks.verdicts.isEmpty()) {
                heal();
            }
        } catch (IllegalStateException | IllegalArgumentException | AssertionError e) {
            cluster.checks.wrong("a server stopped, or none was elected: " + e.getMessage());
        }
        if (cluster.checks.verdicts.isEmpty()) {
            cluster.history.verdicts().forEach(cluster.checks::wrong);
        }
        long fingerprint = 0;
        for (SimulatedServer s : cluster.servers) {
            fingerprint = fingerprint * 31 + s.applied * 7 + s.state.hash() + s.storage.term();
        }
        return new Outcome(
                seed,
                List.copyOf(cluster.checks.verdicts),
                steps,
                cluster.checks.leaderChangesWithTail > 0,
                cluster.checks.configurationsCommitted > 0,
                cluster.installs > 0,
                cluster.history.operations(),
                fingerprint);
    }

    private SimulatedServer any() {
        return cluster.servers.get(random.nextInt(cluster.servers.size()));
    }

    private void step() {
        int dice = random.nextInt(1000);
        if (dice < 550) {
            deliver();
        } else if (dice < 580) {
            flushAny();
        } else if (dice < 680) {
            SimulatedServer s = any();
            if (s.up && !s.paused) {
                s.sync();
                s.flush();
            }
        } else if (dice < 740) {
            cluster.advance(random.nextInt(8) == 0 ? 200 + random.nextInt(2000) : 5 + random.nextInt(120));
        } else if (dice < 930) {
            client();
        } else if (dice < 950) {
            SimulatedServer s = any();
            if (s.up && !s.paused) {
                cluster.read(s);
            }
        } else {
            trouble(random.nextInt(80));
        }
    }

    private void trouble(int dice) {
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
                flushAny();
                client();
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

    private void deliver() {
        int n = cluster.servers.size();
        int start = random.nextInt(n * n);
        for (int i = 0; i < n * n; i++) {
            int link = (start + i) % (n * n);
            int from = link / n;
            int to = link % n;
            if (cluster.network.pending(from, to) && !cluster.servers.get(to).paused) {
                int luck = random.nextInt(100);
                Envelope e = cluster.network.poll(from, to, luck < 6);
                if (luck >= 97) {
                    cluster.log(() -> "lost: " + SimulatedNetwork.brief(e.message()));
                    return;
                }
                if (luck >= 95) {
                    cluster.network.again(from, to, e);
                }
                cluster.arrive(to, random.nextInt(64) == 0 ? RaftMessageCodec.decode(RaftMessageCodec.encode(e)) : e);
                SimulatedServer s = cluster.servers.get(to);
                if (s.up && random.nextInt(5) > 0) {
                    s.flush();
                }
                return;
            }
        }
        flushAny();
    }

    private void flushAny() {
        int n = cluster.servers.size();
        int start = random.nextInt(n);
        for (int i = 0; i < n; i++) {
            SimulatedServer s = cluster.servers.get((start + i) % n);
            if (s.up && !s.paused && s.dirty) {
                s.flush();
                return;
            }
        }
    }

    private void client() {
        SimulatedClient c = clients.get(random.nextInt(clients.size()));
        if (!c.busy()) {
            c.begin(random.nextInt(5) < 3 ? SimulatedQueue.SEND : SimulatedQueue.TAKE);
        } else if (cluster.now - c.submittedAt < 400 * SimulatedCluster.MILLI && random.nextInt(4) > 0) {
            return;
        }
        List<SimulatedServer> leaders =
                cluster.servers.stream().filter(SimulatedServer::leads).toList();
        if (!leaders.isEmpty()) {
            SimulatedServer s = leaders.get(random.nextInt(leaders.size()));
            c.submit(s);
            if (random.nextBoolean()) {
                s.flush();
            }
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

    /** All faults end; within a minute all calls are answered, the queue is empty and all members agree. */
    private void heal() {
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
