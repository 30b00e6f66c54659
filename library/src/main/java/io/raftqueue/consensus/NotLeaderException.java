package io.raftqueue.consensus;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** This server does not take proposals now; nothing was appended. */
public final class NotLeaderException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final @Nullable UUID leader;

    NotLeaderException(String message, @Nullable UUID leader) {
        super(message);
        this.leader = leader;
    }

    /** Incarnation of the leader, if one is known. */
    public @Nullable UUID leader() {
        return leader;
    }
}
