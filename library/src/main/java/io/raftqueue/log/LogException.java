package io.raftqueue.log;

import org.jspecify.annotations.Nullable;

/** Root of what the log throws. The message says what happened, where, and what to do. */
public abstract class LogException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    protected LogException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
