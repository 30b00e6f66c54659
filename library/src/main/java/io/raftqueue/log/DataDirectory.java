package io.raftqueue.log;

import io.raftqueue.log.disk.DiskDirectory;
import io.raftqueue.log.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A node's data directory: taken for this process, its format and owner checked, its start counted.
 *
 * <pre>
 * LOCK                  held for life; says by whom
 * FORMAT                "raftqueue-data 1"
 * node.id               {@link IdentityFile}: name, incarnation, epoch, cluster
 * raft-state            {@link TermAndVote}: term, vote
 * durable               {@link DurableMark}: how far the log is surely on disk
 * log-000000000001.seg  {@link SegmentHeader}, {@link RecordFormat}: the entries
 * reserve               room that is given up when the device is full
 * *.tmp                 left over from something that was never published; removed at start
 * </pre>
 */
public final class DataDirectory implements AutoCloseable {
    static final String FORMAT_FILE = "FORMAT";
    static final String TEMPORARY = ".tmp";
    static final int FORMAT = 1;
    private static final String FORMAT_PREFIX = "raftqueue-data ";
    private static final Pattern FORMAT_LINE = Pattern.compile(FORMAT_PREFIX + "[0-9]{1,6}");
    private static final int LONGEST_FORMAT_LINE = 64;
    private static final Set<String> OURS =
            Set.of(FORMAT_FILE, IdentityFile.NAME, TermAndVote.NAME, Preallocation.RESERVE);

    private final DiskDirectory disk;
    private final IdentityFile identity;

    private DataDirectory(DiskDirectory disk, IdentityFile identity) {
        this.disk = disk;
        this.identity = identity;
    }

    /** True if a node has lived here. */
    public static boolean holdsData(DiskDirectory disk) {
        try {
            return disk.list().contains(IdentityFile.NAME);
        } catch (IOException e) {
            throw new LogFailedException("cannot list " + disk.path() + ": " + e, e);
        }
    }

    /**
     * Opens the directory, or makes it the given node's if it is empty. It owns {@code disk} from now on, also if it throws.
     *
     * @param nodeName empty for whatever a directory with data says
     * @param uuids for the incarnation of a new directory
     * @throws DirectoryInUseException if another process holds it
     * @throws WrongDirectoryException if it belongs to another node or is of a newer format
     * @throws DamagedLogException if its identity cannot be read
     */
    public static DataDirectory open(DiskDirectory disk, String nodeName, Supplier<UUID> uuids) {
        boolean opened = false;
        try {
            String process = "process " + ProcessHandle.current().pid();
            String holder = disk.lock(nodeName.isEmpty() ? process : "node " + nodeName + ", " + process);
            if (holder != null) {
                throw new DirectoryInUseException(disk.path(), holder);
            }
            IdentityFile identity = openLocked(disk, nodeName, uuids);
            opened = true;
            return new DataDirectory(disk, identity);
        } catch (IOException e) {
            throw new LogFailedException("cannot open data directory " + disk.path() + ": " + e, e);
        } finally {
            if (!opened) {
                disk.close();
            }
        }
    }

    private static IdentityFile openLocked(DiskDirectory disk, String nodeName, Supplier<UUID> uuids)
            throws IOException {
        disk.sync(); // names that a killed process left may not be on disk yet, and all that follows rests on them
        List<String> names = disk.list();
        checkFormat(disk, names);
        for (String name : names) {
            if (isOurTemporary(name)) {
                disk.delete(name);
            }
        }
        if (names.contains(IdentityFile.NAME)) {
            return IdentityFile.openAndCount(disk, nodeName);
        }
        checkUnused(disk, names);
        if (!names.contains(FORMAT_FILE)) {
            writeFormat(disk);
        }
        return IdentityFile.create(disk, nodeName, uuids.get());
    }

    /** Without an identity, there must be nothing that a node has written. */
    static void checkUnused(DiskDirectory disk, List<String> names) {
        for (String name : names) {
            if (SegmentHeader.sequenceOf(name) >= 0 || name.equals(TermAndVote.NAME)) {
                throw new DamagedLogException(
                        disk.path(), IdentityFile.NAME, -1, "it is missing, though there is " + name, null);
            }
        }
    }

