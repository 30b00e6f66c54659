package io.raftqueue.raft;

import io.raftqueue.consensus.Member;
import io.raftqueue.log.MessageRange;
import io.raftqueue.log.NoSpaceException;
import io.raftqueue.log.SegmentedLog;
import io.raftqueue.log.SnapshotReceiver;
import io.raftqueue.log.SnapshotSource;
import io.raftqueue.log.StoredSnapshot;
import io.raftqueue.raft.PeerMessage.SnapshotChunk;
import io.raftqueue.raft.PeerMessage.SnapshotProgress;
import io.raftqueue.state.QueueState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ships snapshots with their bodies to members that lag behind the log's beginning (Raft, section 7), piece by piece, each
 * asked for by the receiver, so that a lost piece costs only itself and the leader keeps nothing in memory. Pieces are read
 * and written off the raft thread; the installation itself is a step of the raft thread.
 */
final class SnapshotTransfers {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotTransfers.class);
    private static final int PIECE = 512 << 10;
    private static final long RESEND_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long GIVE_UP_NANOS = TimeUnit.SECONDS.toNanos(20);
    /** Before a receiver that answered and came no further is tried again: meanwhile space is reclaimed, see {@link Checkpoints}. */
    private static final long STALLED_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** While callers are served, a transfer rests after each piece so many times as long as that took: they come first. */
    private static final int REST = 2;

    private static final long LONGEST_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** The raft thread's side. */
    interface Host {
        long term();

        void send(UUID member, PeerMessage message);

        /** Whether a snapshot of that leader, term and index is wanted here. */
        boolean offered(UUID leader, long term, long index);

        /** Whether everything up to that index is committed here, so that no snapshot of it is needed. */
        boolean holds(long index);

        void installed(StoredSnapshot snapshot);

        void arrived(UUID member, long index);

        /** Entries of the log that the member lacks; 0 when it is none. */
        long lag(UUID member);

        void failed(UUID member);
    }

    private static final class Outgoing {
        final long id;
        final SnapshotSource source;
        /** In which this member leads; pieces that leave later still say so. */
        final long term;

        long offset;
        /** The furthest that was asked for: to come there again is no progress, or a full disk would hold this one open. */
        long reached;
        /** Whether it was answered since then. */
        boolean stalls;

        long sentAt;
        long progressAt;
        /** The log's end when the last piece left: if it has moved, callers are being served. */
        long logEnd;

        boolean resting;
        long restUntil;
        boolean reading;
        /** The member has the snapshot, and lacked so much of the log after it when that was looked at last. */
        boolean arrived;

        long lag;

        Outgoing(long id, SnapshotSource source, long term, long now) {
            this.id = id;
            this.source = source;
            this.term = term;
            this.progressAt = now;
        }
    }

    private record Incoming(UUID leader, long transferId, SnapshotReceiver receiver) {}

    private final SegmentedLog log;
    private final Host host;
    private final Executor background;
    private final Consumer<Runnable> raftThread;
    private final Map<UUID, Outgoing> outgoing = new HashMap<>();
    /** Until when a receiver that stalled is left alone. */
    private final Map<UUID, Long> pauses = new HashMap<>();

    private @Nullable Incoming incoming;
    private long receivedAt;
    private boolean writing;
    private long nextId;

    /** @param firstId so high that no earlier start of this node used it */
    SnapshotTransfers(SegmentedLog log, Host host, Executor background, Consumer<Runnable> raftThread, long firstId) {
        this.log = log;
        this.host = host;
        this.background = background;
        this.raftThread = raftThread;
        this.nextId = firstId;
    }

    /** The leader's consensus asks for it. */
    void begin(Member follower, long now) {
        close(outgoing.remove(follower.incarnation()));
        Long pause = pauses.get(follower.incarnation());
        if (pause != null && now - pause < 0) {
            host.failed(follower.incarnation());
            return;
        }
        pauses.remove(follower.incarnation());
        SnapshotSource source = log.openSnapshotSource(snapshot -> takenBy(follower, snapshot));
        if (source == null) {
            host.failed(follower.incarnation());
            return;
        }
        Outgoing transfer = new Outgoing(nextId++, source, host.term(), now);
        outgoing.put(follower.incarnation(), transfer);
        readAndSend(follower.incarnation(), transfer, now);
    }

    /** What the member is told in its kept answers that it took, and may be told only by the snapshot. */
    private static List<MessageRange> takenBy(Member member, StoredSnapshot snapshot) {
        return QueueState.restore(snapshot.state()).keptTakes(member.incarnation()).stream()
                .map(Submissions::messages)
                .toList();
    }

    private void readAndSend(UUID follower, Outgoing transfer, long now) {
        if (transfer.reading) {
            return;
        }
        transfer.reading = true;
        transfer.resting = false;
        transfer.sentAt = now;
        transfer.logEnd = log.lastIndex();
        long offset = transfer.offset;
        background.execute(() -> {
            byte[] piece = transfer.source.read(offset, PIECE);
            raftThread.accept(() -> {
                transfer.reading = false;
                if (outgoing.get(follower) == transfer && transfer.offset == offset) {
                    host.send(
                            follower,
                            new SnapshotChunk(
                                    transfer.term,
                                    transfer.source.index(),
                                    transfer.id,
                                    offset,
                                    piece.length < PIECE,
                                    piece));
                }
            });
        });
    }

    void progress(UUID follower, SnapshotProgress progress, long now) {
        Outgoing transfer = outgoing.get(follower);
        if (transfer == null || transfer.id != progress.transferId() || transfer.arrived) {
            return;
        }
        transfer.stalls = progress.nextOffset() <= transfer.reached;
        if (!transfer.stalls) {
            transfer.reached = progress.nextOffset();
            transfer.progressAt = now;
        }
        if (progress.installed()) {
            host.arrived(follower, transfer.source.index());
            transfer.arrived = true;
            transfer.lag = host.lag(follower);
            transfer.progressAt = now;
        } else if (progress.nextOffset() != transfer.offset && progress.nextOffset() >= 0) {
            // Also back: a receiver that restarted, or ran out of room, begins anew, and it alone knows where it is.
            transfer.offset = progress.nextOffset();
            if (log.lastIndex() == transfer.logEnd) {
                readAndSend(follower, transfer, now);
            } else {
                transfer.resting = true;
                transfer.restUntil = now + Math.min(LONGEST_REST_NANOS, REST * (now - transfer.sentAt));
            }
        }
    }

    /** A piece from the leader. */
    void received(UUID leader, SnapshotChunk chunk, long now) {
        if (writing) {
            return;
        }
        if (!host.offered(leader, chunk.term(), chunk.index())) {
            if (host.holds(chunk.index())) {
                host.send(leader, new SnapshotProgress(chunk.transferId(), chunk.offset(), true));
            }
            return;
        }
        Incoming current = incoming;
        if (current != null && current.leader().equals(leader) && chunk.transferId() < current.transferId()) {
            return; // of a transfer that its leader has given up
        }
        if (current == null
                || current.transferId() != chunk.transferId()
                || !current.leader().equals(leader)) {
            if (current != null) {
                current.receiver().close();
            }
            current = new Incoming(leader, chunk.transferId(), log.receiveSnapshot());
            incoming = current;
        }
        Incoming into = current;
        receivedAt = now;
        writing = true;
        background.execute(() -> {
            long next = -1;
            try {
                next = into.receiver().write(chunk.offset(), chunk.bytes());
            } finally {
                long reached = next;
                raftThread.accept(() -> written(into, reached));
            }
        });
    }

    private void written(Incoming from, long next) {
        writing = false;
        if (!from.equals(incoming)) {
            return;
        }
        if (next < 0) {
            giveUp(from);
        } else if (from.receiver().complete()) {
            install(from, next);
        } else {
            host.send(from.leader(), new SnapshotProgress(from.transferId(), next, false));
        }
    }

    private void install(Incoming from, long next) {
        try {
            StoredSnapshot snapshot = from.receiver().install();
            incoming = null;
            if (snapshot != null) {
                host.installed(snapshot);
            }
            host.send(from.leader(), new SnapshotProgress(from.transferId(), next, true));
        } catch (NoSpaceException full) {
            LOG.warn("a snapshot came and is not installed: {}", full.getMessage());
            giveUp(from);
        }
    }

    /** The leader begins another transfer when it hears nothing. */
    private void giveUp(Incoming from) {
        incoming = null;
        from.receiver().close();
    }

    void tick(long now) {
        for (Map.Entry<UUID, Outgoing> e : List.copyOf(outgoing.entrySet())) {
            Outgoing transfer = e.getValue();
            if (transfer.arrived) {
                keepLogFor(e.getKey(), transfer, now);
            } else if (now - transfer.progressAt >= GIVE_UP_NANOS) {
                outgoing.remove(e.getKey());
                close(transfer);
                if (transfer.stalls) {
                    pauses.put(e.getKey(), now + STALLED_PAUSE_NANOS);
                }
                host.failed(e.getKey());
            } else if (transfer.resting ? now - transfer.restUntil >= 0 : now - transfer.sentAt >= RESEND_NANOS) {
                readAndSend(e.getKey(), transfer, now);
            }
        }
        Incoming abandoned = incoming;
        if (abandoned != null && !writing && now - receivedAt >= GIVE_UP_NANOS) {
            giveUp(abandoned); // its leader is gone, or brings the log instead: the space is needed
        }
    }

    /**
     * While it is open nothing is reclaimed: else the log after the snapshot might go before the member has it, and under a
     * steady load it would need one snapshot after the other. It is kept for as long as the member comes nearer.
     */
    private void keepLogFor(UUID member, Outgoing transfer, long now) {
        long lag = host.lag(member);
        boolean due = now - transfer.progressAt >= GIVE_UP_NANOS;
        if (lag <= log.options().retainedEntries() || (due && lag >= transfer.lag)) {
            outgoing.remove(member);
            close(transfer);
        } else if (due) {
            transfer.lag = lag;
            transfer.progressAt = now;
        }
    }

    /** No longer the leader, or the node ends. */
    void stopSending() {
        outgoing.values().forEach(this::close);
        outgoing.clear();
        pauses.clear();
    }

    void close() {
        stopSending();
        if (incoming != null) {
            incoming.receiver().close();
            incoming = null;
        }
    }

    /** Behind any read that is under way: the background takes one thing at a time. */
    private void close(@Nullable Outgoing transfer) {
        if (transfer != null) {
            background.execute(transfer.source::close);
        }
    }
}
