package io.raftqueue.log;

import io.raftqueue.log.disk.DiskDirectory;
import io.raftqueue.log.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A small record that is replaced as a whole, in two slots of 4096 bytes each, allocated once:
 *
 * <pre>
 *  0  i32  magic of the record's kind, its version in the last byte
 *  4  i64  number of the write
 * 12  i32  length n
 * 16  n    content
 * 16+n u32 CRC-32C of the incarnation and the bytes before
 * </pre>
 *
 * A write goes to one slot and is forced; only then it counts, and the other slot gets the same without being forced. So
 * a torn write leaves the record before it, and one rotten slot of a stopped node leaves the newest record.
 */
final class SlotFile implements AutoCloseable {
    static final int SLOT_BYTES = 4096;
    private static final int HEAD = 16;

    private final DiskFile file;
    private final int magic;
    private final Checksum checksum;
    private long number;
    private int primary;
    private byte[] content;

    private SlotFile(DiskFile file, int magic, Checksum checksum, long number, int primary, byte[] content) {
        this.file = file;
        this.magic = magic;
        this.checksum = checksum;
        this.number = number;
        this.primary = primary;
        this.content = content;
    }

    /** Makes the file with its first record; it is on disk, name included, when this returns. */
    static SlotFile create(DiskDirectory disk, String name, int magic, Checksum checksum, byte[] content)
            throws IOException {
        String temporary = name + DataDirectory.TEMPORARY;
        disk.delete(temporary);
        try (DiskFile file = disk.create(temporary)) {
            ByteBuffer both = ByteBuffer.allocate(2 * SLOT_BYTES);
            both.put(encode(magic, 1, content, checksum));
            both.position(SLOT_BYTES).put(encode(magic, 1, content, checksum));
            file.writeFully(both.clear(), 0);
            file.force();
        }
        disk.rename(temporary, name);
        disk.sync();
        return new SlotFile(disk.open(name), magic, checksum, 1, 0, content);
    }

    static SlotFile open(DiskDirectory disk, String name, int magic, Checksum checksum) throws IOException {
        DiskFile file = disk.open(name);
        boolean opened = false;
        try {
            int size = (int) Math.min(2 * SLOT_BYTES, file.size());
            ByteBuffer both = ByteBuffer.allocate(2 * SLOT_BYTES);
            both.limit(size);
            file.readFully(both, 0);
            both.clear();
            SlotFile best = null;
            boolean same = true;
            for (int slot = 0; slot < 2; slot++) {
                refuseNewer(disk, name, both.getInt(slot * SLOT_BYTES), magic);
                SlotFile found = decode(file, both.array(), slot, magic, checksum);
                same &= found != null && (best == null || found.number == best.number);
                if (found != null && (best == null || found.number > best.number)) {
                    best = found;
                }
            }
            if (best == null) {
                throw new DamagedLogException(disk.path(), name, 0, "neither of its two copies can be read", null);
            }
            if (!same) {
                file.force(); // first the one copy, then the other: never both under way
                byte[] slot = encode(magic, best.number, best.content, checksum);
                file.writeFully(ByteBuffer.wrap(slot), (1L - best.primary) * SLOT_BYTES);
            }
            // What was read may lie in the page cache only, and the next write overwrites one of the copies.
            file.force();
            opened = true;
            return best;
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    private static void refuseNewer(DiskDirectory disk, String name, int found, int magic) {
        if ((found & ~0xFF) == (magic & ~0xFF) && (found & 0xFF) > (magic & 0xFF)) {
            throw new WrongDirectoryException(disk.path() + "/" + name + " has format " + (found & 0xFF)
                    + ", this release reads up to " + (magic & 0xFF)
                    + ": start the release that wrote it, or a newer one");
        }
    }

    private static @Nullable SlotFile decode(DiskFile file, byte[] bytes, int slot, int magic, Checksum checksum) {
        ByteBuffer both = ByteBuffer.wrap(bytes);
        int at = slot * SLOT_BYTES;
        int length = both.getInt(at + 12);
        if (both.getInt(at) != magic || length < 0 || length > SLOT_BYTES - HEAD - 4) {
            return null;
        }
        if (both.getInt(at + HEAD + length) != checksum.of(bytes, at, HEAD + length)) {
            return null;
        }
        byte[] content = Arrays.copyOfRange(bytes, at + HEAD, at + HEAD + length);
        return new SlotFile(file, magic, checksum, both.getLong(at + 4), slot, content);
    }

    private static byte[] encode(int magic, long number, byte[] content, Checksum checksum) {
        if (content.length > SLOT_BYTES - HEAD - 4) {
            throw new IllegalArgumentException("a record of " + content.length + " bytes does not fit into its slot");
        }
        ByteBuffer b = ByteBuffer.allocate(HEAD + content.length + 4);
        b.putInt(magic).putLong(number).putInt(content.length).put(content);
        b.putInt(checksum.of(b.array(), 0, HEAD + content.length));
        return b.array();
    }

    byte[] content() {
        return content.clone();
    }

    /** Replaces the record; on disk when it returns. */
    void write(byte[] newContent) throws IOException {
        byte[] slot = encode(magic, number + 1, newContent, checksum);
        int target = 1 - primary;
        file.writeFully(ByteBuffer.wrap(slot), (long) target * SLOT_BYTES);
        file.force();
        number++;
        primary = target;
        content = newContent.clone();
        file.writeFully(ByteBuffer.wrap(slot), (1L - target) * SLOT_BYTES);
    }

    @Override
    public void close() {
        file.close();
    }
}
