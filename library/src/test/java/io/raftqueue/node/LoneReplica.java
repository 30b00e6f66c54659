package io.raftqueue.node;

import io.raftqueue.ClosedException;
import io.raftqueue.JoinOutcome;
import io.raftqueue.MemberStatus;
import io.raftqueue.MembershipException;
import io.raftqueue.NoLeaderException;
import io.raftqueue.NodeFigure;
import io.raftqueue.NodeListener;
import io.raftqueue.NodeOptions;
import io.raftqueue.NodeStatus;
import io.raftqueue.OutcomeUnknownException;
import io.raftqueue.Role;
import io.raftqueue.command.Command;
import io.raftqueue.command.CommandBatch;
import io.raftqueue.command.MessageBody;
import io.raftqueue.command.Result;
import io.raftqueue.raft.Replica;
import io.raftqueue.state.Changes;
import io.raftqueue.state.Outcome;
import io.raftqueue.state.QueueFigures;
import io.raftqueue.state.QueueState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A test's stand-in for a cluster: the real state, in memory, on one thread, with handles to hold commands back and to
 * make them fail, so that a test decides what happens between a call and its answer.
 */
public final class LoneReplica implements Replica {
    private record Held(Command command, CompletableFuture<Result> answer, Consumer<Result> late) {}

    private final NodeOptions options;
    private final ExecutorService engine;
    private final QueueState state = new QueueState();
    private final UUID incarnation = UUID.randomUUID();
    private final Map<List<Long>, MessageBody> bodies = new ConcurrentHashMap<>();
    private final Map<String, QueueFigures> figures = new ConcurrentHashMap<>();
    private final Map<String, List<Runnable>> arrivals = new ConcurrentHashMap<>();
    private final Queue<Held> held = new ArrayDeque<>();
    private volatile boolean holding;
    private volatile boolean leaderless;
    private volatile boolean closed;
    private long index;

    /** How many takes reached the log. */
    final AtomicInteger takes = new AtomicInteger();

    volatile Thread thread;

