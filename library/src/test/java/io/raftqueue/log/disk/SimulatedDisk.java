package io.raftqueue.log.disk;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/**
 * A directory in memory that keeps apart what was written and what was forced. {@link #crash} makes the directory that a
 * machine would find after a power cut: forced bytes and synced names, and of the rest whatever the caller lets survive,
 * in pieces of a sector. At any chosen operation it can end the run, or answer with an error. One thread at a time.
 */
public final class SimulatedDisk implements DiskDirectory {
    public static final int SECTOR = 512;

    /** What happens instead of the chosen operation. */
    public enum Fault {
        /** The machine stops before the operation: it and all later ones throw {@link PowerCut}. */
        POWER_CUT,
        IO_ERROR,
        NO_SPACE,
        /** Half of the bytes are written and the count is told; for other operations no fault. */
        SHORT_WRITE
    }

    /** The machine has stopped; not an IOException, for nothing may handle it. */
    public static final class PowerCut extends Error {
        private static final long serialVersionUID = 1L;

        PowerCut(long operation) {
            super("power cut at operation " + operation);
        }
    }

    private record NameChange(String gone, String named, SimulatedContent content) {
        void applyTo(Map<String, SimulatedContent> directory) {
            if (gone != null) {
                directory.remove(gone);
            }
            if (named != null) {
                directory.put(named, content);
            }
        }
    }

    private final Map<String, SimulatedContent> durableNames = new TreeMap<>();
    private final Map<String, SimulatedContent> names = new TreeMap<>();
    private final List<NameChange> unsynced = new ArrayList<>();
    private final List<String> trace = new ArrayList<>();
    private final boolean tracing;
    private long capacity = Long.MAX_VALUE / 4;
    private long operations;
    private long faultAt = -1;
    private Fault fault = Fault.POWER_CUT;
    private boolean off;
    private String lockedBy;
    private long used;

    public SimulatedDisk() {
        this(false);
    }

    public SimulatedDisk(boolean tracing) {
        this.tracing = tracing;
    }

    /** The n-th changing operation from now on (1 = the next) meets the fault; 0 takes the fault back. */
    public SimulatedDisk faultIn(long n, Fault newFault) {
        faultAt = n == 0 ? -1 : operations + n;
        fault = newFault;
        return this;
    }

    public SimulatedDisk capacity(long bytes) {
        capacity = bytes;
        return this;
    }

    /** Whether the machine has stopped. */
    public boolean isOff() {
        return off;
    }

    /** Changing operations so far: create, write, force, rename, delete, sync. */
    public long operations() {
        return operations;
    }

    public List<String> trace() {
        return trace;
    }

    /** The same directory after a power cut. {@code survives} decides for each unforced sector and unsynced name, in order. */
    public SimulatedDisk crash(IntPredicate survives) {
        SimulatedDisk after = new SimulatedDisk(tracing);
        after.capacity = capacity;
        SimulatedContent.Decisions decisions = new SimulatedContent.Decisions();
        Map<String, SimulatedContent> kept = new TreeMap<>(durableNames);
        for (NameChange change : unsynced) {
            if (survives.test(decisions.next++)) {
                change.applyTo(kept);
            }
        }
        kept.forEach((name, content) -> after.add(name, content.after(survives, decisions)));
        return after;
    }

    /** The same directory after the end of the process: nothing is lost, the lock is free. */
    public SimulatedDisk killed() {
        SimulatedDisk after = new SimulatedDisk(tracing);
        after.capacity = capacity;
        names.forEach((name, content) -> after.put(name, content.bytes()));
        return after;
    }

    /** The end of the process only: the machine keeps what was not forced, and may still lose it. */
    public SimulatedDisk restarted() {
        off = false;
        lockedBy = null;
        faultAt = -1;
        return this;
    }

    /** Puts a file there, durable; for damage by hand. */
    public void put(String name, byte[] bytes) {
        remove(name);
        add(name, SimulatedContent.of(bytes.clone(), bytes.length));
    }

