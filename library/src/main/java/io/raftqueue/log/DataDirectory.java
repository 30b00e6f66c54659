package io.raftqueue.log;

import io.raftqueue.log.disk.DiskDirectory;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** A node's data directory: taken for this process, its format and owner checked, its start counted. */
public final class DataDirectory implements AutoCloseable {
    /** True if a node has lived here. */
    public static boolean holdsData(DiskDirectory disk) {
        throw new UnsupportedOperationException();
    }

    /**
     * Opens the directory, or makes it the given node's if it is empty. It owns {@code disk} from now on, also if it throws.
     *
     * @param uuids for the incarnation of a new directory
     * @throws DirectoryInUseException if another process holds it
     * @throws WrongDirectoryException if it belongs to another node or is of a newer format
     * @throws DamagedLogException if its identity cannot be read
     */
    public static DataDirectory open(DiskDirectory disk, String nodeName, Supplier<UUID> uuids) {
        throw new UnsupportedOperationException();
    }

    public NodeIdentity identity() {
        throw new UnsupportedOperationException();
    }

    /** Notes the cluster this node has entered; on disk when it returns. Another than noted is a WrongDirectoryException. */
    public void adoptCluster(UUID clusterId) {
        throw new UnsupportedOperationException();
    }

    /**
     * Recovers the log.
     *
     * @param background runs preallocation and copying; inline ({@code Runnable::run}) in a simulation
     */
    public SegmentedLog openLog(LogOptions options, BodyReader bodies, Executor background) {
        throw new UnsupportedOperationException();
    }

    /** Gives the directory back. Close the log first. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
