package io.raftqueue.raft;

import io.raftqueue.command.CommandBatch;
import io.raftqueue.command.Result;
import io.raftqueue.consensus.Configuration;
import io.raftqueue.consensus.Entry;
import io.raftqueue.consensus.InternalEntryCodec;
import io.raftqueue.consensus.Member;
import io.raftqueue.log.StoredSnapshot;
import io.raftqueue.state.Outcome;
import io.raftqueue.state.QueueState;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Brings what is committed into the state, in order and once, and tells whom it concerns. Owned by the raft thread. */
final class Applier {
    /** Applied between two looks at what came in, so that a long backlog delays no heartbeat. */
    private static final int AT_ONCE = 4_096;

    private static final long BYTES_AT_ONCE = 8 << 20;

    private final ReplicaCore core;
    private final UUID self;
    private long committed;

    Applier(ReplicaCore core) {
        this.core = core;
        this.self = core.world.identity().incarnation();
    }

    long committed() {
        return committed;
    }

    void committed(long index) {
        committed = index;
    }

    /** Whether committed entries wait. */
    boolean behind() {
        return core.machine.state().appliedIndex() < committed;
    }

    /** The newest snapshot of the own disk is where the state begins. */
    void load(StoredSnapshot snapshot) {
        core.machine.restore(snapshot.state());
        core.stored.reset(core.machine.state());
        committed = Math.max(committed, snapshot.index());
    }

    /** Applies the next committed entries; {@link #behind()} tells whether more wait. */
    void apply() {
        QueueState state = core.machine.state();
        long from = state.appliedIndex() + 1;
        if (from > committed) {
            return;
        }
        long most = Math.min(committed, from + AT_ONCE - 1);
        long bytes = 0;
        long to = from - 1;
        while (to < most && bytes < BYTES_AT_ONCE) {
            to++;
            Entry entry = core.log.entry(to);
            if (entry == null) {
                throw new IllegalStateException("entry " + to + " is committed but not in the log, which has "
                        + core.log.firstIndex() + " to " + core.log.lastIndex());
            }
            bytes += entry.payload().length;
            apply(entry);
        }
        core.reads.applied(to);
        core.intake.pump();
        core.checkpoints.applied(core);
    }

    private void apply(Entry entry) {
        core.checkpoints.count(entry.payload().length);
        if (entry.internal()) {
            core.machine.pass(entry.index(), entry.time());
            Configuration configuration = InternalEntryCodec.decode(entry.payload());
            if (configuration != null) {
                core.machine.members(configuration.members().stream()
                        .map(Member::incarnation)
                        .collect(Collectors.toSet()));
                sessionMayHaveEnded();
            }
            return;
        }
        ReplicatedQueueStateMachine.Applied applied = core.machine.apply(entry.index(), entry.time(), entry.payload());
        core.engineCalls.applied(entry.index(), entry.term(), applied.outcome());
        CommandBatch batch = applied.batch();
        core.stored.refusals(batch.commands(), applied.outcome());
        if (applied.outcome() instanceof Outcome.Fenced || applied.outcome() instanceof Outcome.Gap) {
            core.intake.forget(batch.node());
        }
        if (batch.node().equals(self) && batch.epoch() == core.submissions.epoch()) {
            answered(batch.serial(), applied.outcome());
        }
    }

    /** The own removal ends the own session; what is under way was not applied before that, and will not be after it. */
    private void sessionMayHaveEnded() {
        long inForce = core.machine.state().sessionEpoch(self);
        if (inForce > core.submissions.epoch()) {
            core.submissions.fenced(inForce, core.now());
        }
    }

    private void answered(long serial, Outcome outcome) {
        if (outcome instanceof Outcome.Applied a) {
            core.submissions.applied(serial, a.results());
        } else if (outcome instanceof Outcome.Duplicate d) {
            core.submissions.applied(serial, d.results());
        } else if (outcome instanceof Outcome.Gap g) {
            core.submissions.resendFrom(g.expectedSerial(), core.now());
        } else if (outcome instanceof Outcome.Fenced f && f.epoch() >= 0) {
            core.submissions.fenced(f.epoch(), core.now());
        }
        // Fenced as no member: if it is brought in again, what is under way goes again.
    }

    /** A snapshot took the place of log and state: the own batches that it covers have their answers in it, or none. */
    void installed(StoredSnapshot snapshot) {
        load(snapshot);
        core.consensus().snapshotInstalled(ReplicaCore.pointOf(snapshot), core.now());
        QueueState state = core.machine.state();
        long sessionEpoch = state.sessionEpoch(self);
        if (sessionEpoch > core.submissions.epoch()) {
            core.submissions.endedUnseen(sessionEpoch);
        }
        for (long serial : core.submissions.serialsInFlight()) {
            if (serial <= state.lastSerial(self, core.submissions.epoch())) {
                @Nullable List<Result> kept = state.answers(self, core.submissions.epoch(), serial);
                core.submissions.appliedUnseen(serial, kept, core.log::holds);
            }
        }
        core.reads.applied(snapshot.index());
        core.world.events().queuesChanged();
    }
}
