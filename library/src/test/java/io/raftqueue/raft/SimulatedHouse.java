package io.raftqueue.raft;

import io.raftqueue.NoLeaderException;
import io.raftqueue.NodeOptions.Begin;
import io.raftqueue.OverloadedException;
import io.raftqueue.command.Command;
import io.raftqueue.command.MessageBody;
import io.raftqueue.command.MessageCodec;
import io.raftqueue.command.Result;
import io.raftqueue.consensus.ConsensusOptions;
import io.raftqueue.log.disk.SimulatedDisk;
import io.raftqueue.simulation.FifoChecker;
import io.raftqueue.state.QueueFigures;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** A whole cluster of real cores in one thread, its network and its clients. Nothing happens but by its methods. */
final class SimulatedHouse {
    static final int SLOTS = 7;
    static final long MILLI = 1_000_000L;
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
    private static final String QUEUE = "default";
    private static final long DEADLINE = 120_000 * MILLI;

    final SplittableRandom random;
    final List<SimulatedMember> members = new ArrayList<>();
    final CommittedHistory committed = new CommittedHistory(this);
    final FifoChecker history = new FifoChecker();
    final List<SimulatedCall> calls = new ArrayList<>();
    final List<SimulatedCall> takes = new ArrayList<>();
    final List<SimulatedCall> unknownTakes = new ArrayList<>();
    final List<String> verdicts = new ArrayList<>();
    final List<String> trace = new ArrayList<>();
    final boolean[][] cut = new boolean[SLOTS][SLOTS];
    boolean tracing;
    /** False is what the checks must notice: acknowledged before it is on disk. */
    boolean forces = true;

    long now;
    int tailsAtElections;
    int answered;
    private final Map<Long, UUID> leaderOfTerm = new HashMap<>();
    private final ArrayDeque<byte[]>[][] links;
    private long order;
    private long nextUuid = 1;
    private long nextValue = 1;

