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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The callers of a {@link SimulatedHouse}: what they asked, what they were told, and what of it must hold. */
final class HouseClients {
    static final List<String> QUEUES = List.of("default", "mails");
    /** A message that came out, as the checkers are told. */
    record Out(int queue, long value, long called, long returned) {}

    /** Longer than any schedule: who waits that long is told the outcome. */
    private static final long PATIENT = 120_000;

    final List<SimulatedCall> calls = new ArrayList<>();
    int answered;
    private final SimulatedHouse house;
    private final List<FifoChecker> histories = List.of(new FifoChecker(), new FifoChecker());
    private final List<Out> outs = new ArrayList<>();
    private final List<SimulatedCall> sends = new ArrayList<>();
    private final List<SimulatedCall> unknownTakes = new ArrayList<>();
    private final List<SimulatedCall> toldNotApplied = new ArrayList<>();
    private final Set<CommittedHistory.Taken> answeredTakes = new HashSet<>();
    private long order;
    /** The newest entry whose caller was answered: every later read must see it. */
    private long answeredIndex;

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
        boolean large = house.random.nextInt(8) == 0;
        send(client, at, house.random.nextInt(4) / 3, large ? 700 + house.random.nextInt(1000) : 8, patience());
    }

    /** @param bytes large ones fill a message to a follower, or a segment, alone */
    void send(int client, SimulatedMember at, int queue, int bytes, long millis) {
        long value = nextValue++;
        byte[] payload = ByteBuffer.allocate(bytes).putLong(value).array();
        MessageBody body = new MessageBody(payload, "application/octet-stream", Map.of(), 0, null);
        submit(client, at, queue, value, new Command.Send(QUEUES.get(queue), body), millis);
    }

    void take(int client, SimulatedMember at) {
        take(client, at, house.random.nextInt(4) / 3, patience());
    }

    /** Waits for the answer, whatever happens. */
    void takePatiently(int client, SimulatedMember at, int queue) {
        take(client, at, queue, PATIENT);
    }

    private void take(int client, SimulatedMember at, int queue, long millis) {
        submit(client, at, queue, -1, new Command.Take(QUEUES.get(queue), 1), millis);
    }

    private long patience() {
        return house.random.nextInt(6) == 0 ? 50 + house.random.nextInt(3000) : PATIENT;
    }

    private void submit(int client, SimulatedMember at, int queue, long value, Command command, long millis) {
        CompletableFuture<Result> result = new CompletableFuture<>();
        long start = at.core.world.identity().epoch();
        SimulatedCall call = new SimulatedCall(client, at, at.incarnation(), start, queue, value, ++order, result);
        calls.add(call);
        if (!call.take()) {
            sends.add(call);
        }
        house.log(() -> "client " + client + (value < 0 ? " takes" : " sends " + value) + " at " + at.name);
        at.core.submissions.add(command, result, late -> {}, at.now() + millis * SimulatedHouse.MILLI, at.now());
        at.dirty = true;
    }

    /** Somebody who waits gives up; what he asked for may happen or not. */
    void cancelOne() {
        if (!calls.isEmpty()) {
            SimulatedCall c = calls.get(house.random.nextInt(calls.size()));
            house.log(() -> c + " is cancelled");
            if (c.result().cancel(false)) {
                house.happened.add(Happening.CANCELLED);
            }
        }
    }

    void read(SimulatedMember at) {
        CompletableFuture<Void> barrier = new CompletableFuture<>();
        long called = ++order;
        long due = answeredIndex;
        int queue = house.random.nextInt(4) / 3;
        house.log(() -> "somebody reads at " + at.name);
        at.core.reads.add(barrier, at.now() + PATIENT * SimulatedHouse.MILLI, at.now());
        at.dirty = true;
        var unused = barrier.whenComplete((done, failure) -> {
            if (failure == null && at.up) {
                long seen = at.core.machine.state().appliedIndex();
                if (seen < due) {
                    house.wrong("stale read: " + at.name + " answered it with entry " + seen + ", but entry " + due
                            + " was answered before it began");
                }
                QueueFigures figures = at.core.stored.of(QUEUES.get(queue));
                if (figures == null || figures.depth() == 0) {
                    histories.get(queue).foundEmpty(called, ++order);
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
            try {
                answered(c, c.result().join());
            } catch (CompletionException e) {
                failed(c, e.getCause());
            } catch (CancellationException e) {
                failed(c, e);
            }
        }
    }

    private void answered(SimulatedCall c, Result result) {
        answered++;
        FifoChecker history = histories.get(c.queue());
        house.log(() -> c + " is answered " + result);
        if (result instanceof Result.Sent) {
            answeredIndex = Math.max(answeredIndex, house.committed.indexOfSend(c.value()));
            history.sent(c.value(), c.called(), ++order);
        } else if (c.take() && found(result) == 0) {
            history.foundEmpty(c.called(), ++order);
        } else if (result instanceof Result.Taken && c.at().disk.isOff()) {
            unknown(c); // the power went before the body was read
        } else if (result instanceof Result.Taken t && c.at().installedAt == house.now && isGone(c, t)) {
            unknown(c); // a snapshot took the log's place before the body was read: its caller is told so
        } else if (result instanceof Result.Taken t) {
            CommittedHistory.Taken taken = new CommittedHistory.Taken(c.queue(), t.firstId());
            answeredTakes.add(taken);
            answeredIndex = Math.max(answeredIndex, house.committed.indexOfTake(taken));
            outs.add(new Out(c.queue(), body(c, t), c.called(), ++order));
        } else {
            house.wrong("answer: " + result + " to " + c);
        }
    }

    /** A queue that nobody sent to yet is empty. */
    private static int found(Result take) {
        return take instanceof Result.Taken t
                ? t.count()
                : take instanceof Result.Refused r && r.why() == Result.Refusal.NO_SUCH_QUEUE ? 0 : -1;
    }

    private static boolean isGone(SimulatedCall c, Result.Taken t) {
        return c.at().core.log.body(t.queueUid(), t.firstId()) == null;
    }

    private long body(SimulatedCall c, Result.Taken t) {
        byte[] stored = c.at().core.log.body(t.queueUid(), t.firstId());
        Long value = house.committed.valueOf(c.queue(), t.firstId());
        if (stored == null) {
            house.wrong("body: message " + t.firstId() + " was taken at " + c.at().name + ", and its body is gone");
            return value == null ? -c.called() : value;
        }
        long found = ByteBuffer.wrap(MessageCodec.decode(stored).payload()).getLong();
        if (value != null && found != value) {
            house.wrong("body: message " + t.firstId() + " is " + value + ", but its body at " + c.at().name + " is "
                    + found);
        }
        return found;
    }

    private void failed(SimulatedCall c, Throwable why) {
        house.log(() -> c + " fails: " + why);
        if (why instanceof NoLeaderException || why instanceof OverloadedException) {
            house.happened.add(Happening.EXPIRED);
            toldNotApplied.add(c);
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
            histories.get(c.queue()).maybeSent(c.value(), c.called());
        }
    }

    /** All that can be said only when all is over. */
    void judge() {
        resolveUnknownTakes();
        checkOrderOfEachCaller();
        for (SimulatedCall c : toldNotApplied) {
            if (!c.take() && house.committed.idOf(c.value()) != null) {
                house.wrong("not applied: so it was told to " + c + ", but it was");
            }
        }
        for (Out out : house.planted.apply(outs)) {
            histories.get(out.queue()).taken(out.value(), out.called(), out.returned());
        }
        histories.forEach(history -> history.verdicts().forEach(house::wrong));
    }

    /**
     * What became of the takes that nobody heard of: the log knows what was removed for each life of each member. Which of
     * them it was for does not matter; that there are no more than were asked does.
     */
    private void resolveUnknownTakes() {
        Map<String, List<SimulatedCall>> bySession = new HashMap<>();
        for (SimulatedCall c : unknownTakes) {
            bySession
                    .computeIfAbsent(c.node() + " " + c.start(), s -> new ArrayList<>())
                    .add(c);
        }
        house.committed.eachSession((node, start, removed) -> {
            List<SimulatedCall> asked = bySession.getOrDefault(node + " " + start, List.of());
            long called = asked.stream().mapToLong(SimulatedCall::called).min().orElse(0);
            List<CommittedHistory.Taken> unheard =
                    removed.stream().filter(t -> !answeredTakes.contains(t)).toList();
            if (unheard.size() > asked.size()) {
                house.wrong("taken unasked: " + unheard.size() + " messages left through " + node + " at start " + start
                        + " and nobody got them, but the outcome of only " + asked.size() + " takes is unknown");
            }
            for (CommittedHistory.Taken t : unheard) {
                Long value = house.committed.valueOf(t.queue(), t.id());
                outs.add(new Out(t.queue(), value == null ? -t.id() : value, called, Long.MAX_VALUE));
            }
        });
    }

    /** One caller's sends to one queue leave in their order of call, also those that wait for no answer. */
    private void checkOrderOfEachCaller() {
        Map<String, Long> newest = new HashMap<>();
        for (SimulatedCall c : sends) {
            Long id = house.committed.idOf(c.value());
            if (id != null) {
                Long before =
                        newest.put(c.client() + " " + c.queue() + " at start " + c.start() + " of " + c.node(), id);
                if (before != null && before > id) {
                    house.wrong("order of one caller: " + c + " became message " + id + ", the call before became "
                            + before);
                }
            }
        }
    }
}
