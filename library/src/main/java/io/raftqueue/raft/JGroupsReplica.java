package io.raftqueue.raft;

import io.raftqueue.ClosedException;
import io.raftqueue.JoinOutcome;
import io.raftqueue.MemberStatus;
import io.raftqueue.NodeFailedException;
import io.raftqueue.NodeListener;
import io.raftqueue.NodeOptions;
import io.raftqueue.NodeStatus;
import io.raftqueue.RaftQueueException;
import io.raftqueue.Role;
import io.raftqueue.StorageFullException;
import io.raftqueue.command.Command;
import io.raftqueue.command.MessageBody;
import io.raftqueue.command.MessageCodec;
import io.raftqueue.command.Result;
import io.raftqueue.raft.PeerMessage.Admin;
import io.raftqueue.state.QueueFigures;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jgroups.raft.RaftHandle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A replica on real disks, sockets and threads: a {@link ReplicaCore} in the JGroups stack of {@link ReplicaStack}. */
final class JGroupsReplica implements Replica, ReplicaEvents {
    private static final Logger LOG = LoggerFactory.getLogger(JGroupsReplica.class);
    private static final int LONGEST_ID = 128;
    private static final long LEAVE_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final List<NodeListener> listeners;
    private final ReplicaStack stack;
    private final ReplicaCore core;
    private final StatusBoard board;
    private final ConcurrentMap<String, List<Runnable>> arrivals = new ConcurrentHashMap<>();
    private final CallIntake calls;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicBoolean failed = new AtomicBoolean();
    private final CompletableFuture<Void> closeDone = new CompletableFuture<>();
    private volatile @Nullable Throwable failure;
    private boolean storageWasFull;

    JGroupsReplica(NodeOptions options) {
        this.listeners = options.listeners();
        this.stack = ReplicaStack.open(options, this, this::fail);
        this.core = stack.core();
        this.board = new StatusBoard(core);
        try {
            stack.connect(this::afterBatch);
        } catch (RuntimeException e) {
            stack.close();
            throw e;
        }
        this.calls = new CallIntake(id(), stack, () -> closed.get() || failed.get(), () -> ended().get());
        awaitFirstStatus();
    }

    /** Whoever asks a member that has just started must not take it for a stranger: its directory knows better. */
    private void awaitFirstStatus() {
        CompletableFuture<Void> known = new CompletableFuture<>();
        Runnable post = () -> {
            board.post(System.nanoTime(), true);
            known.complete(null);
        };
        if (stack.execute(post, () -> known.complete(null))) {
            known.join();
        }
    }

    /** On the raft thread, after each batch. */
    private void afterBatch(long now) {
        board.post(now, false);
        boolean full = core.disk.figures().belowWatermark();
        if (full != storageWasFull) {
            storageWasFull = full;
            String text = full
                    ? "disk nearly full: " + core.disk.figures().usableBytes() + " bytes free, sends are refused below "
                            + core.disk.figures().watermarkBytes()
                    : "the disk has room again: " + core.disk.figures().usableBytes() + " bytes free";
            tell(l -> l.diskTrouble(text));
        }
    }

    @Override
    public String id() {
        return core.world.identity().name();
    }

    /** The engine's door to this replica, for its own building blocks and for the curious. */
    RaftHandle handle() {
        return stack.handle();
    }

    /** For tests of this room: what runs inside. It belongs to the raft thread. */
    ReplicaCore core() {
        return core;
    }

    @Override
    public CompletableFuture<Result> submit(Command command, long deadlineNanos) {
        return submit(command, deadlineNanos, ignored -> {});
    }

    @Override
    public CompletableFuture<Result> submit(Command command, long deadlineNanos, Consumer<@Nullable Result> late) {
        CompletableFuture<Result> caller = new CompletableFuture<>();
        boolean stores = command instanceof Command.Send || command instanceof Command.SendAll;
        if (stores && board.storageFull()) {
            caller.completeExceptionally(
                    new StorageFullException("not stored: the disk of this node, of the leader or of"
                            + " too many members is nearly full ("
                            + core.disk.figures().usableBytes() + " bytes free here, "
                            + core.disk.figures().watermarkBytes()
                            + " must stay free); takes go on; free some space and retry"));
        } else if (board.full()) {
            caller.completeExceptionally(new StorageFullException("not applied: the disk of this node is full ("
                    + core.disk.figures().usableBytes()
                    + " bytes free), it takes part in nothing until there is room; ask another node"));
        } else {
            calls.change(
                    caller,
                    deadlineNanos,
                    HandedIn.size(command),
                    () -> core.submissions.add(command, caller, late, deadlineNanos, System.nanoTime()),
                    () -> late.accept(null));
        }
        return caller;
    }

    @Override
    public CompletableFuture<Void> readBarrier(long deadlineNanos) {
        CompletableFuture<Void> caller = new CompletableFuture<>();
        calls.read(caller, deadlineNanos, () -> core.reads.add(caller, deadlineNanos, System.nanoTime()));
        return caller;
    }

    /** Why nothing more can be asked of this replica. */
    private Supplier<RaftQueueException> ended() {
        Throwable cause = failure;
        return () -> cause != null
                ? new NodeFailedException(
                        "not applied: node " + id() + " stopped: " + cause.getMessage()
                                + "; close it, mend the cause and start it again",
                        cause)
                : new ClosedException("not applied: node " + id() + " is closed");
    }

    @Override
    public @Nullable QueueFigures figures(String queue) {
        return core.stored.of(queue);
    }

    @Override
    public List<QueueFigures> allFigures() {
        return core.stored.all();
    }

