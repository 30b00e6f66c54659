package io.raftqueue.raft;

import io.raftqueue.NoLeaderException;
import io.raftqueue.OverloadedException;
import io.raftqueue.command.Command;
import io.raftqueue.command.MessageBody;
import io.raftqueue.command.MessageCodec;
import io.raftqueue.command.Result;
import io.raftqueue.simulation.FifoChecker;
import io.raftqueue.state.QueueFigures;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The callers of a {@link SimulatedHouse}: what they asked, what they were told, and what of it must hold. */
final class HouseClients {
    private static final String QUEUE = "default";
    private static final long DEADLINE = 120_000 * SimulatedHouse.MILLI;

    final FifoChecker history = new FifoChecker();
    final List<SimulatedCall> calls = new ArrayList<>();
    int answered;
    private final SimulatedHouse house;
    private final List<SimulatedCall> sends = new ArrayList<>();
    private final List<SimulatedCall> takes = new ArrayList<>();
    private final List<SimulatedCall> unknownTakes = new ArrayList<>();
    private long order;
    private long nextValue = 1;

    HouseClients(SimulatedHouse house) {
        this.house = house;
    }

    /** Its callers are gone, or get no answer any more. */
    void unanswered(SimulatedMember m) {
        settle();
        for (SimulatedCall c : List.copyOf(calls)) {
            if (c.at() == m) {
                unknown(c);
            }
        }
    }

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
        (call.take() ? takes : sends).add(call);
        house.log(() -> "client " + client + (value < 0 ? " takes" : " sends " + value) + " at " + at.name);
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
        for (int i = 0; i < calls.size(); ) {
            SimulatedCall c = calls.get(i);
            if (!c.result().isDone()) {
                i++;
                continue;
            }
            calls.remove(i);
            Result result;
            try {
                result = c.result().join();
            } catch (CompletionException e) {
                failed(c, e.getCause());
                continue;
            }
            answered++;
            house.log(() -> "client " + c.client() + " is answered " + result);
            if (result instanceof Result.Sent) {
                history.sent(c.value(), c.called(), ++order);
            } else if (c.take() && found(result) == 0) {
                history.foundEmpty(c.called(), ++order);
            } else if (result instanceof Result.Taken t) {
                history.taken(body(c, t), c.called(), ++order);
            } else {
                house.wrong("answer: " + result + " to " + c);
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
        Long value = house.committed.valueOf(t.firstId());
        if (stored == null || value == null) {
            house.wrong("body: message " + t.firstId() + " was taken at " + c.at().name + ", its body is "
                    + (stored == null ? "gone" : "there") + ", committed as " + value);
            return -c.called();
        }
        long found = ByteBuffer.wrap(MessageCodec.decode(stored).payload()).getLong();
        if (found != value) {
            house.wrong("body: message " + t.firstId() + " is " + value + ", but its body at " + c.at().name + " is "
                    + found);
        }
        return found;
    }

    private void failed(SimulatedCall c, Throwable why) {
        house.log(() -> "client " + c.client() + " fails: " + why);
        if (why instanceof NoLeaderException || why instanceof OverloadedException) {
            takes.remove(c);
            if (!c.take() && house.committed.applied(c.value())) {
                house.wrong("told \"not applied\", but applied: " + c.value() + ", " + why.getMessage());
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
            List<Result.Taken> done = house.committed.takesOf(c.node(), c.start());
            int at = asked.indexOf(c);
            if (at >= done.size()) {
                continue; // never applied
            }
            Result.Taken t = done.get(at);
            if (t.count() > 0) {
                Long value = house.committed.valueOf(t.firstId());
                history.taken(value == null ? -c.called() : value, c.called(), Long.MAX_VALUE);
            }
        }
    }

    /** One caller's sends leave in their order of call, also those that wait for no answer. */
    void checkOrderOfEachCaller() {
        Map<String, Long> newest = new HashMap<>();
        for (SimulatedCall c : sends) {
            Long id = house.committed.idOf(c.value());
            if (id != null) {
                Long before = newest.put(c.client() + " at start " + c.start() + " of " + c.node(), id);
                if (before != null && before > id) {
                    house.wrong(
                            "order: " + c + " became message " + id + ", its caller's call before became " + before);
                }
            }
        }
    }
}
