package io.raftqueue.raft;

import io.raftqueue.NodeOptions.Begin;
import io.raftqueue.consensus.Consensus;
import io.raftqueue.consensus.ConsensusOptions;
import io.raftqueue.log.NoSpaceException;
import io.raftqueue.log.disk.SimulatedDisk;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A whole cluster of real cores in one thread, its network and its clients. Nothing happens but by its methods. */
final class SimulatedHouse {
    static final int SLOTS = 7;
    static final long MILLI = 1_000_000L;
    private static final int CODED = 8;
    static final ConsensusOptions OPTIONS = new ConsensusOptions(
            Duration.ofMillis(1000),
            Duration.ofMillis(2000),
            Duration.ofMillis(200),
            Duration.ofMillis(2000),
            Duration.ofMillis(60),
            8,
            2048,
            600,
            1000);

    final HouseRandom random;
    final List<SimulatedMember> members = new ArrayList<>();
    final CommittedHistory committed = new CommittedHistory(this);
    final HouseClients clients = new HouseClients(this);
    final List<String> verdicts = new ArrayList<>();
    final List<String> trace = new ArrayList<>();
    final boolean[][] cut = new boolean[SLOTS][SLOTS];
    boolean tracing;
    /** False is what the checks must notice: acknowledged before it is on disk. */
    boolean forces = true;
    /** False is what the checks must notice: what is sent again after a failover is not known to be the same. */
    boolean sessions = true;
    /** True is what the checks must notice: a lost directory comes back under its old incarnation. */
    boolean identityByName;
    /** Changes what the checkers are told, which they must notice. */
    UnaryOperator<List<HouseClients.Out>> planted = UnaryOperator.identity();

    ReplicaCore.Rulebook rulebook = Consensus::new;
    /** A member whose product notices a broken invariant stops; then the checks go on with the others. */
    boolean survivesStops;
    /** What the product's own invariants said when members stopped. */
    final List<String> stops = new ArrayList<>();

    final Set<Happening> happened = EnumSet.noneOf(Happening.class);

    long now;
    private final Map<Long, UUID> leaderOfTerm = new HashMap<>();
    private final ArrayDeque<PeerMessage.Envelope>[][] links;
    private long sent;
    private long nextUuid = 1;

    @SuppressWarnings({"unchecked", "rawtypes"})
    SimulatedHouse(long seed) {
        random = new HouseRandom(seed);
        links = new ArrayDeque[SLOTS][SLOTS];
        for (ArrayDeque<PeerMessage.Envelope>[] row : links) {
            for (int i = 0; i < SLOTS; i++) {
                row[i] = new ArrayDeque<>();
            }
        }
    }

    static boolean runs(SimulatedMember m) {
        return m.up && !m.paused;
    }

    static String address(int slot) {
        return "host" + slot + ":3001";
    }

    UUID uuid() {
        return new UUID(0xA11, nextUuid++);
    }

    void found(int voters) {
        List<String> fixed = new ArrayList<>();
        for (int i = 0; i < voters; i++) {
            fixed.add("node" + i + "=" + address(i));
        }
        for (int i = 0; i < voters; i++) {
            members.add(new SimulatedMember(this, i, "node" + i, new Begin.Members(fixed)));
        }
        members.forEach(SimulatedMember::start);
    }

    /** A leader that serves; null when there is none. */
    @Nullable
    SimulatedMember serving() {
        for (SimulatedMember m : members) {
            if (runs(m) && m.leads() && m.core.ready()) {
                return m;
            }
        }
        return null;
    }

    /** On a full disk a member does not start; it is started again when there is room. */
    void start(SimulatedMember m) {
        if (m.stopped) {
            return;
        }
        try {
            m.start();
        } catch (NoSpaceException full) {
            log(() -> m.name + " does not start: " + full.getMessage());
            m.crash(false);
        } catch (RuntimeException e) {
            stopped(m, e);
        }
    }

    SimulatedMember join() {
        return join(new Begin.Join(address(random.nextInt(members.size()))));
    }

    SimulatedMember join(Begin begin) {
        int slot = members.size();
        SimulatedMember m = new SimulatedMember(this, slot, "node" + slot, begin);
        members.add(m);
        start(m);
        return m;
    }

    void log(Supplier<String> what) {
        if (tracing) {
            trace.add(now / MILLI + " " + what.get());
        }
    }

    void wrong(String what) {
        if (verdicts.size() < 10) {
            verdicts.add(what);
            log(() -> "WRONG: " + what);
        }
    }

