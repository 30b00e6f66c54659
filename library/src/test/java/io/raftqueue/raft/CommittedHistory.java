package io.raftqueue.raft;

import io.raftqueue.command.Command;
import io.raftqueue.command.CommandBatch;
import io.raftqueue.command.CommandCodec;
import io.raftqueue.command.Result;
import io.raftqueue.consensus.Configuration;
import io.raftqueue.consensus.Entry;
import io.raftqueue.consensus.InternalEntryCodec;
import io.raftqueue.consensus.Member;
import io.raftqueue.state.Outcome;
import io.raftqueue.state.QueueState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The entries that any member committed, which must be the same for all (state machine safety), and what they come to on
 * a state beside the members': the truth about calls whose callers never heard.
 */
final class CommittedHistory {
    /** A take that found something. */
    record Taken(int queue, long id) {}

    private record Session(UUID node, long start) {}

    private final SimulatedHouse house;
    private final List<Entry> entries = new ArrayList<>();
    private final List<Long> hashes = new ArrayList<>();
    private final QueueState state = new QueueState();
    private final Map<Long, Long> indexOfSend = new HashMap<>();
    private final Map<Taken, Long> indexOfTake = new HashMap<>();
    private final Map<Taken, Long> valueOf = new HashMap<>();
    private final Map<Long, Long> idOfValue = new HashMap<>();
    private final Map<Session, List<Taken>> takesOf = new LinkedHashMap<>();
    int configurations;

    CommittedHistory(SimulatedHouse house) {
        this.house = house;
    }

    /** What this member committed since last time. */
    void compare(SimulatedMember m) {
        long upTo = m.core.committedIndex();
        for (long i = m.compared + 1; i <= upTo; i++) {
            Entry e = m.core.log.entry(i);
            if (e == null) {
                if (i > m.core.log.snapshotIndex()) {
                    house.wrong("commit: " + m.name + " commits " + i + ", which is not in its log");
                } else {
                    house.happened.add(Happening.SNAPSHOT_INSTALL);
                    m.installedAt = house.now;
                }
            } else if (i == entries.size() + 1) {
                entries.add(e);
                apply(e);
            } else if (i > entries.size()) {
                house.wrong("commit: " + m.name + " commits " + i + " beyond " + entries.size());
            } else if (entries.get((int) i - 1).term() != e.term()
                    || !Arrays.equals(entries.get((int) i - 1).payload(), e.payload())) {
                house.wrong("state machine safety: " + m.name + " commits " + i + " of term " + e.term()
                        + ", others committed it of term "
                        + entries.get((int) i - 1).term());
            }
        }
        m.compared = Math.max(m.compared, upTo);
        long applied = m.core.machine.state().appliedIndex();
        if (applied != m.comparedState && applied > 0 && applied <= hashes.size()) {
            m.comparedState = applied;
            if (m.core.machine.state().hash() != hashes.get((int) applied - 1)) {
                house.wrong("state: that of " + m.name + " at " + applied + " differs from what the log comes to");
            }
        }
    }

    private void apply(Entry e) {
        if (e.internal()) {
            state.advance(e.index(), e.time());
            Configuration c = InternalEntryCodec.decode(e.payload());
            if (c != null) {
                configurations++;
                state.retainSessions(
                        c.members().stream().map(Member::incarnation).collect(Collectors.toSet()));
            }
        } else {
            CommandBatch batch = CommandCodec.decode(e.payload());
            Outcome outcome = state.apply(e.index(), e.time(), batch, io.raftqueue.state.Changes.NONE);
            if (outcome instanceof Outcome.Applied applied) {
                for (int i = 0; i < batch.commands().size(); i++) {
                    note(
                            e.index(),
                            batch,
                            batch.commands().get(i),
                            applied.results().get(i));
                }
            }
        }
        hashes.add(state.hash());
    }

    private void note(long index, CommandBatch batch, Command command, Result result) {
        int queue = HouseClients.QUEUES.indexOf(command.queue());
        if (command instanceof Command.Send send && result instanceof Result.Sent sent) {
            long value = ByteBuffer.wrap(send.message().payload()).getLong();
            valueOf.put(new Taken(queue, sent.firstId()), value);
            indexOfSend.putIfAbsent(value, index);
            Long before = idOfValue.putIfAbsent(value, sent.firstId());
            if (before != null) {
                house.wrong("applied twice: " + value + " became message " + before + " and " + sent.firstId());
            }
        } else if (command instanceof Command.Take && result instanceof Result.Taken taken && taken.count() > 0) {
            takesOf.computeIfAbsent(new Session(batch.node(), batch.epoch() >> 16), s -> new ArrayList<>())
                    .add(new Taken(queue, taken.firstId()));
            indexOfTake.put(new Taken(queue, taken.firstId()), index);
        }
    }

    /** Committed without anybody's doubt: how many. */
    int size() {
        return entries.size();
    }

    long termAt(long index) {
        return entries.get((int) index - 1).term();
    }

    /** The message that a send came to; null when it was never applied. */
    Long idOf(long value) {
        return idOfValue.get(value);
    }

    /** What that message carries; null when no such was sent. */
    Long valueOf(int queue, long id) {
        return valueOf.get(new Taken(queue, id));
    }

    /** Where the log has that send; 0 when it has not. */
    long indexOfSend(long value) {
        return indexOfSend.getOrDefault(value, 0L);
    }

    /** Where the log has the take of that message; 0 when it has not. */
    long indexOfTake(Taken taken) {
        return indexOfTake.getOrDefault(taken, 0L);
    }

    /** Is told what the takes of one life of one directory removed, in order. */
    interface SessionReader {
        void read(UUID node, long start, List<Taken> removed);
    }

    void eachSession(SessionReader reader) {
        takesOf.forEach((session, removed) -> reader.read(session.node(), session.start(), removed));
    }
}
