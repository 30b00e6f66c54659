package io.raftqueue.state;

import io.raftqueue.command.CommandBatch;
import io.raftqueue.command.MalformedCommandException;
import io.raftqueue.command.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * All queues of a cluster, as a function of the batches applied: equal batches at equal indexes give equal answers,
 * equal {@link #snapshot} bytes and an equal {@link #hash} on every member. It has no clock, no randomness and no I/O,
 * and belongs to one thread; {@link Changes} and {@link QueueFigures} are what other threads get to see.
 *
 * <p>It holds counters, never bodies. Messages of a queue have consecutive ids, so a queue is the range
 * {@code headId … nextId-1}; a taker gets a queue's uid and a range of ids, and the log finds the bodies.
 *
 * <p>A batch is applied once, however often it arrives: each member has a session that knows the epoch (start) and the
 * serial of its last batch. The same or an earlier serial is answered from the kept answers, a later one than the next
 * waits for those before it, and an older epoch is fenced for good.
 */
public final class QueueState {
    /** Queues that may exist at a time, until a replicated setting says otherwise. */
    public static final int DEFAULT_MAX_QUEUES = 1_000;

    /** Answers kept per session: a member may have that many batches under way. */
    public static final int KEPT_ANSWERS = 16;

    /** Bytes of answers kept per session; the newest answer is kept whatever its length. */
    public static final int KEPT_ANSWER_BYTES = 64 << 10;

    private final SortedSet<UUID> members;
    private final SortedMap<UUID, Session> sessions;
    private final Queues queues;
    private long appliedIndex;
    private long time;

    public QueueState() {
        this(DEFAULT_MAX_QUEUES);
    }

    /** A limit of its own on the number of queues: the same on every member, or they would come to differ. */
    public QueueState(int maxQueues) {
        this(0, 0, new TreeSet<>(), new TreeMap<>(), new Queues(maxQueues));
    }

    QueueState(
            long appliedIndex, long time, SortedSet<UUID> members, SortedMap<UUID, Session> sessions, Queues queues) {
        this.appliedIndex = appliedIndex;
        this.time = time;
        this.members = members;
        this.sessions = sessions;
        this.queues = queues;
    }

    /** The index of the last entry applied, 0 at the beginning. */
    public long appliedIndex() {
        return appliedIndex;
    }

    /** Cluster time of the last entry applied. */
    public long time() {
        return time;
    }

    /** An entry that is none of ours (a no-op, a configuration) was passed. */
    public void advance(long index, long entryTime) {
        if (index <= appliedIndex) {
            throw new IllegalStateException("entry " + index + " was given to a state that has applied up to "
                    + appliedIndex + ": each entry may be applied once only");
        }
        appliedIndex = index;
        time = Math.max(time, entryTime);
    }

    /**
     * Applies the batch of the entry at {@code index}.
     *
     * @param index larger than that of any entry before
     * @param entryTime cluster time of the entry
     */
    public Outcome apply(long index, long entryTime, CommandBatch batch, Changes changes) {
        advance(index, entryTime);
        Session session = sessions.get(batch.node());
        Outcome refusal = refusal(session, batch);
        if (refusal != null) {
            return refusal;
        }
        if (session == null) {
            session = new Session(batch.epoch());
            sessions.put(batch.node(), session);
        } else if (session.epoch() != batch.epoch()) {
            session.begin(batch.epoch());
        }
        List<Result> results = queues.apply(index, batch.commands(), changes);
        session.answered(batch.serial(), results);
        return new Outcome.Applied(results);
    }

    /** Why the batch is not applied now, or null when it is its turn. */
    private @Nullable Outcome refusal(@Nullable Session session, CommandBatch batch) {
        if (!members.isEmpty() && !members.contains(batch.node())) {
            return new Outcome.Fenced(-1);
        }
        if (session != null && batch.epoch() < session.epoch()) {
            return new Outcome.Fenced(session.epoch());
        }
        long last = session == null || batch.epoch() > session.epoch() ? 0 : session.lastSerial();
        if (batch.serial() > last + 1) {
            return new Outcome.Gap(last + 1);
        }
        if (session != null && batch.serial() <= last) {
            return new Outcome.Duplicate(session.answer(batch.serial()));
        }
        return null;
    }

    /**
     * Ends the sessions of all others and opens none for them from now on. To be called when a configuration is applied,
     * at the same index on every member; before the first call everybody may open a session.
     *
     * <p>An ended session is not forgotten: it is fenced by the next epoch. Else a member that is removed and comes back
     * would be applied again what it had under way, and a batch of before that arrives late likewise.
     *
     * @param incarnations of all members, voters and learners
     */
    public void retainSessions(Set<UUID> incarnations) {
        SortedSet<UUID> removed = new TreeSet<>(members);
        removed.removeAll(incarnations);
        for (UUID node : members.isEmpty() ? List.copyOf(sessions.keySet()) : removed) {
            Session session = sessions.get(node);
            if (session != null && !incarnations.contains(node)) {
                session.begin(session.epoch() + 1);
            }
        }
        members.clear();
        members.addAll(incarnations);
    }

    /** What that batch came to, or null when it was not applied or the answer is no longer kept. */
    public @Nullable List<Result> answers(UUID node, long epoch, long serial) {
        Session session = sessions.get(node);
        return session == null || session.epoch() != epoch ? null : session.answer(serial);
    }

    /** What the kept answers of that node say it took: it may not have got to read the messages yet. */
    public List<Result.Taken> keptTakes(UUID node) {
        Session session = sessions.get(node);
        List<Result.Taken> takes = new ArrayList<>();
        for (Result result : session == null ? List.<Result>of() : session.keptResults()) {
            if (result instanceof Result.Taken taken && taken.count() > 0) {
                takes.add(taken);
            }
        }
        return takes;
    }

    /** The serial of the last batch applied of that start of the node, 0 when there is none. */
    public long lastSerial(UUID node, long epoch) {
        Session session = sessions.get(node);
        return session == null || session.epoch() != epoch ? 0 : session.lastSerial();
    }

    /** The epoch in force of that node's session: older ones are fenced; -1 when it never had a session. */
    public long sessionEpoch(UUID node) {
        Session session = sessions.get(node);
        return session == null ? -1 : session.epoch();
    }

    /** The figures of one queue, or null when there is no such queue. */
    public @Nullable QueueFigures figures(String queue) {
        Queue found = queues.find(queue);
        return found == null ? null : found.figures();
    }

    /** By name. */
    public List<QueueFigures> allFigures() {
        return queues.all().stream().map(Queue::figures).toList();
    }

    /** Up to {@code limit} ids of waiting messages from the head on, in order. */
    public List<Long> waiting(String queue, int limit) {
        Queue found = queues.find(queue);
        if (found == null) {
            return List.of();
        }
        List<Long> ids = new ArrayList<>();
        for (long id = found.headId(); id < found.nextId() && ids.size() < limit; id++) {
            ids.add(id);
        }
        return ids;
    }

    /** Everything, as versioned bytes: see {@link StateSnapshot}. A few hundred bytes per queue, whatever waits. */
    public byte[] snapshot() {
        return StateSnapshot.write(this);
    }

    /** The state of a snapshot; {@link MalformedCommandException} when the bytes are none that this release reads. */
    public static QueueState restore(byte[] snapshot) {
        return StateSnapshot.read(snapshot);
    }

    /**
     * A hash of queues, sessions and members, without the index and time of the last entry: equal on all members at
     * equal index.
     */
    public long hash() {
        return StateSnapshot.hash(this);
    }

    SortedSet<UUID> members() {
        return members;
    }

    SortedMap<UUID, Session> sessions() {
        return sessions;
    }

    Queues queues() {
        return queues;
    }
}
