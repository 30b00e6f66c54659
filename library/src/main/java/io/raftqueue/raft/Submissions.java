package io.raftqueue.raft;

import io.raftqueue.MessageTooLargeException;
import io.raftqueue.NoLeaderException;
import io.raftqueue.OutcomeUnknownException;
import io.raftqueue.OverloadedException;
import io.raftqueue.command.Command;
import io.raftqueue.command.CommandBatch;
import io.raftqueue.command.CommandCodec;
import io.raftqueue.command.Result;
import io.raftqueue.log.MessageRange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * This member's session (Raft thesis, 6.3): its callers' commands, packed into numbered batches, each resent byte for byte
 * until this member's own state has applied it. The state applies each number once and in order, so a resend after a lost
 * message, a failover or a step-down is safe, and one caller's commands keep their order with many batches in flight.
 *
 * <p>A deadline fails only the caller's future: surely not applied while its command was unpacked, else outcome unknown.
 * Owned by the raft thread.
 */
final class Submissions {
    /** Batches under way at once. The state keeps answers for as many. */
    static final int WINDOW = 8;
    /** What one batch may gather; a single larger command travels alone. */
    static final int MAX_BATCH_BYTES = 1 << 20;

    static final int MAX_BATCH_COMMANDS = 2_048;
    /** What may wait unpacked on this member. */
    static final int MAX_WAITING = 100_000;

    static final long MAX_WAITING_BYTES = 256L << 20;
    private static final int MAX_COMMAND_BYTES = CommandCodec.MAX_BATCH_BYTES - CommandCodec.MAX_BATCH_OVERHEAD;
    private static final long ASK_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long RESEND_NANOS = TimeUnit.MILLISECONDS.toNanos(400);
    /** Completing a few callers costs less than a hand-over to another thread. */
    private static final int COMPLETE_INLINE = 2;

    /** The way to the current leader. */
    interface Route {
        /** Whether a leader is known, here or elsewhere. */
        boolean open();

        /** Sends or proposes; may be lost. */
        void forward(long serial, byte[] batch);

        /** The last serial of that epoch which this member's own state has applied. */
        long lastApplied(long epoch);
    }

    /** @param late told the result when the caller's deadline had passed before it was known */
    private record Submission(
            Command command,
            int size,
            CompletableFuture<Result> caller,
            Consumer<@Nullable Result> late,
            long since,
            long deadline) {}

    private static final class Batch {
        final long serial;
        final byte[] bytes;
        final List<Submission> submissions;
        long sentAt;
        boolean asked;
        long askedAt;

        Batch(long serial, byte[] bytes, List<Submission> submissions) {
            this.serial = serial;
            this.bytes = bytes;
            this.submissions = submissions;
        }

        List<Command> commands() {
            return submissions.stream().map(Submission::command).toList();
        }
    }

    private final UUID node;
    private final Route route;
    private final Executor completions;
    private final Supplier<String> state;
    private final LatencyHistogram latency;
    private final LongSupplier nanoTime;
    private final ArrayDeque<Submission> waiting = new ArrayDeque<>();
    private final ArrayDeque<Batch> inFlight = new ArrayDeque<>();
    private long waitingBytes;
    private long epoch;
    private long nextSerial = 1;

    Submissions(
            UUID node,
            long epoch,
            Route route,
            Executor completions,
            Supplier<String> state,
            LatencyHistogram latency,
            LongSupplier nanoTime) {
        this.node = node;
        this.epoch = epoch;
        this.route = route;
        this.completions = completions;
        this.state = state;
        this.latency = latency;
        this.nanoTime = nanoTime;
    }

    void add(
            Command command,
            CompletableFuture<Result> caller,
            Consumer<@Nullable Result> late,
            long deadline,
            long now) {
        if (caller.isDone()) {
            late.accept(null);
            return;
        }
        int size = CommandCodec.encodedSize(command);
        if (size > MAX_COMMAND_BYTES) {
            caller.completeExceptionally(new MessageTooLargeException(
                    "not applied: the request has " + size + " bytes at least, more than the " + MAX_COMMAND_BYTES
                            + " that one log entry takes: send it in parts"));
            return;
        }
        if (waiting.size() >= MAX_WAITING || waitingBytes + size > MAX_WAITING_BYTES) {
            caller.completeExceptionally(new OverloadedException("not applied: " + waiting.size() + " requests with "
                    + waitingBytes + " bytes already wait on this node; retry later (" + state.get() + ")"));
            return;
        }
        waiting.add(new Submission(command, size, caller, late, now, deadline));
        waitingBytes += size;
    }

