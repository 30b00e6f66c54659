package io.raftqueue.raft;

import io.raftqueue.command.CommandBatch;
import io.raftqueue.command.CommandCodec;
import io.raftqueue.command.Result;
import io.raftqueue.command.ResultCodec;
import io.raftqueue.state.Changes;
import io.raftqueue.state.Outcome;
import io.raftqueue.state.QueueState;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jgroups.raft.StateMachine;
import org.jspecify.annotations.Nullable;

/**
 * The replicated state machine as jgroups-raft knows it: a committed entry's bytes go to the pure {@link QueueState}, what
 * changed goes to {@link Changes}. It never throws because of what a command asks for (that is an encoded result); bytes
 * it cannot decode stop the node, for another release wrote them.
 *
 * <p>Owned by the raft thread.
 */
final class ReplicatedQueueStateMachine implements StateMachine {
    private static final int MAX_STATE_BYTES = 1 << 30;

    private final Changes changes;
    private QueueState state;

    ReplicatedQueueStateMachine(QueueState state, Changes changes) {
        this.state = state;
        this.changes = changes;
    }

    /** A batch and what became of it. */
    record Applied(CommandBatch batch, Outcome outcome) {}

    /** Applies the entry at {@code index}. */
    Applied apply(long index, long time, byte[] payload) {
        CommandBatch batch = CommandCodec.decode(payload);
        return new Applied(batch, state.apply(index, time, batch, changes));
    }

    /** An entry of the consensus was passed. */
    void pass(long index, long time) {
        state.advance(index, time);
    }

    /** A configuration was applied: others than its members have no session. */
    void members(Set<UUID> incarnations) {
        state.retainSessions(incarnations);
    }

    QueueState state() {
        return state;
    }

    byte[] snapshot() {
        return state.snapshot();
    }

    void restore(byte[] snapshot) {
        state = QueueState.restore(snapshot);
    }

    /** For the engine's own callers: the entry after the last one, at the same cluster time. */
    @Override
    public byte @Nullable [] apply(byte[] data, int offset, int length, boolean serializeResponse) {
        byte[] payload = java.util.Arrays.copyOfRange(data, offset, offset + length);
        Applied applied = apply(state.appliedIndex() + 1, state.time(), payload);
        return serializeResponse ? ResultCodec.encode(results(applied.outcome())) : null;
    }

    private static List<Result> results(Outcome outcome) {
        if (outcome instanceof Outcome.Applied applied) {
            return applied.results();
        }
        return outcome instanceof Outcome.Duplicate d && d.results() != null ? d.results() : List.of();
    }

    @Override
    public void writeContentTo(DataOutput out) throws IOException {
        byte[] bytes = snapshot();
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    @Override
    public void readContentFrom(DataInput in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > MAX_STATE_BYTES) {
            throw new IOException("a state of " + length + " bytes");
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        restore(bytes);
    }
}