    @Override
    public CompletableFuture<Waiting> waiting(String queue, long fromId, int limit) {
        QueueFigures figures = core.stored.of(queue);
        if (figures == null) {
            return CompletableFuture.completedFuture(new Waiting(0, List.of()));
        }
        List<Long> ids = new ArrayList<>();
        for (long id = Math.max(fromId, figures.headId()); id < figures.nextId() && ids.size() < limit; id++) {
            ids.add(id);
        }
        return CompletableFuture.completedFuture(new Waiting(figures.uid(), ids));
    }

    @Override
    public CompletableFuture<MessageBody> body(long queueUid, long id) {
        try {
            byte[] stored = core.log.body(queueUid, id);
            if (stored == null) {
                return CompletableFuture.failedFuture(new IllegalStateException("the body of message " + id
                        + " is no longer stored on node " + id() + ": it was taken too long ago"));
            }
            return CompletableFuture.completedFuture(MessageCodec.decode(stored));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public AutoCloseable onArrival(String queue, Runnable onArrival) {
        arrivals.computeIfAbsent(queue, q -> new CopyOnWriteArrayList<>()).add(onArrival);
        return () -> arrivals.getOrDefault(queue, List.of()).remove(onArrival);
    }

    @Override
    public NodeStatus status() {
        return board.status();
    }

    @Override
    public CompletableFuture<JoinOutcome> join(String id, String raftAddress, long deadlineNanos) {
        PeerAddress.parse(raftAddress);
        checkId(id);
        return membership(Admin.Kind.JOIN, id, raftAddress, false, deadlineNanos);
    }

    @Override
    public CompletableFuture<Void> remove(String id, boolean force, long deadlineNanos) {
        checkId(id);
        return membership(Admin.Kind.REMOVE, id, "", force, deadlineNanos).thenApply(done -> null);
    }

    private static void checkId(String id) {
        if (id.isBlank() || id.length() > LONGEST_ID) {
            throw new IllegalArgumentException("id \"" + id.substring(0, Math.min(LONGEST_ID, id.length()))
                    + "\" is not usable: a node's id is 1 to " + LONGEST_ID + " characters");
        }
    }

    private CompletableFuture<JoinOutcome> membership(
            Admin.Kind kind, String id, String raftAddress, boolean force, long deadlineNanos) {
        CompletableFuture<JoinOutcome> caller = new CompletableFuture<>();
        calls.change(
                caller,
                deadlineNanos,
                0,
                () -> core.requests.add(kind, id, raftAddress, force, caller, deadlineNanos, System.nanoTime()),
                () -> {});
        return caller;
    }

    @Override
    public CompletableFuture<Void> snapshot() {
        CompletableFuture<Void> caller = new CompletableFuture<>();
        calls.onRaftThread(caller, () -> {
            var unused = core.snapshot().whenComplete((done, e) -> {
                if (e == null) {
                    caller.complete(null);
                } else {
                    caller.completeExceptionally(e);
                }
            });
        });
        return caller;
    }

    @Override
    public void roleChanged(Role from, Role to, long term) {
        board.post(System.nanoTime(), true);
        tell(l -> l.roleChanged(from, to, term));
    }

    @Override
    public void leaderChanged(@Nullable String leaderId, long term) {
        if (leaderId != null) {
            board.leaderChanged();
        }
        board.post(System.nanoTime(), true);
        tell(l -> l.leaderChanged(leaderId, term));
    }

    @Override
    public void membersChanged() {
        board.post(System.nanoTime(), true);
        List<MemberStatus> members = board.status().members();
        tell(l -> l.membersChanged(members));
    }

    @Override
    public void queuesChanged() {
        tell(NodeListener::queuesChanged);
    }

    @Override
    public void queueFull(String queue) {
        tell(l -> l.queueFull(queue));
    }

    @Override
    public void arrived(String queue) {
        arrivals.getOrDefault(queue, List.of()).forEach(Runnable::run);
    }

    /** The raft thread shall stop: what it throws ends it. */
    @Override
    public void fatal(RuntimeException cause) {
        throw cause;
    }

    private void tell(Consumer<NodeListener> event) {
        listeners.forEach(event);
    }

    /** From the raft thread, which ends, or from the log. */
    private void fail(Throwable cause) {
        if (!failed.compareAndSet(false, true)) {
            return;
        }
        failure = cause;
        board.failed(cause);
        LOG.debug("node {} stops", id(), cause);
        stack.abandon(() -> {
            endCalls("this node stopped: " + cause.getMessage());
            stack.setAsideIfNeverMember(cause);
            tell(l -> l.failed(cause));
        });
    }

    private void endCalls(String why) {
        core.submissions.close(ended(), why);
        core.reads.close(ended());
        core.requests.close(ended());
        core.engineCalls.deposed();
    }

    @Override
    public void close() {
        close(true);
    }

    @Override
    public void crash() {
        close(false);
    }

    private void close(boolean inGoodOrder) {
        if (!closed.compareAndSet(false, true)) {
            closeDone.join();
            return;
        }
        try {
            if (inGoodOrder && !failed.get()) {
                leave();
            }
            board.closed();
            stack.close();
            endCalls("this node was closed");
            calls.close();
        } finally {
            closeDone.complete(null);
        }
    }

    /** Finishes what is in flight and hands leadership over, so that the others need no election timeout. */
    private void leave() {
        long deadline = System.nanoTime() + LEAVE_NANOS;
        CompletableFuture<Void> left = new CompletableFuture<>();
        if (stack.execute(() -> stack.leaveBy(deadline, left), () -> left.complete(null))) {
            left.orTimeout(LEAVE_NANOS + TimeUnit.SECONDS.toNanos(1), TimeUnit.NANOSECONDS)
                    .exceptionally(late -> null)
                    .join();
        }
    }
}