    LoneReplica(NodeOptions options) {
        this.options = options;
        this.engine = Executors.newSingleThreadExecutor(task -> {
            thread = new Thread(task, "engine");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** From now on commands wait. */
    public void hold() {
        holding = true;
    }

    /** Lets everything through that waited, and what comes. */
    public void release() {
        holding = false;
        engine.execute(() -> {
            while (!held.isEmpty()) {
                Held next = held.remove();
                Result result = apply(next.command());
                if (!next.answer().complete(result)) {
                    next.late().accept(result);
                }
            }
        });
    }

    /** The time of those that wait is up, though they may be applied later. */
    public void timeOutHeld() {
        engine.execute(() -> held.forEach(
                each -> each.answer().completeExceptionally(new OutcomeUnknownException("no answer in time"))));
    }

    /** Those that wait will never have an answer, though they may have been applied elsewhere. */
    public void loseHeld() {
        engine.execute(() -> {
            while (!held.isEmpty()) {
                Held next = held.remove();
                next.answer().completeExceptionally(new OutcomeUnknownException("the answer is lost"));
                next.late().accept(null);
            }
        });
    }

    public int heldCommands() {
        return CompletableFuture.supplyAsync(held::size, engine).join();
    }

    /** Commands and barriers fail at once, as they would at their deadline without a leader. */
    public void leaderless(boolean leaderless) {
        this.leaderless = leaderless;
    }

    @Override
    public String id() {
        return options.id();
    }

    @Override
    public CompletableFuture<Result> submit(Command command, long deadlineNanos) {
        return submit(command, deadlineNanos, late -> {});
    }

    @Override
    public CompletableFuture<Result> submit(Command command, long deadlineNanos, Consumer<Result> late) {
        if (closed) {
            return CompletableFuture.failedFuture(new ClosedException("closed"));
        }
        var answer = new CompletableFuture<Result>();
        boolean refused = leaderless;
        engine.execute(() -> {
            if (refused) {
                answer.completeExceptionally(new NoLeaderException("no leader"));
            } else if (holding) {
                held.add(new Held(command, answer, late));
            } else if (answer.isDone()) {
                late.accept(null); // cancelled before it cost anything
            } else {
                Result result = apply(command);
                if (!answer.complete(result)) {
                    late.accept(result);
                }
            }
        });
        return answer;
    }

    private Result apply(Command command) {
        index++;
        if (command instanceof Command.Take) {
            takes.incrementAndGet();
        }
        var arrived = new ArrayList<String>();
        int before = state.allFigures().size();
        var batch = new CommandBatch(incarnation, 1, index, List.of(command));
        Outcome outcome = state.apply(index, index, batch, new Changes() {
            @Override
            public void stored(long queueUid, String queue, long firstId, int count, long at, int firstSlot) {
                List<MessageBody> messages = command instanceof Command.Send send
                        ? List.of(send.message())
                        : ((Command.SendAll) command).messages();
                for (int i = 0; i < count; i++) {
                    bodies.put(List.of(queueUid, firstId + i), messages.get(i));
                }
                arrived.add(queue);
            }

            @Override
            public void queueDropped(long queueUid, String queue) {
                figures.remove(queue);
            }

            @Override
            public void figures(QueueFigures after) {
                figures.put(after.name(), after);
            }
        });
        if (state.allFigures().size() != before) {
            options.listeners().forEach(NodeListener::queuesChanged);
        }
        arrived.forEach(queue -> arrivals.getOrDefault(queue, List.of()).forEach(Runnable::run));
        return ((Outcome.Applied) outcome).results().get(0);
    }

    @Override
    public CompletableFuture<Void> readBarrier(long deadlineNanos) {
        return leaderless
                ? CompletableFuture.failedFuture(new NoLeaderException("no leader"))
                : CompletableFuture.runAsync(() -> {}, engine);
    }

    @Override
    public QueueFigures figures(String queue) {
        return figures.get(queue);
    }

    @Override
    public List<QueueFigures> allFigures() {
        return List.copyOf(figures.values());
    }

    @Override
    public CompletableFuture<Waiting> waiting(String queue, long fromId, int limit) {
        return CompletableFuture.supplyAsync(
                () -> {
                    QueueFigures now = state.figures(queue);
                    return now == null
                            ? new Waiting(0, List.of())
                            : new Waiting(
                                    now.uid(),
                                    state.waiting(queue, Integer.MAX_VALUE).stream()
                                            .filter(id -> id >= fromId)
                                            .limit(limit)
                                            .toList());
                },
                engine);
    }

    @Override
    public CompletableFuture<MessageBody> body(long queueUid, long id) {
        return CompletableFuture.completedFuture(bodies.get(List.of(queueUid, id)));
    }

    @Override
    public AutoCloseable onArrival(String queue, Runnable onArrival) {
        List<Runnable> listeners = arrivals.computeIfAbsent(queue, name -> new CopyOnWriteArrayList<>());
        listeners.add(onArrival);
        return () -> listeners.remove(onArrival);
    }

    /** The node's engine broke. */
    public void fail(Throwable cause) {
        options.listeners().forEach(listener -> listener.failed(cause));
    }

    NodeOptions options() {
        return options;
    }

    @Override
    public NodeStatus status() {
        return new NodeStatus(
                id(),
                "3f2a",
                leaderless ? Role.CANDIDATE : Role.LEADER,
                leaderless ? null : id(),
                null,
                null,
                1,
                index,
                index,
                index,
                List.of(new MemberStatus(
                        id(),
                        "localhost:1",
                        "",
                        leaderless ? Role.CANDIDATE : Role.LEADER,
                        true,
                        true,
                        true,
                        -1,
                        null)),
                leaderless ? List.of("there is no leader") : List.of(),
                Map.of("state", "Leader", "term", "1"),
                Map.of(NodeFigure.LOG_BYTES.key(), 17.0, NodeFigure.COMMIT_P99_MILLIS.key(), 1.5),
                null,
                false,
                false);
    }

    @Override
    public CompletableFuture<JoinOutcome> join(String id, String raftAddress, long deadlineNanos) {
        return CompletableFuture.failedFuture(new MembershipException(
                MembershipException.Reason.UNREACHABLE, "nothing answers at " + raftAddress + "; nothing changed"));
    }

    @Override
    public CompletableFuture<Void> remove(String id, boolean force, long deadlineNanos) {
        return CompletableFuture.failedFuture(
                new MembershipException(MembershipException.Reason.UNKNOWN_MEMBER, "there is no member " + id));
    }

    @Override
    public CompletableFuture<Void> snapshot() {
        return CompletableFuture.runAsync(() -> {}, engine);
    }

    @Override
    public void close() {
        closed = true;
        CompletableFuture.runAsync(() -> {}, engine).join();
        engine.shutdown();
    }
}
