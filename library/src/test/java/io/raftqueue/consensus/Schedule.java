package io.raftqueue.consensus;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
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

    private static final int STEPS = 500;
    private static final int CLIENTS = 4;

    final SimulatedCluster cluster;
    private final long seed;
    private final RandomGenerator random;
    private final List<SimulatedClient> clients = new ArrayList<>();
    private final Faults faults;
    private final int voters;
    private int steps;

    Schedule(long seed, int voters, Rules rules) {
        this.seed = seed;
        this.cluster = new SimulatedCluster(seed, rules, SimulatedCluster.smallOptions());
        this.random = new SplittableRandom(seed ^ 0x5DEECE66DL);
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new SimulatedClient(i + 1, cluster));
        }
        this.voters = voters;
        this.faults = new Faults(cluster, clients, random);
    }

    Outcome run() {
        try {
            cluster.bootstrap(voters, faults.likesMembership() ? 2 : 0);
            cluster.servers.forEach(s -> s.clockRate = 0.9 + random.nextInt(21) / 100.0);
            if (random.nextInt(10) > 0) {
                cluster.elect(cluster.servers.get(random.nextInt(voters)));
            }
            while (steps < STEPS && cluster.checks.verdicts.isEmpty()) {
                steps++;
                step();
            }
            if (cluster.checks.verdicts.isEmpty()) {
                new Recovery(cluster, clients).run();
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
            faults.happen(random.nextInt(80));
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
}