    @SuppressWarnings({"unchecked", "rawtypes"})
    SimulatedHouse(long seed) {
        random = new SplittableRandom(seed);
        links = new ArrayDeque[SLOTS][SLOTS];
        for (ArrayDeque<byte[]>[] row : links) {
            for (int i = 0; i < SLOTS; i++) {
                row[i] = new ArrayDeque<>();
            }
        }
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

    SimulatedMember join() {
        int slot = members.size();
        SimulatedMember m =
                new SimulatedMember(this, slot, "node" + slot, new Begin.Join(address(random.nextInt(slot))));
        members.add(m);
        m.start();
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
        for (SimulatedMember o : members) {
            if (o.up
                    && o.core.log.lastIndex() > Math.max(1, committed.size())
                    && o.core.log.termAt(o.core.log.lastIndex()) < term) {
                tailsAtElections++;
                return;
            }
        }
    }

    // The network.

    void send(SimulatedMember from, String to, byte[] bytes) {
        int slot = to.charAt(4) - '0';
        log(() -> from.name + " -> node" + slot + " "
                + brief(PeerCodec.decode(bytes).message()));
        if (slot < members.size() && !cut[from.slot][slot]) {
            links[from.slot][slot].add(bytes);
        }
    }

    boolean pending(int from, int to) {
        return !links[from][to].isEmpty();
    }

    byte[] poll(int from, int to, boolean newest) {
        return newest ? links[from][to].pollLast() : links[from][to].poll();
    }

    void again(int from, int to, byte[] bytes) {
        links[from][to].add(bytes);
    }

    void dropAllOf(int slot) {
        for (int i = 0; i < SLOTS; i++) {
            links[i][slot].clear();
            links[slot][i].clear();
        }
    }

    void cut(int from, int to) {
        cut[from][to] = true;
        links[from][to].clear();
    }

    void heal() {
        for (boolean[] row : cut) {
            java.util.Arrays.fill(row, false);
        }
    }

    // What members do; a power cut in the middle of it is the end of that member.

    void run(SimulatedMember m, Runnable what) {
        try {
            what.run();
        } catch (SimulatedDisk.PowerCut cut) {
            crash(m, true);
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
        unanswered(m);
        m.crash(powerCut);
        dropAllOf(m.slot);
    }

    void wipe(SimulatedMember m) {
        unanswered(m);
        m.wipe();
        dropAllOf(m.slot);
    }

    /** Its callers are gone, or get no answer any more. */
    private void unanswered(SimulatedMember m) {
        settle();
        for (SimulatedCall c : List.copyOf(calls)) {
            if (c.at() == m) {
                unknown(c);
            }
        }
    }

    // Clients.

    void send(int client, SimulatedMember at) {
        long value = nextValue++;
        byte[] payload = ByteBuffer.allocate(8).putLong(value).array();
        MessageBody body = new MessageBody(payload, "application/octet-stream", Map.of(), 0, null);
        submit(client, at, value, new Command.Send(QUEUE, body));
    }

    void take(int client, SimulatedMember at) {
        submit(client, at, -1, new Command.Take(QUEUE, 1));
    }

    private void submit(int client, SimulatedMember at, long value, Command command) {
        CompletableFuture<Result> result = new CompletableFuture<>();
        long start = at.core.world.identity().epoch();
        SimulatedCall call = new SimulatedCall(client, at, at.incarnation(), start, value, ++order, result);
        calls.add(call);
        if (call.take()) {
            takes.add(call);
        }
        log(() -> "client " + client + (value < 0 ? " takes" : " sends " + value) + " at " + at.name);
        at.core.submissions.add(command, result, late -> {}, at.now() + DEADLINE, at.now());
        at.dirty = true;
    }

    void read(SimulatedMember at) {
        CompletableFuture<Void> barrier = new CompletableFuture<>();
        long called = ++order;
        at.core.reads.add(barrier, at.now() + DEADLINE, at.now());
        at.dirty = true;
        var unused = barrier.whenComplete((done, failure) -> {
            if (failure == null && at.up) {
                QueueFigures figures = at.core.stored.of(QUEUE);
                if (figures == null || figures.depth() == 0) {
                    history.foundEmpty(called, ++order);
                }
            }
        });
    }

    /** Notes the answers that came. */
    void settle() {
        for (SimulatedCall c : List.copyOf(calls)) {
            if (!c.result().isDone()) {
                continue;
            }
            calls.remove(c);
            Result result;
            try {
                result = c.result().join();
            } catch (CompletionException e) {
                failed(c, e.getCause());
                continue;
            }
            answered++;
            log(() -> "client " + c.client() + " is answered " + result);
            if (result instanceof Result.Sent) {
                history.sent(c.value(), c.called(), ++order);
            } else if (c.take() && found(result) == 0) {
                history.foundEmpty(c.called(), ++order);
            } else if (result instanceof Result.Taken t) {
                history.taken(body(c, t), c.called(), ++order);
            } else {
                wrong("answer: " + result + " to " + c);
            }
        }
    }

    /** A queue that nobody sent to yet is empty. */
    static int found(Result take) {
        return take instanceof Result.Taken t
                ? t.count()
                : take instanceof Result.Refused r && r.why() == Result.Refusal.NO_SUCH_QUEUE ? 0 : -1;
    }

    private long body(SimulatedCall c, Result.Taken t) {
        byte[] stored = c.at().core.log.body(t.queueUid(), t.firstId());
        Long value = committed.valueOf(t.firstId());
        if (stored == null || value == null) {
            wrong("body: message " + t.firstId() + " was taken at " + c.at().name + ", its body is "
                    + (stored == null ? "gone" : "there") + ", committed as " + value);
            return -c.called();
        }
        long found = ByteBuffer.wrap(MessageCodec.decode(stored).payload()).getLong();
        if (found != value) {
            wrong("body: message " + t.firstId() + " is " + value + ", but its body at " + c.at().name + " is "
                    + found);
        }
        return found;
    }

    private void failed(SimulatedCall c, Throwable why) {
        log(() -> "client " + c.client() + " fails: " + why);
        if (why instanceof NoLeaderException || why instanceof OverloadedException) {
            takes.remove(c);
            if (!c.take() && committed.applied(c.value())) {
                wrong("told \"not applied\", but applied: " + c.value() + ", " + why.getMessage());
            }
        } else {
            unknown(c);
        }
    }

    /** A removed member serves nobody: its callers learn nothing. */
    void giveUpCallsElsewhere(List<SimulatedMember> askable) {
        List.copyOf(calls).stream().filter(c -> !askable.contains(c.at())).forEach(this::unknown);
    }

    private void unknown(SimulatedCall c) {
        calls.remove(c);
        if (c.take()) {
            unknownTakes.add(c);
        } else {
            history.maybeSent(c.value(), c.called());
        }
    }

    /** What became of the takes that nobody heard of: the log knows. */
    void resolveUnknownTakes() {
        for (SimulatedCall c : unknownTakes) {
            List<SimulatedCall> asked = takes.stream()
                    .filter(t -> t.node().equals(c.node()) && t.start() == c.start())
                    .toList();
            List<Result.Taken> done = committed.takesOf(c.node(), c.start());
            int at = asked.indexOf(c);
            if (at >= done.size()) {
                continue; // never applied
            }
            Result.Taken t = done.get(at);
            if (t.count() > 0) {
                Long value = committed.valueOf(t.firstId());
                history.taken(value == null ? -c.called() : value, c.called(), Long.MAX_VALUE);
            }
        }
    }
}
