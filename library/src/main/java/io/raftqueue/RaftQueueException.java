package io.raftqueue;

import org.jspecify.annotations.Nullable;

/** Root of all failures of this library. The message carries the state at the time: leader, role, members, elapsed. */
public abstract class RaftQueueException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What a caller may do. */
    public enum Retry {
        /** Nothing was and nothing will be applied: retry when the cause is gone. */
        NOT_APPLIED,
        /** It may have been applied, or may still be: retry only if doing it twice does no harm. */
        MAY_HAVE_BEEN_APPLIED,
        /** A retry cannot help. */
        USELESS
    }

    private final Retry retry;

    protected RaftQueueException(Retry retry, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.retry = retry;
    }

    /** Whether a retry is safe. */
    public final Retry retry() {
        return retry;
    }
}
