package io.raftqueue.consensus;

import io.raftqueue.simulation.FifoChecker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A whole cluster in one thread: nothing happens but by its methods, so a story tells one step after the other, and a
 * schedule is repeated by its seed.
 */
final class SimulatedCluster {
    static final UUID CLUSTER = new UUID(0xC1, 0x5E);
    static final long MILLI = 1_000_000L;

    final SplittableRandom random;
    final Rules rules;
    final ConsensusOptions options;
    final SimulatedNetwork network = new SimulatedNetwork(this);
    final Checks checks = new Checks(this);
    final FifoChecker history = new FifoChecker();
    final List<SimulatedServer> servers = new ArrayList<>();
    final List<String> trace = new ArrayList<>();
    boolean tracing;
    boolean sessions = true;
    boolean lastInFirstOut;
    boolean forgetsVotes;
    boolean identityByName;
    long now;
    int installs;
    private long clock;
    private long nextIncarnation = 1;
    private long nextRead = 1;
    private int storySerial;
    private final Map<Long, Long> readCalledAt = new HashMap<>();

    SimulatedCluster(long seed, Rules rules, ConsensusOptions options) {
        this.random = new SplittableRandom(seed);
        this.rules = rules;
        this.options = options;
        if (rules instanceof Mutant.Harness harness) {
            harness.prepare(this);
        }
    }

    /** Small windows and batches, so that short logs fill them. */
    static ConsensusOptions smallOptions() {
        return new ConsensusOptions(
                Duration.ofMillis(1000),
                Duration.ofMillis(2000),
                Duration.ofMillis(200),
                Duration.ofMillis(2000),
                Duration.ofMillis(60),
                6,
                17 * 5,
                17 * 3,
                1000);
    }

    /** A story's cluster: so many voters, started, on empty disks but for the bootstrap entry. */
    static SimulatedCluster of(int voters) {
        return of(voters, new Rules());
    }

    static SimulatedCluster of(int voters, Rules rules) {
        return of(voters, rules, smallOptions());
    }

    static SimulatedCluster of(int voters, Rules rules, ConsensusOptions options) {
        SimulatedCluster c = new SimulatedCluster(1, rules, options);
        c.tracing = true;
        c.bootstrap(voters);
        return c;
    }

    void bootstrap(int voters) {
        bootstrap(voters, 0);
    }

    void bootstrap(int voters, int learners) {
        for (int i = 0; i < voters + learners; i++) {
            SimulatedServer s = new SimulatedServer(this, i, newIncarnation());
            s.member = i < voters ? s.member : s.member.asLearner();
            servers.add(s);
        }
        Configuration first =
                new Configuration(CLUSTER, servers.stream().map(s -> s.member).toList());
        byte[] payload = InternalEntryCodec.encode(first);
        for (SimulatedServer s : servers) {
            s.storage.saveTermAndVote(1, null);
            s.storage.append(List.of(new Entry(1, 1, true, 0, payload)));
            s.storage.sync();
            s.start();
        }
    }

    /** A server that belongs to no cluster yet. */
    SimulatedServer addServer() {
        SimulatedServer s = new SimulatedServer(this, servers.size(), newIncarnation());
        s.member = s.member.asLearner();
        servers.add(s);
        s.start();
        return s;
    }

    /** Its directory is lost; a new incarnation starts at the same address. */
    SimulatedServer wipe(SimulatedServer old) {
        old.up = false;
        old.wiped = true;
        UUID identity = identityByName ? old.incarnation : newIncarnation();
        SimulatedServer s = new SimulatedServer(this, old.slot, identity);
        s.member = s.member.asLearner();
        servers.set(old.slot, s);
        log(() -> old.name() + " loses its directory and starts as " + s.incarnation);
        s.start();
        return s;
    }

    private UUID newIncarnation() {
        return new UUID(0xA11, nextIncarnation++);
    }

    SimulatedQueue newState() {
        return new SimulatedQueue(sessions, lastInFirstOut);
    }

    int slotOf(UUID incarnation) {
        for (SimulatedServer s : servers) {
            if (s.incarnation.equals(incarnation)) {
                return s.slot;
            }
        }
        return -1;
    }

    /** Order of events, for the history. */
    long clock() {
        return ++clock;
    }

    void log(Supplier<String> what) {
        if (tracing) {
            trace.add(now / MILLI + " " + what.get());
        }
    }

    // One step at a time.

    boolean deliverOne(int from, int to) {
        if (!network.pending(from, to)) {
            return false;
        }
        Envelope e = network.poll(from, to, false);
        arrive(to, e);
        return true;
    }

