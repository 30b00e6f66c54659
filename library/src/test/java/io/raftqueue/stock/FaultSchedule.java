package io.raftqueue.stock;

import java.util.List;
import java.util.SplittableRandom;

/**
 * One random life of a cluster, given by its seed, whatever the engine: messages late, servers slow, partitions,
 * crashes, provoked elections, writes and, if wished, reads. The disks and the links are faultless: nothing written is forgotten, and a
 * message is lost only where a partition or a crash loses it. In the end all heals.
 */
public final class FaultSchedule {
    /**
     * What came of it.
     *
     * @param stuck nothing was wrong, but in the end nobody led or members did not come together
     */
    public record Outcome(
            long seed, List<String> verdicts, boolean stuck, int acked, int answeredReads, int leaderChanges) {
        public boolean broken() {
            return !verdicts.isEmpty();
        }
    }

    private static final int STEPS = 600;
    private static final int PATIENCE = 300;

    private final long seed;
    private final EngineCluster cluster;
    private final boolean reads;
    private final SplittableRandom random;
    private long nextValue = 1;
    private int leaderChanges;
    private int lastLeader = -1;

    public FaultSchedule(long seed, EngineCluster cluster, boolean reads) {
        this.seed = seed;
        this.cluster = cluster;
        this.reads = reads;
        this.random = new SplittableRandom(seed);
    }

    public Outcome run() {
        cluster.meanwhile(() -> {
            for (int left = random.nextInt(16); left > 0; left--) {
                step(random.nextInt(960));
            }
        });
        settle(60);
        for (int i = 0; i < STEPS && cluster.promises().verdicts().isEmpty(); i++) {
            step(random.nextInt(1000));
        }
        boolean together = cluster.promises().verdicts().isEmpty() && recovers();
        Promises promises = cluster.promises();
        return new Outcome(
                seed,
                List.copyOf(promises.verdicts()),
                !together && promises.verdicts().isEmpty(),
                promises.acked(),
                promises.answeredReads(),
                leaderChanges);
    }

    private int any() {
        return random.nextInt(cluster.size());
    }

    private void step(int dice) {
        if (dice < 30) {
            cluster.provokeElection(any());
        } else if (dice < 430) {
            deliverAny();
        } else if (dice < 590) {
            cluster.work(any());
        } else if (dice < 690) {
            cluster.tick(any());
        } else if (dice < 800) {
            noticeAny();
        } else if (dice < 910) {
            client();
        } else if (dice < 935) {
            partition();
        } else if (dice < 960) {
            cluster.partition(new boolean[cluster.size()]);
        } else {
            int server = any();
            if (!cluster.up(server)) {
                cluster.start(server);
            } else if (dice < 975) {
                cluster.crash(server);
            }
        }
    }

    private void noticeAny() {
        int start = any();
        for (int i = 0; i < cluster.size(); i++) {
            if (cluster.notice((start + i) % cluster.size())) {
                return;
            }
        }
    }

    private void partition() {
        boolean[] side = new boolean[cluster.size()];
        side[lastLeader >= 0 && random.nextBoolean() ? lastLeader : any()] = true;
        if (cluster.size() > 3) {
            side[any()] = true;
        }
        cluster.partition(side);
    }

    private void deliverAny() {
        int n = cluster.size();
        int start = random.nextInt(n * n);
        for (int i = 0; i < n * n; i++) {
            int link = (start + i) % (n * n);
            if (cluster.deliver(link / n, link % n)) {
                return;
            }
        }
    }

    private void client() {
        int start = any();
        for (int i = 0; i < cluster.size(); i++) {
            int server = (start + i) % cluster.size();
            if (cluster.up(server) && cluster.leads(server)) {
                if (server != lastLeader) {
                    leaderChanges++;
                    lastLeader = server;
                }
                if (reads && random.nextInt(3) == 0) {
                    cluster.read(server);
                } else {
                    cluster.write(server, nextValue++);
                }
                return;
            }
        }
    }

    /** All is delivered and handled, and time passes, so many rounds. */
    private void settle(int rounds) {
        for (int round = 0; round < rounds; round++) {
            settleOnce();
        }
    }

    private void settleOnce() {
        int n = cluster.size();
        for (int server = 0; server < n; server++) {
            if (!cluster.up(server)) {
                continue;
            }
            while (cluster.notice(server)) {
                cluster.work(server);
            }
            for (int from = 0; from < n; from++) {
                while (cluster.deliver(from, server)) {
                    cluster.work(server);
                }
            }
            cluster.work(server);
            cluster.tick(server);
        }
    }

    /** Faults end; writes go on until all have applied the same, the last one among it. */
    private boolean recovers() {
        cluster.meanwhile(this::deliverAll);
        cluster.partition(new boolean[cluster.size()]);
        for (int server = 0; server < cluster.size(); server++) {
            if (!cluster.up(server)) {
                cluster.start(server);
            }
        }
        settle(20);
        int before = cluster.promises().acked();
        for (int round = 0; round < PATIENCE && cluster.promises().verdicts().isEmpty(); round++) {
            client();
            settleOnce();
            if (cluster.promises().acked() > before + 3) {
                settle(10);
                List<Long> values = cluster.values(0);
                boolean equal = true;
                for (int server = 1; server < cluster.size(); server++) {
                    equal &= cluster.values(server).equals(values);
                }
                if (equal) {
                    cluster.promises().atTheEnd(values);
                    return true;
                }
            }
        }
        return false;
    }

    private void deliverAll() {
        int n = cluster.size();
        for (int round = 0; round < 4; round++) {
            for (int link = 0; link < n * n; link++) {
                while (cluster.deliver(link / n, link % n)) {
                    cluster.work(link % n);
                }
            }
        }
    }
}
