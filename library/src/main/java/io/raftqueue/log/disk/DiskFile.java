package io.raftqueue.log.disk;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file. What is written is on disk only after {@link #force()}; every method may be called from any thread. */
public interface DiskFile extends AutoCloseable {
    /** The name inside its directory. */
    String name();

    long size() throws IOException;

    /** Writes at the position, possibly less than what remains in the buffer. Beyond the end it lengthens the file. */
    int write(ByteBuffer source, long position) throws IOException;

    /** Reads at the position, possibly less than what fits in the buffer; -1 at or beyond the end. */
    int read(ByteBuffer target, long position) throws IOException;

    /** Returns when all that was written before is on disk. */
    void force() throws IOException;

    @Override
    void close();

    /** Writes all that remains in the buffer; a short write is continued, one that writes nothing is an error. */
    default void writeFully(ByteBuffer source, long position) throws IOException {
        long at = position;
        while (source.hasRemaining()) {
            int written = write(source, at);
            if (written <= 0) {
                throw new IOException("write of " + source.remaining() + " bytes at " + at + " of " + name()
                        + " wrote nothing: the device takes no more data");
            }
            at += written;
        }
    }

    /** Fills the buffer. */
    default void readFully(ByteBuffer target, long position) throws IOException {
        long at = position;
        while (target.hasRemaining()) {
            int read = read(target, at);
            if (read < 0) {
                throw new EOFException("end of " + name() + " at " + at + ", " + target.remaining() + " bytes short");
            }
            at += read;
        }
    }
}