    /** Packs and sends what the window allows. */
    void pump(long now) {
        while (!waiting.isEmpty() && inFlight.size() < WINDOW && route.open()) {
            Batch batch = pack();
            if (batch == null) {
                return;
            }
            inFlight.add(batch);
            send(batch, now);
        }
    }

    private @Nullable Batch pack() {
        List<Submission> packed = new ArrayList<>();
        List<Command> commands = new ArrayList<>();
        int bytes = 0;
        while (!waiting.isEmpty() && commands.size() < MAX_BATCH_COMMANDS) {
            Submission next = waiting.element();
            if (!commands.isEmpty() && bytes + next.size() > MAX_BATCH_BYTES) {
                break;
            }
            waiting.remove();
            waitingBytes -= next.size();
            if (next.caller().isDone()) {
                next.late().accept(null);
                continue; // cancelled before it cost anything
            }
            packed.add(next);
            commands.add(next.command());
            bytes += next.size();
        }
        if (commands.isEmpty()) {
            return null;
        }
        return numbered(packed, commands);
    }

    private Batch numbered(List<Submission> packed, List<Command> commands) {
        long serial = nextSerial++;
        return new Batch(serial, CommandCodec.encode(new CommandBatch(node, epoch, serial, commands)), packed);
    }

    private void send(Batch batch, long now) {
        batch.sentAt = now;
        route.forward(batch.serial, batch.bytes);
    }

    /** A new leader, or the same in a new term: what is under way may be lost, and goes again in its order. */
    void leaderChanged(long now) {
        if (route.open()) {
            inFlight.forEach(batch -> send(batch, now));
        }
    }

    long epoch() {
        return epoch;
    }

    /**
     * A leader, or this member's own state, missed batches from {@code expectedSerial} on. What was applied is no longer
     * under way, so the state lacks an older one only when it dropped the session, with this member's removal; otherwise
     * the words of a leader were overtaken.
     */
    void resendFrom(long expectedSerial, long now) {
        Batch oldest = inFlight.peek();
        if (oldest == null) {
            return;
        }
        if (route.lastApplied(epoch) + 1 < oldest.serial) {
            renew(epoch + 1, now);
        } else if (expectedSerial >= oldest.serial && route.open()) {
            for (Batch batch : inFlight) {
                if (batch.serial == expectedSerial && batch.asked && now - batch.askedAt < ASK_PAUSE_NANOS) {
                    return; // each batch behind the missing one brought its own refusal
                }
                if (batch.serial >= expectedSerial) {
                    batch.asked = true;
                    batch.askedAt = now;
                    send(batch, now);
                }
            }
        }
    }

    /** This member's own state met a batch of this session under a newer one. */
    void fenced(long byEpoch, long now) {
        renew(Math.max(epoch, byEpoch) + 1, now);
    }

    /** The session ended within a snapshot that was installed: which of its batches were applied before, nobody knows. */
    void endedUnseen(long byEpoch) {
        inFlight.forEach(b -> b.submissions.forEach(s -> lost(s, "this member's session ended meanwhile")));
        inFlight.clear();
        epoch = byEpoch + 1;
        nextSerial = 1;
    }

    /**
     * Begins a new session. This member's own state has seen the old one end without applying what is under way, and will
     * never apply it under its old numbers: so it goes again under new ones, in its order.
     */
    private void renew(long newEpoch, long now) {
        epoch = newEpoch;
        nextSerial = 1;
        List<Batch> old = List.copyOf(inFlight);
        inFlight.clear();
        old.forEach(b -> inFlight.add(numbered(b.submissions, b.commands())));
        leaderChanged(now);
    }

    /**
     * This member's own state applied the batch, or had applied it before.
     *
     * @param results null when they were not kept
     */
    void applied(long serial, @Nullable List<Result> results) {
        while (!inFlight.isEmpty() && inFlight.element().serial <= serial) {
            Batch batch = inFlight.remove();
            if (batch.serial < serial || results == null) {
                // Only after an installed snapshot whose kept answers no longer reach back to it.
                batch.submissions.forEach(s -> lost(s, "its answer was not kept"));
            } else {
                latency.record(nanoTime.getAsLong() - batch.submissions.get(0).since());
                complete(batch.submissions, results);
            }
        }
    }

