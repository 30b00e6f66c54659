package io.raftqueue.server.faults;

import static org.awaitility.Awaitility.await;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.core.ConditionTimeoutException;

/**
 * An ext4 file system of its own, in a file, mounted through a loop device: it can be full, and its power can be cut.
 * Needs root, loop devices and python3, see {@link #isAvailable()}. Unmounted and removed by {@link #close()}, and when
 * this JVM is asked to end before.
 */
public final class LoopDisk implements Closeable {
    /** EXT4_IOC_SHUTDOWN with NOLOGFLUSH: what is not on the device now will never be, the journal included. */
    private static final String SHUT_DOWN = """
        import fcntl, os, struct, sys
        for fd in [os.open(path, os.O_RDONLY) for path in sys.argv[1:]]:
            fcntl.ioctl(fd, 0x8004587D, struct.pack('I', 2))
        """;

    private static final String BALLAST = "ballast";
    private static final long MARGIN = 512 << 10;

    private final Path image;
    private final Path mountPoint;
    private final Thread atExit = new Thread(this::unmountAtExit);
    private boolean mounted;

    private LoopDisk(Path image, Path mountPoint) {
        this.image = image;
        this.mountPoint = mountPoint;
    }

    /** Whether this machine lets us: tried with a disk of its own, cut and mounted again. */
    public static boolean isAvailable() throws IOException {
        if (!"root".equals(System.getProperty("user.name")) || !Files.exists(Path.of("/dev/loop-control"))) {
            return false;
        }
        Path scratch = Files.createTempDirectory("loop-disk-");
        try (LoopDisk disk = mount(scratch.resolve("image"), scratch.resolve("mounted"), 8)) {
            cut(List.of(disk));
            disk.unmount();
            disk.mount();
            return true;
        } catch (IOException notAllowed) {
            return false;
        } finally {
            Files.deleteIfExists(scratch.resolve("mounted"));
            Files.deleteIfExists(scratch);
        }
    }

    /**
     * Makes and mounts one.
     *
     * @param image a file that does not exist yet; it takes only what is used of its size
     * @param mountPoint a directory, made if it does not exist
     */
    public static LoopDisk mount(Path image, Path mountPoint, int megabytes) throws IOException {
        LoopDisk disk = new LoopDisk(image.toAbsolutePath(), mountPoint.toAbsolutePath());
        Files.createDirectories(disk.mountPoint);
        run("truncate", "-s", megabytes + "M", disk.image.toString());
        // No blocks kept back for root: what is free is free for the node.
        run("mkfs.ext4", "-q", "-F", "-m", "0", disk.image.toString());
        Runtime.getRuntime().addShutdownHook(disk.atExit);
        disk.mount();
        return disk;
    }

    /** Cuts the power of all of them at once: from now on nothing reaches them, and every write and fsync fails. */
    public static void cut(List<LoopDisk> disks) throws IOException {
        var command = new ArrayList<>(List.of("python3", "-c", SHUT_DOWN));
        disks.forEach(disk -> command.add(disk.mountPoint.toString()));
        run(command.toArray(String[]::new));
    }

    public Path mountPoint() {
        return mountPoint;
    }

    public long usableBytes() throws IOException {
        return Files.getFileStore(mountPoint).getUsableSpace();
    }

    public long totalBytes() throws IOException {
        return Files.getFileStore(mountPoint).getTotalSpace();
    }

    /**
     * Somebody else's file takes the room until so many bytes are free.
     *
     * @param free 0 for not even one block
     */
    public void fillUpTo(long free) throws IOException {
        Path ballast = mountPoint.resolve(BALLAST);
        long size = Files.exists(ballast) ? Files.size(ballast) : 0;
        long tooMuch = usableBytes() - free;
        if (tooMuch > MARGIN) {
            long bytes = tooMuch - (free == 0 ? MARGIN : 0); // blocks for the file's own map
            run("fallocate", "-o", Long.toString(size), "-l", Long.toString(bytes), ballast.toString());
        }
        if (free == 0) {
            fillLastBlocks(ballast);
        }
    }

    private static void fillLastBlocks(Path ballast) throws IOException {
        try (var file = FileChannel.open(
                ballast, StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.DSYNC)) {
            for (int bytes = 256 << 10; bytes >= 4096; bytes /= 2) {
                try {
                    while (file.write(ByteBuffer.allocate(bytes)) > 0) {}
                } catch (IOException full) {
                    if (!full.getMessage().contains("No space left")) {
                        throw full;
                    }
                }
            }
        }
    }

    /** Gives back what {@link #fillUpTo} took. */
    public void free() throws IOException {
        Files.deleteIfExists(mountPoint.resolve(BALLAST));
    }

    public synchronized void mount() throws IOException {
        if (isHeldElsewhere()) {
            // A file system whose power was cut stays so until nobody has it mounted. What had reached it is in the
            // image.
            Path copy = image.resolveSibling(image.getFileName() + ".copy");
            run("cp", "--sparse=always", image.toString(), copy.toString());
            Files.move(copy, image, StandardCopyOption.REPLACE_EXISTING);
        }
        run("mount", "-o", "loop", image.toString(), mountPoint.toString());
        mounted = true;
    }

    /** Whoever entered a mount namespace of its own meanwhile took this mount along, and has it still. */
    private boolean isHeldElsewhere() {
        try {
            // The loop device goes a moment after the mount.
            await().atMost(Duration.ofSeconds(1))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() ->
                            run("losetup", "--associated", image.toString()).isEmpty());
            return false;
        } catch (ConditionTimeoutException held) {
            return true;
        }
    }

    /** With what the page cache held of it; nobody may use it any more. */
    public synchronized void unmount() throws IOException {
        run("umount", mountPoint.toString());
        mounted = false;
    }

    @Override
    public synchronized void close() throws IOException {
        if (mounted) {
            unmount();
        }
        Files.deleteIfExists(image);
        Runtime.getRuntime().removeShutdownHook(atExit);
    }

    /** Lazily: processes on it may still run. */
    private void unmountAtExit() {
        try {
            run("umount", "-l", mountPoint.toString());
            Files.deleteIfExists(image);
        } catch (IOException e) {
            System.err.println("left behind: " + mountPoint + ", " + image + ": " + e.getMessage());
        }
    }

    /** What it said. */
    private static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + ": " + said.strip());
            }
            return said;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted in " + command[0], e);
        }
    }
}
