package io.raftqueue.raft;

import io.raftqueue.JoinOutcome;
import io.raftqueue.MembershipException;
import io.raftqueue.MembershipException.Reason;
import io.raftqueue.NoLeaderException;
import io.raftqueue.OutcomeUnknownException;
import io.raftqueue.OverloadedException;
import io.raftqueue.raft.PeerMessage.Admin;
import io.raftqueue.raft.PeerMessage.AdminAnswer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Joins and removals asked for at this member, on their way to the leader: sent again until answered or out of time. The
 * leader's work is in {@link MembershipDuties}. Owned by the raft thread.
 */
final class MembershipRequests {
    private static final long RESEND_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** Strangers may ask, too. */
    static final int MAX_PENDING = 256;

    /** The way to the leader, wherever it is. */
    interface Route {
        boolean open();

        void ask(Admin request);

        /** Whether this member knows of a member with that id. */
        boolean knows(String id);
    }

    private static final class Pending {
        final Admin request;
        final CompletableFuture<JoinOutcome> caller;
        final long since;
        final long deadline;
        final boolean known;
        boolean sent;
        long sentAt;

        Pending(Admin request, CompletableFuture<JoinOutcome> caller, long since, long deadline, boolean known) {
            this.request = request;
            this.caller = caller;
            this.since = since;
            this.deadline = deadline;
            this.known = known;
        }
    }

    private final Route route;
    private final Supplier<String> state;
    private final Map<Long, Pending> pending = new LinkedHashMap<>();
    private long nextId;

    /** @param firstId so high that no earlier start of this node used it */
    MembershipRequests(long firstId, Route route, Supplier<String> state) {
        this.nextId = firstId;
        this.route = route;
        this.state = state;
    }

    void add(
            Admin.Kind kind,
            String id,
            String raftAddress,
            boolean force,
            CompletableFuture<JoinOutcome> caller,
            long deadline,
            long now) {
        if (pending.size() >= MAX_PENDING) {
            caller.completeExceptionally(new OverloadedException("not applied: " + pending.size()
                    + " joins and removals already wait on this node; retry later (" + state.get() + ")"));
            return;
        }
        long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - now));
        long requestId = nextId++;
        pending.put(
                requestId,
                new Pending(
                        new Admin(requestId, kind, id, raftAddress, force, millis),
                        caller,
                        now,
                        deadline,
                        route.knows(id)));
        tick(now);
    }

    void tick(long now) {
        for (Pending p : List.copyOf(pending.values())) {
            // The leader answers at the deadline; only its silence is ours to tell, a little later.
            if (now - p.deadline >= (p.sent ? RESEND_NANOS : 0)) {
                pending.remove(p.request.requestId());
                String what = describe(p.request) + " got no answer from a leader within "
                        + TimeUnit.NANOSECONDS.toMillis(now - p.since) + " ms; repeating it is safe (" + state.get()
                        + ")";
                // A leader that was asked may have begun the change before it fell silent.
                p.caller.completeExceptionally(
                        p.sent ? new OutcomeUnknownException(what) : new NoLeaderException(what));
            } else if (route.open() && (!p.sent || now - p.sentAt >= RESEND_NANOS)) {
                p.sent = true;
                p.sentAt = now;
                route.ask(p.request);
            }
        }
    }

    void leaderChanged(long now) {
        pending.values().forEach(p -> p.sentAt = now - RESEND_NANOS);
        tick(now);
    }

    void answered(AdminAnswer answer) {
        Pending p = pending.get(answer.requestId());
        if (p == null || answer.outcome() == AdminAnswer.Outcome.TRY_AGAIN) {
            return; // the tick asks again
        }
        pending.remove(answer.requestId());
        switch (answer.outcome()) {
            case DONE -> p.caller.complete(JoinOutcome.VOTER);
            case CATCHING_UP -> p.caller.complete(JoinOutcome.CATCHING_UP);
            case UNREACHABLE ->
                p.caller.completeExceptionally(new MembershipException(Reason.UNREACHABLE, answer.text()));
            case UNKNOWN_MEMBER -> {
                if (p.known) {
                    p.caller.complete(JoinOutcome.VOTER); // removed by a leader that could not say so any more
                } else {
                    p.caller.completeExceptionally(new MembershipException(Reason.UNKNOWN_MEMBER, answer.text()));
                }
            }
            default -> p.caller.completeExceptionally(new MembershipException(Reason.CONFLICT, answer.text()));
        }
    }

    /** How a failure is told to the one who asked. */
    static AdminAnswer refusal(long requestId, Throwable failure) {
        String text = String.valueOf(failure.getMessage());
        if (failure instanceof MembershipException e) {
            return new AdminAnswer(
                    requestId,
                    switch (e.reason()) {
                        case UNREACHABLE -> AdminAnswer.Outcome.UNREACHABLE;
                        case CONFLICT -> AdminAnswer.Outcome.CONFLICT;
                        case UNKNOWN_MEMBER -> AdminAnswer.Outcome.UNKNOWN_MEMBER;
                    },
                    text);
        }
        return new AdminAnswer(requestId, AdminAnswer.Outcome.TRY_AGAIN, text);
    }

    private static String describe(Admin request) {
        return request.kind() == Admin.Kind.JOIN
                ? "join of " + request.id() + " at " + request.raftAddress()
                : "removal of " + request.id();
    }

    void close(Supplier<? extends RuntimeException> cause) {
        new ArrayList<>(pending.values()).forEach(p -> p.caller.completeExceptionally(cause.get()));
        pending.clear();
    }
}