    static MessageRange messages(Result.Taken taken) {
        return new MessageRange(taken.queueUid(), taken.firstId(), taken.count());
    }

    /**
     * The batch was applied within a snapshot that was installed, and its kept answers came with it; the bodies of what it
     * removed did too, as far as the leader still had them.
     *
     * @param results null when they were not kept
     */
    void appliedUnseen(long serial, @Nullable List<Result> results, Predicate<MessageRange> readable) {
        Batch batch = inFlight.peek();
        if (batch == null || batch.serial != serial || results == null) {
            applied(serial, results);
            return;
        }
        inFlight.remove();
        for (int i = 0; i < results.size(); i++) {
            Submission s = batch.submissions.get(i);
            if (results.get(i) instanceof Result.Taken taken && taken.count() > 0 && !readable.test(messages(taken))) {
                lost(s, "not all of what it removed is in the snapshot that this member was sent");
            } else {
                completeNow(List.of(s), List.of(results.get(i)));
            }
        }
    }

    private void complete(List<Submission> submissions, List<Result> results) {
        if (submissions.size() <= COMPLETE_INLINE) {
            completeNow(submissions, results);
        } else {
            completions.execute(() -> completeNow(submissions, results));
        }
    }

    private static void completeNow(List<Submission> submissions, List<Result> results) {
        for (int i = 0; i < submissions.size(); i++) {
            Submission s = submissions.get(i);
            if (!s.caller().complete(results.get(i))) {
                s.late().accept(results.get(i));
            }
        }
    }

    /** Serials under way, oldest first. */
    List<Long> serialsInFlight() {
        return inFlight.stream().map(b -> b.serial).toList();
    }

    void tick(long now) {
        for (Iterator<Submission> it = waiting.iterator(); it.hasNext(); ) {
            Submission s = it.next();
            if (s.caller().isDone()) {
                it.remove();
                waitingBytes -= s.size();
                s.late().accept(null);
            } else if (now - s.deadline() >= 0) {
                it.remove();
                waitingBytes -= s.size();
                notApplied(
                        s,
                        new NoLeaderException("not applied: "
                                + (route.open() ? "the cluster did not get to it" : "no leader to be reached")
                                + " within " + elapsed(s, now) + "; retry is safe (" + state.get() + ")"));
            }
        }
        for (Batch batch : inFlight) {
            for (Submission s : batch.submissions) {
                if (now - s.deadline() >= 0 && !s.caller().isDone()) {
                    s.caller().completeExceptionally(unknown("no majority confirmed it within " + elapsed(s, now)));
                }
            }
        }
        Batch oldest = inFlight.peek();
        if (oldest != null && now - oldest.sentAt >= RESEND_NANOS) {
            leaderChanged(now);
        }
    }

    private static void notApplied(Submission s, RuntimeException why) {
        if (!s.caller().completeExceptionally(why)) {
            s.late().accept(null);
        }
    }

    /** No answer will ever come. */
    private void lost(Submission s, String why) {
        s.caller().completeExceptionally(unknown(why));
        s.late().accept(null);
    }

    private OutcomeUnknownException unknown(String why) {
        return new OutcomeUnknownException("outcome unknown: it was submitted, but " + why
                + "; it may have been applied, or may still be (" + state.get() + ")");
    }

    private static String elapsed(Submission s, long now) {
        return TimeUnit.NANOSECONDS.toMillis(now - s.since()) + " ms";
    }

    /** The node ends: {@code notApplied} for what never left it, outcome unknown for the rest. */
    void close(Supplier<? extends RuntimeException> notApplied, String why) {
        waiting.forEach(s -> notApplied(s, notApplied.get()));
        waiting.clear();
        waitingBytes = 0;
        inFlight.forEach(b -> b.submissions.forEach(s -> lost(s, why)));
        inFlight.clear();
    }

    boolean idle() {
        return waiting.isEmpty() && inFlight.isEmpty();
    }

    int pending() {
        return waiting.size()
                + inFlight.stream().mapToInt(b -> b.submissions.size()).sum();
    }
}
