package io.raftqueue.log;

import org.jspecify.annotations.Nullable;

/** No room on the device for the next file. Nothing was written and nothing has changed: try again when there is room. */
public final class NoSpaceException extends LogException {
    private static final long serialVersionUID = 1L;

    public NoSpaceException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
