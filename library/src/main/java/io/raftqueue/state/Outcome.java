package io.raftqueue.state;

import io.raftqueue.command.Result;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of a batch. Only {@link Applied} changed the queues. */
public sealed interface Outcome {
    /** In the order of the commands. */
    record Applied(List<Result> results) implements Outcome {}

    /**
     * This batch was applied before.
     *
     * @param results what it came to then, or null when that is no longer kept
     */
    record Duplicate(@Nullable List<Result> results) implements Outcome {}

    /** A batch before this one is missing: send {@code expectedSerial} first, then this one again. */
    record Gap(long expectedSerial) implements Outcome {}

    /**
     * A later start of that member took its place, or it is no member: nothing of this epoch will ever be applied
     * again.
     *
     * @param epoch the epoch in force, or -1 when the sender is no member
     */
    record Fenced(long epoch) implements Outcome {}
}