    static String brief(PeerMessage m) {
        if (m instanceof PeerMessage.Consensus c) {
            String text = c.envelope().message().toString();
            return text.length() > 150 ? text.substring(0, 150) : text;
        }
        return m instanceof PeerMessage.Forward f
                ? "Forward[" + f.epoch() + "/" + f.serial() + "]"
                : m.getClass().getSimpleName();
    }

    /** Election safety, leader completeness. */
    void elected(SimulatedMember m, long term) {
        UUID other = leaderOfTerm.putIfAbsent(term, m.incarnation());
        if (other != null) {
            wrong("election safety: " + m.name + " leads term " + term + ", and so does " + other);
        }
        int size = committed.size();
        long there = size == 0 || committed.termAt(size) >= term ? -1 : m.core.log.termAt(size);
        if (size > 0
                && committed.termAt(size) < term
                && (m.core.log.lastIndex() < size || (there != -1 && there != committed.termAt(size)))) {
            wrong("leader completeness: " + m.name + " leads term " + term + " without entry " + size
                    + ", which is committed");
        }
        for (SimulatedMember o : members) {
            if (o.up
                    && o.core.log.lastIndex() > Math.max(1, committed.size())
                    && o.core.log.termAt(o.core.log.lastIndex()) < term) {
                happened.add(Happening.TAIL_AT_ELECTION);
                return;
            }
        }
    }

    // The network.

    /** Messages change hands as they are; of each {@link #CODED} one goes through bytes and back, as all do in life. */
    void send(SimulatedMember from, String to, PeerMessage.Envelope message) {
        int slot = to.charAt(4) - '0';
        log(() -> from.name + " -> node" + slot + " " + brief(message.message()));
        if (slot < members.size() && !cut[from.slot][slot]) {
            boolean coded = sent++ % CODED == 0;
            links[from.slot][slot].add(coded ? PeerCodec.decode(PeerCodec.encode(message)) : message);
        }
    }

    boolean pending(int from, int to) {
        return !links[from][to].isEmpty();
    }

    PeerMessage.Envelope poll(int from, int to, boolean newest) {
        return newest ? links[from][to].pollLast() : links[from][to].poll();
    }

    void again(int from, int to, PeerMessage.Envelope message) {
        links[from][to].add(message);
    }

    /** It is gone. What it had sent before may still arrive. */
    void dropAllOf(int slot) {
        for (int i = 0; i < SLOTS; i++) {
            links[i][slot].clear();
            if (random.nextBoolean()) {
                links[slot][i].clear();
            }
        }
    }

    /** On both ways nothing arrives; nobody is told. */
    void isolate(SimulatedMember m) {
        for (SimulatedMember o : members) {
            if (o != m) {
                cut(m.slot, o.slot);
                cut(o.slot, m.slot);
            }
        }
    }

    void cut(int from, int to) {
        cut[from][to] = true;
        links[from][to].clear();
    }

    void heal() {
        for (boolean[] row : cut) {
            Arrays.fill(row, false);
        }
    }

    // What members do; a power cut in the middle of it is the end of that member.

    void run(SimulatedMember m, Runnable what) {
        try {
            what.run();
        } catch (SimulatedDisk.PowerCut cut) {
            happened.add(Happening.POWER_CUT_IN_A_WRITE);
            crash(m, true);
        } catch (RuntimeException e) {
            stopped(m, e);
        }
    }

    /** The product noticed what must not be: that is a verdict, but not one of the checks here. */
    private void stopped(SimulatedMember m, RuntimeException why) {
        stops.add(m.name + ": " + why);
        log(() -> m.name + " stops: " + why + " " + Arrays.toString(why.getStackTrace()));
        if (survivesStops) {
            crash(m, false);
            m.stopped = true;
        } else {
            wrong("a member stopped: " + m.name + ": " + why);
        }
    }

    void advance(long millis) {
        now += millis * MILLI;
        for (SimulatedMember m : List.copyOf(members)) {
            if (m.up && !m.paused) {
                run(m, m::tick);
            }
        }
    }

    void crash(SimulatedMember m, boolean powerCut) {
        happened.add(powerCut ? Happening.POWER_CUT : Happening.KILL);
        clients.unanswered(m);
        m.crash(powerCut);
        dropAllOf(m.slot);
    }

    void wipe(SimulatedMember m) {
        happened.add(Happening.WIPED);
        clients.unanswered(m);
        m.wipe();
        dropAllOf(m.slot);
    }
}