    private void add(String name, SimulatedContent content) {
        names.put(name, content);
        durableNames.put(name, content);
        used += content.size;
    }

    /** Flips bits of a file that may be open. */
    public void flip(String name, int at, int mask) {
        SimulatedContent content = names.get(name);
        content.flip(at, mask);
    }

    public byte[] bytes(String name) {
        return names.get(name).bytes();
    }

    public void remove(String name) {
        forget(names.remove(name));
        durableNames.remove(name);
    }

    private void forget(SimulatedContent gone) {
        if (gone != null) {
            gone.named = false;
            used -= gone.size;
        }
    }

    private boolean fails(String operation, Object... about) throws IOException {
        if (off) {
            throw new PowerCut(operations);
        }
        operations++;
        if (tracing) {
            trace.add(String.format(operation, about));
        }
        if (operations != faultAt) {
            return false;
        }
        switch (fault) {
            case POWER_CUT -> {
                off = true;
                throw new PowerCut(operations);
            }
            case IO_ERROR -> throw new IOException("Input/output error");
            case NO_SPACE -> throw new DiskFullException("No space left on device");
            default -> {
                return true;
            }
        }
    }

    @Override
    public String path() {
        return "/simulated";
    }

    @Override
    public DiskFile create(String name) throws IOException {
        fails("create %s", name);
        if (names.containsKey(name)) {
            throw new FileAlreadyExistsException(name);
        }
        SimulatedContent content = new SimulatedContent();
        names.put(name, content);
        unsynced.add(new NameChange(null, name, content));
        return new SimulatedFile(name, content);
    }

    @Override
    public DiskFile open(String name) throws IOException {
        SimulatedContent content = names.get(name);
        if (content == null) {
            throw new FileNotFoundException(name);
        }
        return new SimulatedFile(name, content);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        fails("rename %s %s", from, to);
        SimulatedContent content = names.remove(from);
        if (content == null) {
            throw new FileNotFoundException(from);
        }
        forget(names.put(to, content));
        unsynced.add(new NameChange(from, to, content));
    }

    @Override
    public void delete(String name) throws IOException {
        if (!names.containsKey(name)) {
            return;
        }
        fails("delete %s", name);
        forget(names.remove(name));
        unsynced.add(new NameChange(name, null, null));
    }

    @Override
    public List<String> list() {
        return List.copyOf(names.keySet());
    }

    @Override
    public void sync() throws IOException {
        fails("sync directory");
        unsynced.forEach(change -> change.applyTo(durableNames));
        unsynced.clear();
    }

    @Override
    public String lock(String owner) {
        if (lockedBy != null) {
            return lockedBy;
        }
        lockedBy = owner;
        return null;
    }

    @Override
    public long usableBytes() {
        return Math.max(0, capacity - used);
    }

    @Override
    public long totalBytes() {
        return capacity;
    }

    @Override
    public void close() {
        lockedBy = null;
    }

    private final class SimulatedFile implements DiskFile {
        private final String name;
        private final SimulatedContent content;

        SimulatedFile(String name, SimulatedContent content) {
            this.name = name;
            this.content = content;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public long size() {
            return content.size;
        }

        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            int length = source.remaining();
            if (fails("write %d at %d of %s", length, position, name)) {
                length = (length + 1) / 2;
            }
            int end = (int) position + length;
            if (end > content.size && used - content.size + end > capacity) {
                throw new DiskFullException("No space left on device");
            }
            if (end > content.size && content.named) {
                used += end - content.size;
            }
            content.write(source, (int) position, length);
            return length;
        }

        @Override
        public int read(ByteBuffer target, long position) {
            if (off) {
                throw new PowerCut(operations);
            }
            if (position >= content.size) {
                return -1;
            }
            int length = (int) Math.min(target.remaining(), content.size - position);
            content.read(target, (int) position, length);
            return length;
        }

        @Override
        public void force() throws IOException {
            fails("force %s", name);
            content.force();
        }

        @Override
        public void close() {}
    }
}
