package io.raftqueue.log;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Once closed by a failure, nothing passes any more: what rests on a lost write must not leave the node. */
final class FailureGate {
    private final String path;
    private volatile @Nullable Throwable cause;
    private volatile boolean closed;
    private volatile @Nullable Consumer<Throwable> listener;

    FailureGate(String path) {
        this.path = path;
    }

    @Nullable
    Throwable cause() {
        return cause;
    }

    void listener(Consumer<Throwable> newListener) {
        listener = newListener;
        Throwable already = cause;
        if (already != null) {
            newListener.accept(already);
        }
    }

    /** The end: what goes wrong from now on is no failure but a late caller. */
    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    void check() {
        if (closed) {
            throw new LogFailedException("the log in " + path + " is closed", null);
        }
        Throwable already = cause;
        if (already != null) {
            throw new LogFailedException("the log in " + path + " has failed before: " + already.getMessage(), already);
        }
    }

    /** Sets the failure before the exception leaves; the caller throws what is returned. */
    LogException fail(String doing, Throwable failure) {
        if (closed) {
            return new LogFailedException("the log in " + path + " was closed while " + doing, failure);
        }
        Consumer<Throwable> told = null;
        synchronized (this) {
            if (cause == null) {
                cause = failure;
                told = listener;
            }
        }
        if (told != null) {
            told.accept(failure);
        }
        if (failure instanceof DamagedLogException damaged) {
            return damaged;
        }
        return new LogFailedException(
                doing + " in " + path + " failed: " + failure
                        + ". What was not yet acknowledged may be lost; the log takes nothing more."
                        + " Look after the disk, then start the node again",
                failure);
    }
}