    /** A cluster is entered when the log is open, so what was promised there must be known. */
    static void checkPromises(DiskDirectory disk, NodeIdentity identity) throws IOException {
        if (identity.clusterId() != null && !disk.list().contains(TermAndVote.NAME)) {
            throw new DamagedLogException(
                    disk.path(),
                    TermAndVote.NAME,
                    -1,
                    "it is missing, though this node is in cluster " + identity.clusterId(),
                    null);
        }
    }

    /** Somebody's directory may have been given to us by mistake, with temporary files that are not ours to delete. */
    private static boolean isOurTemporary(String name) {
        if (!name.endsWith(TEMPORARY)) {
            return false;
        }
        String stem = name.substring(0, name.length() - TEMPORARY.length());
        return OURS.contains(stem)
                || SegmentHeader.sequenceOf(stem) >= 0
                || SegmentHeader.sequenceOf(SegmentHeader.Kind.LOG, stem, SegmentSummary.SUFFIX) >= 0
                || SegmentHeader.sequenceOf(SegmentHeader.Kind.CARRIED, stem, ".seg") >= 0
                || SnapshotFile.isName(stem);
    }

    private static void writeFormat(DiskDirectory disk) throws IOException {
        try (DiskFile file = disk.create(FORMAT_FILE + TEMPORARY)) {
            file.writeFully(ByteBuffer.wrap((FORMAT_PREFIX + FORMAT + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
            file.force();
        }
        disk.rename(FORMAT_FILE + TEMPORARY, FORMAT_FILE);
        disk.sync();
    }

    static void checkFormat(DiskDirectory disk, List<String> names) throws IOException {
        if (!names.contains(FORMAT_FILE)) {
            if (names.contains(IdentityFile.NAME)) {
                throw new DamagedLogException(
                        disk.path(), FORMAT_FILE, -1, "it is missing, though there is " + IdentityFile.NAME, null);
            }
            return;
        }
        String line;
        try (DiskFile file = disk.open(FORMAT_FILE)) {
            ByteBuffer b = ByteBuffer.allocate((int) Math.min(LONGEST_FORMAT_LINE, file.size()));
            file.readFully(b, 0);
            line = new String(b.array(), StandardCharsets.US_ASCII).strip();
        }
        int format = FORMAT_LINE.matcher(line).matches() ? Integer.parseInt(line.substring(FORMAT_PREFIX.length())) : 0;
        if (format > FORMAT) {
            throw new WrongDirectoryException("data directory " + disk.path() + " has format " + format
                    + ", this release reads up to " + FORMAT + ": start the release that wrote it, or a newer one");
        }
        if (format < 1) {
            throw new DamagedLogException(disk.path(), FORMAT_FILE, 0, "it names no format", null);
        }
    }

    public String path() {
        return disk.path();
    }

    public NodeIdentity identity() {
        return identity.identity();
    }

    /** Notes the cluster this node has entered; on disk when it returns. Another than noted is a WrongDirectoryException. */
    public void adoptCluster(UUID clusterId) {
        @Nullable UUID noted = identity.identity().clusterId();
        if (clusterId.equals(noted)) {
            return;
        }
        if (noted != null) {
            throw new WrongDirectoryException(
                    "data directory " + disk.path() + " belongs to cluster " + noted + " and cannot enter cluster "
                            + clusterId + ": give this node an empty directory to join that one");
        }
        try {
            identity.adoptCluster(clusterId);
        } catch (IOException e) {
            throw new LogFailedException("cannot note cluster " + clusterId + " in " + disk.path() + ": " + e, e);
        }
    }

    /**
     * Recovers the log.
     *
     * @param background runs preallocation and copying; inline ({@code Runnable::run}) in a simulation
     */
    public SegmentedLog openLog(LogOptions options, BodyReader bodies, Executor background) {
        try {
            checkPromises(disk, identity());
        } catch (IOException e) {
            throw new LogFailedException("cannot list " + disk.path() + ": " + e, e);
        }
        return SegmentedLog.open(disk, identity().incarnation(), options, bodies, background);
    }

    /** Gives the directory back. Close the log first. */
    @Override
    public void close() {
        identity.close();
        disk.close();
    }
}
