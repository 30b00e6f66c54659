package io.raftqueue.server.faults;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A wall clock that jumps while the processes started with {@link #environment()} run. The monotonic clock stays true: no
 * machine's jumps. The C source is {@code fake-clock.c} beside this class; it is compiled here. (Debian's libfaketime does
 * the same, but it takes a lock at each look at any clock, and a JVM under it takes ten times as long to start.)
 */
public final class FakeClock {
    private final Path library;
    private final Path offsetFile;
    private final MappedByteBuffer offset;

    private FakeClock(Path library, Path offsetFile, MappedByteBuffer offset) {
        this.library = library;
        this.offsetFile = offsetFile;
        this.offset = offset;
    }

    /** Whether this machine can do it: Linux, and a C compiler called {@code cc}. */
    public static boolean isAvailable() {
        return FaultyDisk.isAvailable();
    }

    /**
     * A clock that is right at first.
     *
     * @param scratch an existing directory for the compiled library and the clock's file, removed by whoever made it
     */
    public static FakeClock in(Path scratch) throws IOException {
        Path library = scratch.toRealPath().resolve("fake-clock.so");
        if (!Files.exists(library)) {
            compile(library);
        }
        Path offsetFile = Files.createTempFile(library.getParent(), "clock", "");
        try (FileChannel channel = FileChannel.open(offsetFile, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer offset = channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES);
            offset.order(ByteOrder.nativeOrder());
            return new FakeClock(library, offsetFile, offset);
        }
    }

    private static void compile(Path library) throws IOException {
        Path source = Files.createTempFile(library.getParent(), "fake-clock", ".c");
        Path unfinished = Files.createTempFile(library.getParent(), "fake-clock", ".so");
        try (InputStream resource = FakeClock.class.getResourceAsStream("fake-clock.c")) {
            Files.write(source, resource.readAllBytes());
            Command.run(
                    List.of("cc", "-shared", "-fPIC", "-O2", "-o", unfinished.toString(), source.toString(), "-ldl"));
            Files.move(unfinished, library);
        } finally {
            Files.deleteIfExists(source);
            Files.deleteIfExists(unfinished);
        }
    }

    /** What a process needs in its environment to live by this clock. */
    public Map<String, String> environment() {
        return Map.of("LD_PRELOAD", library.toString(), "FAKE_CLOCK", offsetFile.toString());
    }

    /** From now on the wall clock is off by this much, and runs on from there. */
    public synchronized void jump(Duration by) {
        offset.putLong(0, by.toNanos());
    }
}
