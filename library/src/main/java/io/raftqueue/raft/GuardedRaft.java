package io.raftqueue.raft;

import io.raftqueue.consensus.NotLeaderException;
import io.raftqueue.raft.PeerMessage.Envelope;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.Event;
import org.jgroups.Message;
import org.jgroups.protocols.raft.RAFT;
import org.jgroups.raft.Options;
import org.jgroups.raft.StateMachine;
import org.jgroups.util.MessageBatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Raft in RAFT's seat of the JGroups stack. The engine's own rules for replication, commitment and election lose
 * acknowledged writes (README, "Where the engine is cured"), so all of them are replaced: one thread, and only it, runs a
 * {@link ReplicaCore}, and everything else hands it work. What stays is the place: a protocol above the transport that a
 * {@code RaftHandle} finds, with its {@link StateMachine} and its {@code Log}.
 *
 * <p>An exception on the raft thread ends it: the node has failed, nothing leaves it any more.
 */
final class GuardedRaft extends RAFT {
    private static final Logger LOG = LoggerFactory.getLogger(GuardedRaft.class);
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Inbox inbox = new Inbox();
    private final Consumer<Throwable> onFailure;
    /** Who was heard on which connection, so that a broken one can be told. */
    private final ConcurrentMap<Address, UUID> heardOn = new ConcurrentHashMap<>();

    private @Nullable ReplicaCore core;
    private LongConsumer afterBatch = now -> {};
    private @Nullable Thread thread;
    private Consumer<PeerAddress> onHeard = address -> {};
    private volatile boolean stopping;

    /** @param onFailure told once, on the raft thread, which ends then */
    GuardedRaft(Consumer<Throwable> onFailure) {
        this.onFailure = onFailure;
    }

    /** The core to run; before the channel is connected. */
    void host(ReplicaCore hosted) {
        core = hosted;
    }

    /** Called on the raft thread after each batch of work. */
    void afterBatch(LongConsumer listener) {
        afterBatch = listener;
    }

    /** Told the address of each member that is heard; before the channel is connected. */
    void onHeard(Consumer<PeerAddress> listener) {
        onHeard = listener;
    }

    private ReplicaCore core() {
        ReplicaCore c = core;
        if (c == null) {
            throw new IllegalStateException("no replica is hosted here yet");
        }
        return c;
    }

    @Override
    public void init() {}

    @Override
    public void start() {
        Thread raft = new Thread(
                this::run, "raftqueue-raft-" + core().world.identity().name());
        raft.setDaemon(true);
        thread = raft;
        raft.start();
    }

    /** Ends the raft thread; what it had begun is finished. */
    @Override
    public void stop() {
        stopping = true;
        execute(() -> {});
        Thread raft = thread;
        if (raft != null && raft != Thread.currentThread()) {
            boolean interrupted = false;
            while (raft.isAlive()) {
                try {
                    raft.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Runs the task on the raft thread. @return false when that has ended */
    boolean execute(Runnable task) {
        return execute(task, () -> {});
    }

    /**
     * As {@link #execute(Runnable)}.
     *
     * @param whenDropped runs instead when the raft thread ends before it comes to the task
     */
    boolean execute(Runnable task, Runnable whenDropped) {
        return inbox.put(task, whenDropped);
    }

    private void run() {
        Iterator<Inbox.Work> work = Collections.emptyIterator();
        try {
            ReplicaCore raft = core();
            raft.start(System.nanoTime());
            long ticked = System.nanoTime();
            while (!stopping) {
                work = inbox.take(raft.behind() ? 0 : TICK_NANOS).iterator();
                while (work.hasNext()) {
                    work.next().task().run();
                }
                long now = System.nanoTime();
                if (now - ticked >= TICK_NANOS) {
                    ticked = now;
                    raft.tick(now);
                }
                raft.endOfBatch(now);
                afterBatch.accept(now);
            }
        } catch (Throwable failure) {
            // The gate: from here on nothing is appended, acknowledged, voted or applied.
            onFailure.accept(failure);
        } finally {
            List<Inbox.Work> left = inbox.close();
            work.forEachRemaining(w -> w.whenDropped().run());
            left.forEach(w -> w.whenDropped().run());
        }
    }

    @Override
    public @Nullable Object up(Message message) {
        if (!(message instanceof BytesMessage)) {
            return null;
        }
        byte[] bytes = message.getArray();
        Envelope envelope = PeerCodec.decode(bytes);
        Address source = message.getSrc();
        if (source != null) {
            heardOn.put(source, envelope.sender());
        }
        onHeard.accept(PeerAddress.parse(envelope.senderAddress()));
        try {
            inbox.putFromPeer(() -> core().receive(envelope, System.nanoTime()), bytes.length);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return null;
    }

    @Override
    public void up(MessageBatch batch) {
        for (Message message : batch) {
            up(message);
        }
    }

    /** The connection these messages came on has ended. */
    void connectionLost(Address source) {
        UUID peer = heardOn.remove(source);
        if (peer != null) {
            LOG.debug("the connection from {} ended", peer);
            execute(() -> core().peerLost(peer, System.nanoTime()));
        }
    }

    void sendTo(PeerAddress to, byte[] bytes) {
        down_prot.down(new BytesMessage(to, bytes));
    }

    @Override
    public @Nullable Object up(Event event) {
        return up_prot.up(event);
    }

    @Override
    public @Nullable Object down(Event event) {
        return down_prot.down(event);
    }

    /** Loading is the core's work, at start. */
    @Override
    public RAFT stateMachine(StateMachine machine) {
        state_machine = machine;
        return this;
    }

    /**
     * Appends an encoded {@code CommandBatch} on the leader; completes with the encoded results once it is committed and
     * applied here. The queue's own callers come with sessions, through {@link Replica#submit}.
     */
    @Override
    public CompletableFuture<byte[]> setAsync(byte[] buffer, int offset, int length, Options options) {
        byte[] payload = Arrays.copyOfRange(buffer, offset, offset + length);
        CompletableFuture<byte[]> result = new CompletableFuture<>();
        Runnable refuse = () ->
                result.completeExceptionally(new IllegalStateException("the node is closed; nothing was appended"));
        Runnable propose = () -> {
            try {
                long index = core().consensus().propose(payload, System.nanoTime());
                core().engineCalls.add(index, core().consensus().term(), result);
            } catch (NotLeaderException e) {
                result.completeExceptionally(e);
            }
        };
        if (!execute(propose, refuse)) {
            refuse.run();
        }
        return result;
    }

    /** Refused: the engine's reads commit what no majority has (C1). Reads go by {@link Replica#readBarrier}. */
    @Override
    public CompletableFuture<byte[]> getAsync(byte[] buffer, int offset, int length, Options options) {
        throw new UnsupportedOperationException("reads go by Replica.readBarrier, then to the local state");
    }

    /** Refused: a name alone does not say where a server is, nor which disk it has. See {@link Replica#join}. */
    @Override
    public CompletableFuture<byte[]> addServer(String name) {
        throw new UnsupportedOperationException("use RaftNode.join(id, raftAddress): a name alone is no member");
    }

    @Override
    public CompletableFuture<byte[]> removeServer(String name) {
        throw new UnsupportedOperationException("use RaftNode.remove(id)");
    }
}
