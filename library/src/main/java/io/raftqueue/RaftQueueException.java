package io.raftqueue;

import org.jspecify.annotations.Nullable;

/** The root of what queues throw; says whether the failed operation may have taken effect. */
public class RaftQueueException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Whether the operation may have taken effect. */
    private final boolean mayHaveBeenApplied;

    /**
     * Creates an exception.
     *
     * @param message what failed, why and what to do
     * @param mayHaveBeenApplied false if the operation surely has not taken effect, so that a retry is safe
     * @param cause what led to it, or null
     */
    public RaftQueueException(String message, boolean mayHaveBeenApplied, @Nullable Throwable cause) {
        super(message, cause);
        this.mayHaveBeenApplied = mayHaveBeenApplied;
    }

    /**
     * Whether the failed operation may have taken effect: if false, a plain retry is safe.
     *
     * @return true if the outcome is unknown
     */
    public boolean mayHaveBeenApplied() {
        return mayHaveBeenApplied;
    }
}
