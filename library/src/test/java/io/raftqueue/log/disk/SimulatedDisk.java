package io.raftqueue.log.disk;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.Arrays;
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

    /** What one write left at {@code position}; {@code bytes} is null for zeros. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Piece(int position, byte[] bytes, int length) {
        int end() {
            return position + length;
        }

        /** The part from {@code at} to {@code to}; of zeros only what the array has. */
        void copyTo(byte[] file, int at, int to) {
            if (bytes != null) {
                System.arraycopy(bytes, at, file, position + at, to - at);
            } else if (position + at < file.length) {
                Arrays.fill(file, position + at, Math.min(file.length, position + to), (byte) 0);
            }
        }

        /** How long an array must be to hold it. */
        int reach(int to) {
            return bytes == null ? 0 : position + to;
        }
    }

    private record NameChange(String gone, String named, Content content) {
        void applyTo(Map<String, Content> directory) {
            if (gone != null) {
                directory.remove(gone);
            }
            if (named != null) {
                directory.put(named, content);
            }
        }
    }

    /**
     * A file. Behind the end of an array are zeros, up to the size: files are made of zeros ahead of their use. After a
     * restart both arrays may be those of the file before: they are copied when they change.
     */
    private static final class Content {
        byte[] durable = NOTHING;
        byte[] current = NOTHING;
        boolean ownsDurable;
        boolean ownsCurrent;
        boolean named = true;
        int size;
        int durableSize;
        final List<Piece> unforced = new ArrayList<>();

        static Content of(byte[] bytes, int size) {
            Content content = new Content();
            content.durable = bytes;
            content.current = bytes;
            content.size = size;
            content.durableSize = size;
            return content;
        }

        void reach(int end) {
            if (current.length < end) {
                current = Arrays.copyOf(current, Math.max(end, current.length * 2));
                ownsCurrent = true;
            } else if (!ownsCurrent) {
                current = current.clone();
                ownsCurrent = true;
            }
        }

        void write(Piece piece) {
            if (piece.bytes != null || piece.position < current.length) {
                reach(piece.reach(piece.length));
                piece.copyTo(current, 0, piece.length);
            }
            unforced.add(piece);
            size = Math.max(size, piece.end());
        }

        void read(ByteBuffer target, int position, int length) {
            int there = Math.max(0, Math.min(length, current.length - position));
            target.put(current, Math.min(position, current.length), there);
            for (int zeros = length - there; zeros > 0; ) {
                int some = Math.min(zeros, ZEROS.length);
                target.put(ZEROS, 0, some);
                zeros -= some;
            }
        }

        byte[] bytes() {
            return Arrays.copyOf(current, size);
        }

        void force() {
            for (Piece piece : unforced) {
                int needed = piece.reach(piece.length);
                if (!ownsDurable || durable.length < needed) {
                    durable = Arrays.copyOf(durable, Math.max(needed, durable.length));
                    ownsDurable = true;
                }
                piece.copyTo(durable, 0, piece.length);
            }
            unforced.clear();
            durableSize = size;
        }

        /** What a power cut leaves of it. */
        Content after(IntPredicate survives, Decisions decisions) {
            byte[] bytes = durable;
            ownsDurable = false;
            int end = durableSize;
            for (Piece piece : unforced) {
                for (int at = 0; at < piece.length; ) {
                    int to = Math.min(piece.length, at + SECTOR - (piece.position + at) % SECTOR);
                    if (survives.test(decisions.next++)) {
                        int needed = piece.reach(to);
                        bytes = bytes.length < needed
                                ? Arrays.copyOf(bytes, needed)
                                : bytes == durable ? bytes.clone() : bytes;
                        piece.copyTo(bytes, at, to);
                        end = Math.max(end, piece.position + to);
                    }
                    at = to;
                }
            }
            return Content.of(bytes, end);
        }
    }

    private static final class Decisions {
        int next;
    }

    private static final byte[] NOTHING = new byte[0];
    private static final byte[] ZEROS = new byte[256 << 10];

    private final Map<String, Content> durableNames = new TreeMap<>();
    private final Map<String, Content> names = new TreeMap<>();
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
        Decisions decisions = new Decisions();
        Map<String, Content> kept = new TreeMap<>(durableNames);
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
        add(name, Content.of(bytes.clone(), bytes.length));
    }

    private void add(String name, Content content) {
        names.put(name, content);
        durableNames.put(name, content);
        used += content.size;
    }

    /** Flips bits of a file that may be open. */
    public void flip(String name, int at, int mask) {
        Content content = names.get(name);
        content.reach(at + 1);
        content.current[at] ^= (byte) mask;
    }

    public byte[] bytes(String name) {
        return names.get(name).bytes();
    }

    public void remove(String name) {
        forget(names.remove(name));
        durableNames.remove(name);
    }

    private void forget(Content gone) {
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
        Content content = new Content();
        names.put(name, content);
        unsynced.add(new NameChange(null, name, content));
        return new SimulatedFile(name, content);
    }

    @Override
    public DiskFile open(String name) throws IOException {
        Content content = names.get(name);
        if (content == null) {
            throw new FileNotFoundException(name);
        }
        return new SimulatedFile(name, content);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        fails("rename %s %s", from, to);
        Content content = names.remove(from);
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
        private final Content content;

        SimulatedFile(String name, Content content) {
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
            content.write(new Piece((int) position, take(source, length), length));
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

        /** The next bytes; null for zeros only, which need no memory. */
        private static byte[] take(ByteBuffer source, int length) {
            int from = source.position();
            source.position(from + length);
            ByteBuffer written = source.duplicate().position(from).limit(from + length);
            boolean zeros = length > 0 && length <= ZEROS.length && written.get(from) == 0;
            if (zeros && written.mismatch(ByteBuffer.wrap(ZEROS, 0, length)) < 0) {
                return null;
            }
            byte[] bytes = new byte[length];
            written.get(bytes);
            return bytes;
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
