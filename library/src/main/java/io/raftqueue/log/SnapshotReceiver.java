package io.raftqueue.log;

/**
 * Takes the stream of a {@link SnapshotSource} of another member and puts it, complete, in the place of everything this
 * log holds. A crash before {@link #install()} has returned leaves either the old state or the new one.
 */
public interface SnapshotReceiver extends AutoCloseable {
    /** What has arrived without a gap: where the sender shall go on. */
    long offset();

    /** Adds a piece; one that does not begin at {@link #offset()} is ignored. Returns the offset after it. */
    long write(long offset, byte[] piece);

    /** True when the stream is complete. */
    boolean complete();

    /**
     * Checks the whole and installs it: snapshot, message index and bodies are replaced, the log is empty after it.
     *
     * @return the snapshot to load into the state, or null if the log already holds all of it
     */
    @org.jspecify.annotations.Nullable
    StoredSnapshot install();

    /** Gives up an unfinished transfer and removes what came. */
    @Override
    void close();
}
