package io.raftqueue.log;

import org.jspecify.annotations.Nullable;

/**
 * Something that may have been acknowledged is not on disk as it was written. The node must not start from it, nor go on
 * with it: the other members hold the truth.
 */
public final class DamagedLogException extends LogException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final long offset;

    /** @param offset in bytes from the start of the file; -1 when it is the file as a whole */
    public DamagedLogException(String path, String file, long offset, String what, @Nullable Throwable cause) {
        super(
                path + "/" + file + (offset < 0 ? "" : " at offset " + offset) + " is damaged: " + what
                        + ". Nothing that was acknowledged was changed. Keep a copy of the directory; then start this node on an empty"
                        + " directory and let it join the others again, or restore the directory from a backup",
                cause);
        this.file = file;
        this.offset = offset;
    }

    public String file() {
        return file;
    }

    public long offset() {
        return offset;
    }
}
