package io.raftqueue.server.faults;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/**
 * Makes one directory misbehave for the processes that are started with {@link #environment()}: slow or failing fsync,
 * failing and short writes, no space. Switched at any time while they run; a process that is started again finds the
 * switches as they are. Only these processes see it: no root, no mount. The C source is {@code faulty-disk.c} beside this
 * class; it is compiled here, so {@link #isAvailable()} asks for a C compiler.
 *
 * <pre>{@code
 * FaultyDisk disk = FaultyDisk.below(directory.resolve("node02"), scratch);
 * NodeProcess.start(directory, line, disk.environment());
 * disk.slowFsync(Duration.ofMillis(300));
 * ...
 * disk.heal();
 * }</pre>
 */
public final class FaultyDisk {
    /** What was done to the processes, to be sure that it was done at all. */
    public enum Count {
        SLOWED_FSYNCS,
        FAILED_FSYNCS,
        FAILED_WRITES,
        FAILED_NAMES,
        SHORTENED_WRITES,
        REFUSED_GROWTH
    }

    private static final int EIO = 5;

    private static final int MAGIC = 0x52514644;
    private static final int BYTES = 4 * 32;
    private static final int MAPPED = 4;
    private static final int FSYNC_MILLIS = 8;
    private static final int FSYNC_ERROR = 12;
    private static final int WRITE_ERROR = 16;
    private static final int NAME_ERROR = 20;
    private static final int SHORT_WRITES = 24;
    private static final int NO_SPACE = 28;
    private static final int COUNTS = 64;

    private final Path directory;
    private final Path library;
    private final Path controlFile;
    private final MappedByteBuffer control;

    private FaultyDisk(Path directory, Path library, Path controlFile, MappedByteBuffer control) {
        this.directory = directory;
        this.library = library;
        this.controlFile = controlFile;
        this.control = control;
    }

    /** Whether this machine can do it: Linux, and a C compiler called {@code cc}. */
    public static boolean isAvailable() {
        if (!System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux")) {
            return false;
        }
        try {
            return run("cc", "--version").isEmpty();
        } catch (IOException noCompiler) {
            return false;
        }
    }

    /**
     * A healthy disk at first.
     *
     * @param directory whose files misbehave, subdirectories included; it need not exist yet
     * @param scratch an existing directory for the compiled library and the control file, removed by whoever made it
     */
    public static FaultyDisk below(Path directory, Path scratch) throws IOException {
        Path real = realPath(directory);
        Path library = scratch.toRealPath().resolve("faulty-disk.so");
        if (!Files.exists(library)) {
            compile(library);
        }
        Path controlFile = Files.createTempFile(library.getParent(), "faults-of-" + real.getFileName() + "-", "");
        try (FileChannel channel = FileChannel.open(controlFile, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer control = channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES);
            control.order(ByteOrder.nativeOrder()).putInt(0, MAGIC);
            return new FaultyDisk(real, library, controlFile, control);
        }
    }

    private static void compile(Path library) throws IOException {
        Path source = Files.createTempFile(library.getParent(), "faulty-disk", ".c");
        Path unfinished = Files.createTempFile(library.getParent(), "faulty-disk", ".so");
        try (InputStream resource = FaultyDisk.class.getResourceAsStream("faulty-disk.c")) {
            Files.write(source, resource.readAllBytes());
            String failure =
                    run("cc", "-shared", "-fPIC", "-O2", "-o", unfinished.toString(), source.toString(), "-ldl");
            if (!failure.isEmpty()) {
                throw new IOException("faulty-disk.c: " + failure);
            }
            // By its name only once it is whole: tests may run at the same time.
            Files.move(unfinished, library);
        } finally {
            Files.deleteIfExists(source);
            Files.deleteIfExists(unfinished);
        }
    }

    /** What it said if it failed, else nothing. */
    private static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            return process.waitFor() == 0 ? "" : command[0] + " failed: " + said;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted in " + command[0], e);
        }
    }

    /** As the kernel will name it, also if its last parts are not there yet. */
    private static Path realPath(Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath().normalize();
        Path existing = absolute;
        while (!Files.exists(existing)) {
            existing = existing.getParent();
        }
        return existing.toRealPath().resolve(existing.relativize(absolute)).normalize();
    }

    /** What a process needs in its environment to be under this disk's influence. */
    public Map<String, String> environment() {
        return Map.of(
                "LD_PRELOAD", library.toString(),
                "FAULTY_DISK_DIRECTORY", directory.toString(),
                "FAULTY_DISK_CONTROL", controlFile.toString());
    }

    /** Each fsync and fdatasync takes this much longer; zero: no longer. */
    public FaultyDisk slowFsync(Duration by) {
        return set(FSYNC_MILLIS, (int) by.toMillis());
    }

    /** Each fsync and fdatasync fails with EIO. */
    public FaultyDisk failFsync() {
        return set(FSYNC_ERROR, EIO);
    }

    /** Each write fails with EIO, and nothing is written. */
    public FaultyDisk failWrites() {
        return set(WRITE_ERROR, EIO);
    }

    /** Creating and renaming files fails with EIO. */
    public FaultyDisk failNames() {
        return set(NAME_ERROR, EIO);
    }

    /** Each write of more than one byte writes only its first half. */
    public FaultyDisk shortWrites() {
        return set(SHORT_WRITES, 1);
    }

    /** As a full file system: what a file has can be written over, but no file can grow and none can be made (ENOSPC). */
    public FaultyDisk noSpace() {
        return set(NO_SPACE, 1);
    }

    /** A healthy disk again. */
    public FaultyDisk heal() {
        for (int setting : new int[] {FSYNC_MILLIS, FSYNC_ERROR, WRITE_ERROR, NAME_ERROR, SHORT_WRITES, NO_SPACE}) {
            set(setting, 0);
        }
        return this;
    }

    /** The number of calls that were tampered with, since the beginning. */
    public int count(Count what) {
        return get(COUNTS + 4 * what.ordinal());
    }

    /** The number of processes that came under the influence, since the beginning. */
    public int processes() {
        return get(MAPPED);
    }

    private synchronized FaultyDisk set(int at, int value) {
        control.putInt(at, value);
        return this;
    }

    private synchronized int get(int at) {
        return control.getInt(at);
    }

    @Override
    public String toString() {
        var text = new StringBuilder(directory.toString());
        for (Count what : Count.values()) {
            text.append(' ')
                    .append(what.name().toLowerCase(Locale.ROOT))
                    .append('=')
                    .append(count(what));
        }
        return text.toString();
    }
}
