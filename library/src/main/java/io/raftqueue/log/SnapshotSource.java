package io.raftqueue.log;

/**
 * The newest snapshot with all its bodies, and some that were taken before it, as one stream of bytes, read piece by
 * piece, at any offset again. While it is open nothing it needs is deleted: close it when the transfer is over or given up.
 */
public interface SnapshotSource extends AutoCloseable {
    long index();

    long term();

    /** At most {@code maxBytes} from the offset; empty at the end of the stream. Not for several threads at a time. */
    byte[] read(long offset, int maxBytes);

    @Override
    void close();
}
