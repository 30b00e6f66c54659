package io.raftqueue.log;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Where the messages of one queue lie, as runs: {@code count} consecutive ids in consecutive slots of one entry. Equal
 * runs at equal distances are one group, and groups are packed into chunks of bytes: two to four bytes a run, nearly
 * nothing for regular traffic. Ids and entries only grow. Not for several threads.
 */
final class RunList {
    private static final int GROUPS_PER_CHUNK = 128;

    /** One run. */
    interface Visitor {
        void run(long firstId, int count, long entry, int slot);
    }

    /** Where one message lies. */
    record Place(long entry, int slot) {}

    private static final class Chunk {
        final long idBefore;
        final long entryBefore;
        byte[] groups = new byte[0];

        Chunk(long idBefore, long entryBefore) {
            this.idBefore = idBefore;
            this.entryBefore = entryBefore;
        }
    }

    private Chunk[] chunks = new Chunk[4];
    private int chunkCount;
    private @Nullable ByteSink packing;
    private int packed;
    private final RunGroup open = new RunGroup();
    private long packedNextId;
    private long packedLastEntry;

    static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte b = in.get();
            value |= (b & 0x7FL) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number has more than ten bytes");
    }

    boolean isEmpty() {
        return open.repeat == 0;
    }

    /** The id after the last one. */
    long nextId() {
        return open.nextId();
    }

    /** Of a list that is not empty. */
    long lastEntry() {
        return open.lastEntry();
    }

    void add(long firstId, int count, long entry, int slot) {
        boolean backwards = !isEmpty() && entry < open.lastEntry();
        if (count <= 0 || firstId < nextId() || entry < 0 || backwards) {
            throw new IllegalArgumentException("messages " + firstId + " (" + count + ") of entry " + entry
                    + " cannot follow message " + (nextId() - 1) + " of entry " + (isEmpty() ? 0 : open.lastEntry()));
        }
        if (open.repeat > 0 && firstId == open.nextId() && slot == open.slot && count == open.count) {
            long distance = entry - open.lastEntry();
            if (open.repeat == 1 || distance == open.distance) {
                open.distance = distance;
                open.repeat++;
                return;
            }
        }
        if (open.repeat == 1 && firstId == open.nextId() && entry == open.entry && slot == open.slot + open.count) {
            open.count += count;
            return;
        }
        pack();
        open.firstId = firstId;
        open.count = count;
        open.entry = entry;
        open.slot = slot;
        open.repeat = 1;
        open.distance = 0;
    }

    private void pack() {
        if (open.repeat == 0) {
            return;
        }
        ByteSink out = packing;
        if (out == null) {
            out = new ByteSink(GROUPS_PER_CHUNK * 3);
            packing = out;
            packed = 0;
            if (chunkCount == chunks.length) {
                chunks = Arrays.copyOf(chunks, chunkCount * 2);
            }
            chunks[chunkCount++] = new Chunk(packedNextId, packedLastEntry);
        }
        open.write(out, packedNextId, packedLastEntry);
        packedNextId = open.nextId();
        packedLastEntry = open.lastEntry();
        if (++packed == GROUPS_PER_CHUNK) {
            chunks[chunkCount - 1].groups = out.toArray();
            packing = null;
        }
    }

    private ByteBuffer groupsOf(int chunk) {
        ByteSink out = packing;
        return out != null && chunk == chunkCount - 1
                ? ByteBuffer.wrap(out.backing(), 0, out.length())
                : ByteBuffer.wrap(chunks[chunk].groups);
    }

    /** Walks groups in order, from the chunk that may hold the first wanted, until the visitor has enough. */
    private interface GroupVisitor {
        boolean goOn(RunGroup group);
    }

    private void walk(int firstChunk, GroupVisitor visitor) {
        RunGroup group = new RunGroup();
        for (int c = firstChunk; c < chunkCount; c++) {
            ByteBuffer in = groupsOf(c);
            long id = chunks[c].idBefore;
            long entry = chunks[c].entryBefore;
            while (in.hasRemaining()) {
                group.read(in, id, entry);
                id = group.nextId();
                entry = group.lastEntry();
                if (!visitor.goOn(group)) {
                    return;
                }
            }
        }
        if (open.repeat > 0) {
            group.copyFrom(open);
            visitor.goOn(group);
        }
    }

    private int chunkForId(long id) {
        return lastChunk(chunk -> chunk.idBefore <= id);
    }

    private int chunkForEntry(long entry) {
        return lastChunk(chunk -> chunk.entryBefore < entry);
    }

    /** The last chunk for which it holds; the first if it holds for none. */
    private int lastChunk(Predicate<Chunk> holds) {
        int low = 0;
        int high = chunkCount - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (holds.test(chunks[middle])) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    @Nullable
    Place find(long id) {
        if (isEmpty() || id >= nextId()) {
            return null;
        }
        @Nullable Place[] found = new Place[1];
        walk(chunkForId(id), group -> {
            if (id >= group.nextId()) {
                return true;
            }
            if (id >= group.firstId) {
                long k = id - group.firstId;
                found[0] =
                        new Place(group.entry + k / group.count * group.distance, group.slot + (int) (k % group.count));
            }
            return false;
        });
        return found[0];
    }

    /** The runs that hold ids in {@code fromId <= id < toId}, cut to them. */
    void forEach(long fromId, long toId, Visitor visitor) {
        if (isEmpty() || fromId >= toId) {
            return;
        }
        walk(chunkForId(fromId), group -> {
            if (group.firstId >= toId) {
                return false;
            }
            long start = Math.max(0, (fromId - group.firstId) / group.count);
            for (long k = start; k < group.repeat; k++) {
                long first = group.firstId + k * group.count;
                if (first >= toId) {
                    return false;
                }
                int skip = (int) Math.max(0, fromId - first);
                int count = (int) Math.min(group.count, toId - first) - skip;
                if (count > 0) {
                    visitor.run(first + skip, count, group.entry + k * group.distance, group.slot + skip);
                }
            }
            return true;
        });
    }

    /** The lowest id that lies in the entry or a later one; {@link #nextId()} if there is none. */
    long firstIdFrom(long entry) {
        long[] found = {nextId()};
        if (isEmpty()) {
            return found[0];
        }
        walk(chunkForEntry(entry), group -> {
            if (group.lastEntry() < entry) {
                return true;
            }
            long ahead = entry - group.entry;
            long k = ahead <= 0 || group.distance == 0 ? 0 : (ahead + group.distance - 1) / group.distance;
            found[0] = group.firstId + k * group.count;
            return false;
        });
        return found[0];
    }

    /** Lets whole chunks of lower ids go. */
    void dropBefore(long id) {
        int keepFrom = chunkForId(id);
        if (chunkCount == 0 || keepFrom == 0) {
            return;
        }
        chunkCount -= keepFrom;
        System.arraycopy(chunks, keepFrom, chunks, 0, chunkCount);
        Arrays.fill(chunks, chunkCount, chunkCount + keepFrom, null);
        if (chunks.length > 16 && chunkCount < chunks.length / 4) {
            chunks = Arrays.copyOf(chunks, chunks.length / 2);
        }
    }

    /** Writes the number of groups and the groups. */
    void write(ByteSink out) {
        ByteSink groups = new ByteSink(256);
        long[] state = new long[3];
        walk(0, group -> {
            group.write(groups, state[0], state[1]);
            state[0] = group.nextId();
            state[1] = group.lastEntry();
            state[2]++;
            return true;
        });
        out.putVarint(state[2]).put(groups.toArray());
    }

    /** Reads what {@link #write} wrote, group by group, cut to ids from {@code fromId}, to the end of this list. */
    void read(ByteBuffer in, long fromId) {
        long groups = varint(in);
        RunGroup group = new RunGroup();
        long id = 0;
        long entry = 0;
        for (long i = 0; i < groups; i++) {
            group.read(in, id, entry);
            if (!group.isPossible(id, entry)) {
                throw new IllegalArgumentException("runs that cannot be");
            }
            id = group.nextId();
            entry = group.lastEntry();
            if (group.firstId >= fromId) {
                addGroup(group);
            } else if (id > fromId) {
                addCut(group, fromId);
            }
        }
    }

    /** At most three runs go one by one, until they are a group of their own or have become part of an equal one. */
    private void addGroup(RunGroup group) {
        for (long k = 0; k < group.repeat; k++) {
            long firstId = group.firstId + k * group.count;
            add(firstId, group.count, group.entry + k * group.distance, group.slot);
            boolean last = open.nextId() == firstId + group.count && open.count == group.count;
            if (last && open.slot == group.slot && (open.repeat == 1 || open.distance == group.distance)) {
                open.distance = group.distance;
                open.repeat += group.repeat - k - 1;
                return;
            }
        }
    }

    private void addCut(RunGroup group, long fromId) {
        long k = (fromId - group.firstId) / group.count;
        int skip = (int) (fromId - group.firstId - k * group.count);
        add(fromId, group.count - skip, group.entry + k * group.distance, group.slot + skip);
        if (k + 1 < group.repeat) {
            RunGroup rest = new RunGroup();
            rest.copyFrom(group);
            rest.firstId = group.firstId + (k + 1) * group.count;
            rest.entry = group.entry + (k + 1) * group.distance;
            rest.repeat = group.repeat - k - 1;
            addGroup(rest);
        }
    }

    /** How many messages are in all runs. */
    long messages() {
        long[] messages = new long[1];
        walk(0, group -> {
            messages[0] += group.count * group.repeat;
            return true;
        });
        return messages[0];
    }

    /** About how much memory this takes. */
    long memoryBytes() {
        long bytes = 200 + 8L * chunks.length;
        for (int c = 0; c < chunkCount; c++) {
            bytes += 64 + groupsOf(c).limit();
        }
        return bytes;
    }
}