    void arrive(int to, Envelope e) {
        SimulatedServer s = servers.get(to);
        if (s.up) {
            log(() -> s.name() + " gets " + SimulatedNetwork.brief(e.message()));
            s.receive(e);
        }
    }

    void advance(long millis) {
        now += millis * MILLI;
        for (SimulatedServer s : servers) {
            if (s.up && !s.paused) {
                s.tick();
            }
        }
    }

    long read(SimulatedServer at) {
        long id = nextRead++;
        at.reads.put(id, -1L);
        readCalledAt.put(id, clock());
        checks.readCalled(id);
        at.consensus.readIndex(id, at.now());
        at.dirty = true;
        return id;
    }

    void readServed(SimulatedServer at, long readId) {
        log(() -> at.name() + " answers read " + readId + ": " + at.state.size() + " messages");
        Long called = readCalledAt.remove(readId);
        if (called != null && at.state.isEmpty()) {
            history.foundEmpty(called, clock());
        }
    }

    boolean readAnswered(long readId) {
        return !readCalledAt.containsKey(readId);
    }

    // Stories.

    /** Delivers and syncs until nothing is left to do; no time passes. */
    void settle() {
        for (int round = 0; round < 10_000; round++) {
            boolean moved = false;
            for (SimulatedServer s : servers) {
                if (!s.up || s.paused) {
                    continue;
                }
                for (SimulatedServer from : List.copyOf(servers)) {
                    moved |= deliverOne(from.slot, s.slot);
                }
                s.sync();
                moved |= s.dirty;
                s.flush();
            }
            for (SimulatedNetwork.Shipment s : List.copyOf(network.shipments)) {
                network.ship(s, false);
                moved = true;
            }
            if (!moved) {
                return;
            }
        }
        throw new AssertionError("the cluster does not settle: " + tail());
    }

    /** Time passes in small steps, and everything is delivered. */
    void run(long millis) {
        for (long t = 0; t < millis; t += 20) {
            advance(20);
            settle();
        }
    }

    /** The leader appends a send, and sends what it may. Nobody else moves. */
    long propose(SimulatedServer leader) {
        int serial = ++storySerial;
        long index = leader.consensus.propose(
                SimulatedQueue.command(SimulatedQueue.SEND, 77, serial, 77_000_000L + serial), leader.now());
        leader.flush();
        return index;
    }

    /** Delivers only among these, one round after the other, until the condition holds or nothing moves. */
    boolean deliverUntil(BooleanSupplier done, SimulatedServer... among) {
        boolean moved = true;
        while (moved && !done.getAsBoolean()) {
            moved = false;
            for (SimulatedServer to : among) {
                for (SimulatedServer from : among) {
                    if (!done.getAsBoolean() && to.up && deliverOne(from.slot, to.slot)) {
                        to.flush();
                        moved = true;
                    }
                }
            }
        }
        return done.getAsBoolean();
    }

    /** That server wins the votes of these, and not one message of its new term leaves it. */
    void electInSilence(SimulatedServer s, SimulatedServer... voters) {
        for (int i = 0; i < 20 && !s.leads(); i++) {
            now += 2500 * MILLI;
            s.tick();
            deliverUntil(s::leads, voters);
        }
        if (!s.leads()) {
            throw new AssertionError(s.name() + " was not elected: " + tail());
        }
        for (SimulatedServer o : servers) {
            network.drop(s.slot, o.slot);
        }
    }

    SimulatedServer server(int slot) {
        return servers.get(slot);
    }

    /** Lets that server win an election. */
    void elect(SimulatedServer s) {
        for (int i = 0; i < 20 && !(s.leads() && s.consensus.serving()); i++) {
            now += 2500 * MILLI;
            for (SimulatedServer o : servers) {
                if (o == s ? !o.leads() : o.leads()) {
                    o.tick(); // a leader that is not heard steps down
                }
            }
            settle();
        }
        if (!s.leads()) {
            throw new AssertionError(s.name() + " was not elected: " + tail());
        }
    }

    void isolate(SimulatedServer s) {
        for (SimulatedServer o : servers) {
            network.cut(s.slot, o.slot);
            network.cut(o.slot, s.slot);
        }
    }

    void partition(SimulatedServer... side) {
        List<SimulatedServer> here = List.of(side);
        for (SimulatedServer a : servers) {
            for (SimulatedServer b : servers) {
                if (here.contains(a) != here.contains(b)) {
                    network.cut(a.slot, b.slot);
                }
            }
        }
    }

    String tail() {
        return String.join("\n", trace.subList(Math.max(0, trace.size() - 40), trace.size()));
    }
}
