package io.raftqueue.log.disk;

import java.io.IOException;

/** The device, or this user's quota on it, has no room. */
public final class DiskFullException extends IOException {
    private static final long serialVersionUID = 1L;

    public DiskFullException(String message, Throwable cause) {
        super(message, cause);
    }

    public DiskFullException(String message) {
        super(message);
    }
}
