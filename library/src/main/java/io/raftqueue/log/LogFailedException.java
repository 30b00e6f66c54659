package io.raftqueue.log;

import org.jspecify.annotations.Nullable;

/** The log met an error it cannot be sure to have survived, and does nothing any more until the node is started anew. */
public final class LogFailedException extends LogException {
    private static final long serialVersionUID = 1L;

    public LogFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
