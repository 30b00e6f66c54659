package io.raftqueue.raft;

import io.raftqueue.NoLeaderException;
import io.raftqueue.OverloadedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Linearizable reads without writing (Raft thesis, 6.4): the leader names a commit index, confirmed by a majority after the
 * read began; the read then waits until this member has applied that far. Reads that come together share one question.
 * Owned by the raft thread.
 */
final class ReadBarriers {
    private static final int MAX_QUESTIONS = 4;
    /** What may wait for the next question. */
    static final int MAX_WAITING = 100_000;

    /** Asks the consensus, which asks the leader, again after a failover if it must. */
    interface Questions {
        void ask(long readId);

        void cancel(long readId);
    }

    private record Read(CompletableFuture<Void> caller, long since, long deadline) {}

    private static final class Question {
        final List<Read> reads;
        long index = -1;

        Question(List<Read> reads) {
            this.reads = reads;
        }
    }

    private final Questions consensus;
    private final Executor completions;
    private final Supplier<String> state;
    private final Map<Long, Question> questions = new LinkedHashMap<>();
    private List<Read> waiting = new ArrayList<>();
    private long nextId = 1;

    ReadBarriers(Questions consensus, Executor completions, Supplier<String> state) {
        this.consensus = consensus;
        this.completions = completions;
        this.state = state;
    }

    void add(CompletableFuture<Void> caller, long deadline, long now) {
        if (waiting.size() >= MAX_WAITING) {
            caller.completeExceptionally(new OverloadedException("not applied: " + waiting.size()
                    + " reads already wait on this node; retry later (" + state.get() + ")"));
            return;
        }
        waiting.add(new Read(caller, now, deadline));
    }

    void pump() {
        if (waiting.isEmpty() || questions.size() >= MAX_QUESTIONS) {
            return;
        }
        Question question = new Question(waiting);
        waiting = new ArrayList<>();
        long id = nextId++;
        questions.put(id, question);
        consensus.ask(id);
    }

    /** Another consensus took the place of the one that was asked. */
    void askAgain() {
        questions.forEach((id, question) -> {
            if (question.index < 0) {
                consensus.ask(id);
            }
        });
    }

    /** The index to wait for. */
    void answered(long readId, long index, long applied) {
        Question question = questions.get(readId);
        if (question != null && question.index < 0) {
            question.index = index;
            applied(applied);
        }
    }

    void applied(long applied) {
        if (questions.isEmpty()) {
            return;
        }
        questions.values().removeIf(q -> {
            if (q.index < 0 || q.index > applied) {
                return false;
            }
            completions.execute(() -> q.reads.forEach(r -> r.caller().complete(null)));
            return true;
        });
    }

    void tick(long now) {
        waiting.removeIf(r -> expired(r, now));
        questions.entrySet().removeIf(entry -> {
            List<Read> reads = entry.getValue().reads;
            reads.removeIf(r -> expired(r, now));
            if (reads.isEmpty() && entry.getValue().index < 0) {
                consensus.cancel(entry.getKey());
            }
            return reads.isEmpty();
        });
    }

    private boolean expired(Read read, long now) {
        if (read.caller().isDone()) {
            return true;
        }
        if (now - read.deadline() < 0) {
            return false;
        }
        read.caller()
                .completeExceptionally(
                        new NoLeaderException("no leader confirmed by a majority answered this read within "
                                + TimeUnit.NANOSECONDS.toMillis(now - read.since())
                                + " ms; nothing was changed, retry is safe ("
                                + state.get() + ")"));
        return true;
    }

    void close(Supplier<? extends RuntimeException> cause) {
        waiting.forEach(r -> r.caller().completeExceptionally(cause.get()));
        waiting.clear();
        questions.values().forEach(q -> q.reads.forEach(r -> r.caller().completeExceptionally(cause.get())));
        questions.clear();
    }
}
