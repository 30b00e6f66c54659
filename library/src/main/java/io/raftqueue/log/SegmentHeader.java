package io.raftqueue.log;

import io.raftqueue.log.disk.DiskDirectory;
import io.raftqueue.log.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.UUID;

/**
 * The first 64 bytes of a segment file, written and fsynced before the file gets its name, {@code log-<sequence>.seg} or
 * {@code carried-<sequence>.seg}:
 *
 * <pre>
 *  0  8    "RQLOGSEG"
 *  8  i32  version, 1
 * 12  i32  kind: 0 = log, 1 = carried
 * 16  16   incarnation of the directory
 * 32  i64  sequence number, as in the name
 * 40  i64  size of the file
 * 48  i64  index of the snapshot it was installed with, 0 = none
 * 56  i32  0
 * 60  u32  CRC-32C of the incarnation and bytes 0 to 59
 * 64  …    records, then zeros (log) or a {@link SegmentSummary} (carried)
 * </pre>
 */
final class SegmentHeader {
    static final int BYTES = 64;

    private static final long MAGIC = 0x52514C4F47534547L;
    private static final int VERSION = 1;
    private static final int CHECKSUM_AT = 60;
    private static final String SUFFIX = ".seg";
    private static final int DIGITS = 12;

    /** What a segment holds. */
    enum Kind {
        /** Entries of the Raft log; their record index is the Raft index. */
        LOG("log-", 0),
        /** Bodies taken out of the log, see {@link CarriedFile}; records are numbered from 1. */
        CARRIED("carried-", 1);

        private final String prefix;
        private final int code;

        Kind(String prefix, int code) {
            this.prefix = prefix;
            this.code = code;
        }
    }

    private SegmentHeader() {}

    static String fileName(long sequence) {
        return fileName(Kind.LOG, sequence);
    }

    static String fileName(Kind kind, long sequence) {
        String digits = Long.toString(sequence);
        return kind.prefix + "0".repeat(Math.max(0, DIGITS - digits.length())) + digits + SUFFIX;
    }

    /** The sequence number in a name, or -1 if it is not a log segment's name. */
    static long sequenceOf(String name) {
        return sequenceOf(Kind.LOG, name, SUFFIX);
    }

    /** The sequence number in a name, or -1 if it is not one of such a segment with this suffix. */
    static long sequenceOf(Kind kind, String name, String suffix) {
        if (!name.startsWith(kind.prefix) || !name.endsWith(suffix)) {
            return -1;
        }
        String digits = name.substring(kind.prefix.length(), name.length() - suffix.length());
        if (digits.length() < DIGITS || digits.length() > 18 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        return Long.parseLong(digits);
    }

    static ByteBuffer encode(
            Kind kind, long sequence, long capacity, long installedWith, UUID incarnation, Checksum checksum) {
        ByteBuffer b = ByteBuffer.allocate(BYTES);
        b.putLong(MAGIC)
                .putInt(VERSION)
                .putInt(kind.code)
                .putLong(incarnation.getMostSignificantBits())
                .putLong(incarnation.getLeastSignificantBits())
                .putLong(sequence)
                .putLong(capacity)
                .putLong(installedWith);
        b.putInt(CHECKSUM_AT, checksum.of(b.array(), 0, CHECKSUM_AT));
        return b.clear();
    }

    /**
     * What a checked header says.
     *
     * @param capacity size of the file
     * @param installedWith index of a snapshot, or 0
     */
    record Checked(long capacity, long installedWith) {}

    static Checked check(Kind kind, DiskDirectory disk, DiskFile file, UUID incarnation, Checksum checksum)
            throws IOException {
        long size = file.size();
        if (size < BYTES) {
            throw damaged(disk, file, 0, "it has " + size + " bytes, fewer than a segment's header");
        }
        ByteBuffer b = ByteBuffer.allocate(BYTES);
        file.readFully(b, 0);
        if (b.getLong(0) != MAGIC) {
            throw damaged(disk, file, 0, "it does not begin as a segment does");
        }
        if (b.getInt(8) > VERSION) {
            throw new WrongDirectoryException(disk.path() + "/" + file.name() + " has segment format " + b.getInt(8)
                    + ", this release reads up to " + VERSION + ": start the release that wrote it, or a newer one");
        }
        UUID owner = new UUID(b.getLong(16), b.getLong(24));
        if (!owner.equals(incarnation)) {
            throw damaged(disk, file, 16, "it belongs to data directory " + owner + ", this one is " + incarnation);
        }
        if (b.getInt(CHECKSUM_AT) != checksum.of(Arrays.copyOf(b.array(), CHECKSUM_AT), 0, CHECKSUM_AT)) {
            throw damaged(disk, file, 0, "the checksum of its header does not match");
        }
        if (b.getInt(12) != kind.code || b.getLong(32) != sequenceOf(kind, file.name(), SUFFIX)) {
            throw damaged(
                    disk,
                    file,
                    32,
                    "it was written as "
                            + fileName(b.getInt(12) == Kind.CARRIED.code ? Kind.CARRIED : Kind.LOG, b.getLong(32))
                            + ": files were swapped");
        }
        if (b.getLong(40) != size) {
            throw damaged(disk, file, 40, "it was made with " + b.getLong(40) + " bytes and has " + size);
        }
        return new Checked(size, b.getLong(48));
    }

    private static DamagedLogException damaged(DiskDirectory disk, DiskFile file, long offset, String what) {
        return new DamagedLogException(disk.path(), file.name(), offset, what, null);
    }
}
