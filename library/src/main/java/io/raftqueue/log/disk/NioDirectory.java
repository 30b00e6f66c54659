package io.raftqueue.log.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A real directory. Directories are made with mode 0700, files with 0600, where the file system knows such modes. */
public final class NioDirectory implements DiskDirectory {
    static final String LOCK_FILE = "LOCK";

    private final Path path;
    /** Kept: finding it reads the table of mounts. */
    private final FileStore store;

    private final boolean posix;
    /**
     * The directories this process holds. The one thing kept per process, for the operating system does so too: closing any
     * channel on a locked file gives the lock of the whole process up, so a second try must not even open the file.
     */
    private static final Map<Path, String> HELD = new ConcurrentHashMap<>();

    private @Nullable FileChannel lockChannel;
    private @Nullable Path held;

    private NioDirectory(Path path) throws IOException {
        this.path = path;
        this.store = Files.getFileStore(path);
        this.posix = store.supportsFileAttributeView("posix");
    }

    /** Opens the directory; it and its parents are made if they are missing. */
    public static NioDirectory open(Path path) throws IOException {
        Path absolute = path.toAbsolutePath().normalize();
        if (!Files.isDirectory(absolute)) {
            Path existing = absolute;
            while (existing != null && !Files.exists(existing, LinkOption.NOFOLLOW_LINKS)) {
                existing = existing.getParent();
            }
            boolean posix = existing != null && Files.getFileStore(existing).supportsFileAttributeView("posix");
            if (posix) {
                Files.createDirectories(
                        absolute, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            } else {
                Files.createDirectories(absolute);
            }
            // The new names must survive a power cut too: each parent that got one is forced, from the top down.
            for (Path made = existing; made != null && !made.equals(absolute); ) {
                syncPath(made);
                made = made.resolve(absolute.subpath(made.getNameCount(), made.getNameCount() + 1));
            }
        }
        return new NioDirectory(absolute);
    }

    @Override
    public String path() {
        return path.toString();
    }

    @Override
    public DiskFile create(String name) throws IOException {
        Path file = path.resolve(name);
        try {
            if (posix) {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            } else {
                Files.createFile(file);
            }
            return new NioFile(file);
        } catch (IOException e) {
            throw translate(e);
        }
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return new NioFile(path.resolve(name));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        try {
            Files.move(
                    path.resolve(from),
                    path.resolve(to),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException("the file system of " + path + " cannot rename atomically; use a local one", e);
        } catch (IOException e) {
            throw translate(e);
        }
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(path.resolve(name));
    }

    @Override
    public List<String> list() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.filter(f -> Files.isRegularFile(f))
                    .map(f -> f.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    @Override
    public void sync() throws IOException {
        syncPath(path);
    }

    private static void syncPath(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public synchronized @Nullable String lock(String owner) throws IOException {
        if (lockChannel != null) {
            return null;
        }
        Path real = path.toRealPath();
        String here = HELD.putIfAbsent(real, owner);
        if (here != null) {
            return here;
        }
        held = real;
        String elsewhere = null;
        try {
            elsewhere = lockFile(owner);
        } finally {
            if (lockChannel == null) {
                HELD.remove(real);
                held = null;
            }
        }
        return elsewhere;
    }

    private @Nullable String lockFile(String owner) throws IOException {
        Path file = path.resolve(LOCK_FILE);
        if (!Files.exists(file)) {
            create(LOCK_FILE).close();
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
        if (lock == null) {
            String holder = Files.readString(file, StandardCharsets.UTF_8).strip();
            return holder.isEmpty() ? "another process" : holder;
        }
        lockChannel = channel;
        channel.truncate(0);
        channel.write(ByteBuffer.wrap((owner + "\n").getBytes(StandardCharsets.UTF_8)), 0);
        return null;
    }

    @Override
    public long usableBytes() throws IOException {
        return store.getUsableSpace();
    }

    @Override
    public long totalBytes() throws IOException {
        return store.getTotalSpace();
    }

    @Override
    public synchronized void close() {
        if (lockChannel != null) {
            FileChannel channel = lockChannel;
            lockChannel = null;
            NioFile.closeQuietly(channel);
            if (held != null) {
                HELD.remove(held);
                held = null;
            }
        }
    }

    /** ENOSPC and EDQUOT have no class of their own in the JDK; their text is the C library's. */
    static IOException translate(IOException e) {
        String text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return text.contains("no space left") || text.contains("quota exceeded")
                ? new DiskFullException(String.valueOf(e.getMessage()), e)
                : e;
    }
}
