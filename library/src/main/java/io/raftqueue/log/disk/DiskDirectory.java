package io.raftqueue.log.disk;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One flat directory of files. Names created, renamed or deleted survive a power cut only after {@link #sync()}. No room
 * on the device is a {@link DiskFullException}; every other failure is a plain {@link IOException}.
 */
public interface DiskDirectory extends AutoCloseable {
    /** Where it is, for people. */
    String path();

    /** Creates an empty file that did not exist, readable by its owner only. */
    DiskFile create(String name) throws IOException;

    DiskFile open(String name) throws IOException;

    /** Gives a file another name, atomically; a file of that name is replaced. */
    void rename(String from, String to) throws IOException;

    /** Deletes the file; no error if there is none. */
    void delete(String name) throws IOException;

    /** The names of all files, sorted. */
    List<String> list() throws IOException;

    /** Returns when all names are on disk. */
    void sync() throws IOException;

    /**
     * Takes the directory for this process, until {@link #close()}.
     *
     * @param owner what others are told about who holds it
     * @return null if it is ours now, else what its present holder said
     */
    @Nullable
    String lock(String owner) throws IOException;

    /** Bytes this process may still write on the device. */
    long usableBytes() throws IOException;

    /** Size of the device. */
    long totalBytes() throws IOException;

    @Override
    void close();
}
