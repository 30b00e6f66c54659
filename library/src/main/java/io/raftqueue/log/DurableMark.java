package io.raftqueue.log;

import io.raftqueue.log.disk.DiskDirectory;
import io.raftqueue.log.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The file {@value #NAME}: up to which entry the log is surely on disk. Written after each fsync but never forced, so it
 * costs no time; it survives the end of the process, and a power cut at worst leaves an older mark. With it recovery knows
 * that the end of the log was fsynced, and a broken record there is damage, not a torn write.
 *
 * <pre>
 *  0  i32  magic, version in the last byte
 *  4  i64  generation of the log it belongs to, see {@link TermAndVote}
 * 12  i64  index
 * 20  u32  CRC-32C of the incarnation and the bytes before
 * </pre>
 */
final class DurableMark implements AutoCloseable {
    static final String NAME = "durable";
    private static final int MAGIC = 0x52514401;
    private static final int BYTES = 24;
    private static final int CHECKSUM_AT = 20;

    private final DiskFile file;
    private final Checksum checksum;
    private final ByteBuffer buffer = ByteBuffer.allocate(BYTES);

    private DurableMark(DiskFile file, Checksum checksum) {
        this.file = file;
        this.checksum = checksum;
    }

    static DurableMark open(DiskDirectory disk, Checksum checksum) throws IOException {
        boolean there = disk.list().contains(NAME);
        DurableMark mark = new DurableMark(there ? disk.open(NAME) : disk.create(NAME), checksum);
        if (mark.file.size() < BYTES) {
            mark.write(-1, 0); // now, for a full device must not fail a mark later
        }
        return mark;
    }

    /** The marked index, or 0 if there is no mark of this generation: it is only a help, its absence no damage. */
    long read(long generation) throws IOException {
        if (file.size() < BYTES) {
            return 0;
        }
        ByteBuffer b = ByteBuffer.allocate(BYTES);
        file.readFully(b, 0);
        boolean whole = b.getInt(0) == MAGIC && b.getInt(CHECKSUM_AT) == checksum.of(b.array(), 0, CHECKSUM_AT);
        return whole && b.getLong(4) == generation ? b.getLong(12) : 0;
    }

    void write(long generation, long index) throws IOException {
        buffer.clear();
        buffer.putInt(MAGIC).putLong(generation).putLong(index);
        buffer.putInt(checksum.of(buffer.array(), 0, CHECKSUM_AT)).flip();
        file.writeFully(buffer, 0);
    }

    /** Forces the last mark, for a clean end. */
    void force() throws IOException {
        file.force();
    }

    @Override
    public void close() {
        file.close();
    }
}
