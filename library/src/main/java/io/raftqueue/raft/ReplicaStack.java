package io.raftqueue.raft;

import io.raftqueue.MembershipException;
import io.raftqueue.NodeFailedException;
import io.raftqueue.NodeOptions;
import io.raftqueue.NodeOptions.Begin;
import io.raftqueue.command.CommandCodec;
import io.raftqueue.command.MessageCodec;
import io.raftqueue.consensus.ConsensusOptions;
import io.raftqueue.consensus.RaftRole;
import io.raftqueue.log.DataDirectory;
import io.raftqueue.log.DirectoryInUseException;
import io.raftqueue.log.EngineLog;
import io.raftqueue.log.LogException;
import io.raftqueue.log.LogOptions;
import io.raftqueue.log.NoSpaceException;
import io.raftqueue.log.SegmentedLog;
import io.raftqueue.log.WrongDirectoryException;
import io.raftqueue.log.disk.NioDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import org.jgroups.JChannel;
import org.jgroups.protocols.raft.RAFT;
import org.jgroups.raft.RaftHandle;
import org.jgroups.util.ExtendedUUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a replica stands on: its directory, its log, its threads, and the channel [PeerTransport, GuardedRaft]. */
final class ReplicaStack {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaStack.class);
    private static final long LEAVE_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long DRAIN_SECONDS = 5;

    private final NodeOptions options;
    private final Consumer<Throwable> onFailure;
    private final NioDirectory disk;
    private final DataDirectory directory;
    private final SegmentedLog log;
    private final ScheduledExecutorService background;
    /** For the log's next segment, which must not wait behind a snapshot or a transfer. */
    private final ExecutorService ahead;

    private final ExecutorService completions;
    private final GuardedRaft raft;
    private final PeerTransport transport;
    private final JChannel channel;
    private final RaftHandle handle;
    private final ReplicaCore core;
    private final boolean wasEmpty;
    private volatile @Nullable Thread teardown;

    private ReplicaStack(NodeOptions options, ReplicaEvents events, Consumer<Throwable> onFailure) throws Exception {
        this.options = options;
        this.onFailure = onFailure;
        String name = options.id().isEmpty() ? "node" : options.id();
        this.background = Executors.newSingleThreadScheduledExecutor(daemon("raftqueue-disk-" + name));
        this.ahead = Executors.newSingleThreadExecutor(daemon("raftqueue-ahead-" + name));
        this.completions = Executors.newSingleThreadExecutor(daemon("raftqueue-answers-" + name));
        try (Undo undo = new Undo()) {
            undo.add(background::shutdownNow);
            undo.add(ahead::shutdownNow);
            undo.add(completions::shutdownNow);
            this.disk = NioDirectory.open(options.directory());
            this.wasEmpty = !DataDirectory.holdsData(disk);
            if (wasEmpty && options.begin() instanceof Begin.Restart) {
                disk.close();
                throw new IllegalStateException(
                        options.directory() + " holds no data of a node: say how this node begins,"
                                + " by standalone(), bootstrap(), members(…), join(…) or awaitJoin()");
            }
            this.directory = DataDirectory.open(disk, options.id(), UUID::randomUUID);
            undo.add(directory::close);
            this.log = directory.openLog(logOptions(options), ReplicaStack::body, task -> run(ahead, task));
            undo.add(log::close);
            String raftAddress = raftAddress();
            PeerAddress own = PeerAddress.parse(raftAddress);
            this.raft = new GuardedRaft(onFailure);
            this.transport = transport(own);
            undo.add(transport::shutdown);
            this.core = new ReplicaCore(
                    new Surroundings(
                            directory.identity(),
                            raftAddress,
                            options.httpAddress(),
                            options.begin(),
                            ConsensusOptions.defaults(),
                            log,
                            directory::adoptCluster,
                            (address, message) -> raft.sendTo(PeerAddress.parse(address), PeerCodec.encode(message)),
                            completions,
                            this::inBackground,
                            raft::execute,
                            RandomGenerator.getDefault(),
                            UUID::randomUUID,
                            System::nanoTime,
                            events),
                    options.directory().toString());
            raft.host(core);
            raft.log(new EngineLog(log));
            raft.raftId(directory.identity().name());
            this.channel = new JChannel(transport, raft);
            channel.setName(directory.identity().name());
            channel.addAddressGenerator(
                    () -> ExtendedUUID.randomUUID(directory.identity().name())
                            .put(RAFT.raft_id_key, directory.identity().name().getBytes(StandardCharsets.UTF_8)));
            this.handle = new RaftHandle(channel, core.machine);
            undo.keep();
        }
    }

    static ReplicaStack open(NodeOptions options, ReplicaEvents events, Consumer<Throwable> onFailure) {
        try {
            return new ReplicaStack(options, events, onFailure);
        } catch (DirectoryInUseException | WrongDirectoryException e) {
            throw new IllegalStateException(e.getMessage(), e);
        } catch (LogException e) {
            throw new NodeFailedException("not started: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot use " + options.directory() + ": " + e.getMessage(), e);
        } catch (Exception e) {
            throw new IllegalStateException("cannot start node " + options.id() + ": " + e.getMessage(), e);
        }
    }

    private static LogOptions logOptions(NodeOptions options) {
        LogOptions defaults = LogOptions.defaults().withFsync(options.fsync());
        return options.diskWatermarkBytes() < 0 ? defaults : defaults.withWatermark(options.diskWatermarkBytes(), 0.99);
    }

    private static byte[] body(byte[] batch, int slot) {
        return MessageCodec.encode(CommandCodec.message(batch, slot));
    }

    private String raftAddress() {
        String given = options.raftAddress();
        return given.isEmpty() ? StoredConfiguration.raftAddress(log, directory.identity()) : given;
    }

    private PeerTransport transport(PeerAddress own) throws IOException {
        String bind = options.bindAddress();
        boolean any = bind != null && bind.startsWith(":");
        PeerAddress at = bind == null ? own : PeerAddress.parse(any ? "localhost" + bind : bind);
        PeerTransport peers = new PeerTransport(at, any, raft.start, raft);
        try {
            peers.listen();
        } catch (IOException e) {
            throw new IOException(
                    "cannot listen on raft address " + at + ": " + e.getMessage()
                            + "; choose another address, or stop what uses it",
                    e);
        }
        return peers;
    }

    void connect(LongConsumer afterBatch) {
        log.onFailure(onFailure);
        raft.afterBatch(afterBatch);
        try {
            channel.connect("raftqueue");
        } catch (Exception e) {
            throw new IllegalStateException("cannot start node " + options.id() + ": " + e.getMessage(), e);
        }
    }

    ReplicaCore core() {
        return core;
    }

    RaftHandle handle() {
        return handle;
    }

    /** Runs the task on the raft thread; {@code whenDropped} when that ends before. @return false when it has ended */
    boolean execute(Runnable task, Runnable whenDropped) {
        return raft.execute(task, whenDropped);
    }

    private void inBackground(Runnable task) {
        run(background, () -> {
            try {
                task.run();
            } catch (NoSpaceException full) {
                LOG.warn("node {}: {}", options.id(), full.getMessage());
            } catch (RuntimeException e) {
                // A failing log has told so itself, and the node stops by that.
                LOG.error("disk work of node {} failed", options.id(), e);
            }
        });
    }

    private void run(ExecutorService executor, Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException closing) {
            LOG.debug("disk work of node {} is not begun: it is closing", options.id());
        }
    }

    /** On the raft thread: hands leadership over and completes when nothing is in flight, or at the deadline. */
    void leaveBy(long deadline, CompletableFuture<Void> left) {
        long now = System.nanoTime();
        if (core.submissions.idle() && core.consensus().role() == RaftRole.LEADER) {
            core.handOver();
        }
        boolean leads = core.consensus().role() == RaftRole.LEADER;
        boolean alone = core.consensus().configuration() == null
                || core.consensus().configuration().voters().size() < 2;
        if (now - deadline >= 0 || (core.submissions.idle() && (!leads || alone))) {
            left.complete(null);
        } else {
            var unused = background.schedule(
                    () -> {
                        if (!raft.execute(() -> leaveBy(deadline, left), () -> left.complete(null))) {
                            left.complete(null);
                        }
                    },
                    LEAVE_LOOK_NANOS,
                    TimeUnit.NANOSECONDS);
        }
    }

    /** After a failure: ends sockets and the raft thread from another thread, then does the rest. */
    void abandon(Runnable then) {
        Thread thread = new Thread(
                () -> {
                    channel.close();
                    then.run();
                },
                "raftqueue-teardown-" + directory.identity().name());
        thread.setDaemon(true);
        teardown = thread;
        thread.start();
    }

    /** A cluster founded by mistake on an empty directory is put aside, so that the directory is empty again. */
    void setAsideIfNeverMember(Throwable cause) {
        if (cause instanceof MembershipException && wasEmpty) {
            endDiskWork();
            log.close();
            AbandonedData.setAside(options.directory(), core.clusterId());
        }
    }

    void close() {
        awaitTeardown();
        channel.close();
        core.transfers.close();
        endDiskWork();
        drain(completions);
        log.close();
        directory.close();
        if (options.deleteOnClose()) {
            AbandonedData.delete(options.directory());
        }
    }

    /** Nothing may write to the directory after the log is closed: it can be moved away then, or deleted. */
    private void endDiskWork() {
        drain(background);
        drain(ahead);
    }

    /** What follows a failure touches the same things, and may have to await the disk as often as closing has. */
    private void awaitTeardown() {
        Thread thread = teardown;
        if (thread != null && thread != Thread.currentThread()) {
            try {
                thread.join(TimeUnit.SECONDS.toMillis(3 * DRAIN_SECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void drain(ExecutorService executor) {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(DRAIN_SECONDS, TimeUnit.SECONDS)) {
                executor.shutdownNow();
            }
        } catch (InterruptedException e) {
            executor.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private static java.util.concurrent.ThreadFactory daemon(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Takes back what an opening that failed had done, last thing first. */
    private static final class Undo implements AutoCloseable {
        private final java.util.ArrayDeque<Runnable> steps = new java.util.ArrayDeque<>();

        void add(Runnable step) {
            steps.push(step);
        }

        void keep() {
            steps.clear();
        }

        @Override
        public void close() {
            steps.forEach(Runnable::run);
        }
    }
}
