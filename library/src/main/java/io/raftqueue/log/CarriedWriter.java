package io.raftqueue.log;

import io.raftqueue.consensus.Entry;
import io.raftqueue.log.disk.DiskDirectory;
import io.raftqueue.log.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;

/** Writes one {@link CarriedFile} under a temporary name and gives it its own when it is whole and forced. */
final class CarriedWriter implements AutoCloseable {
    /** Messages of one record: enough to be read together, little enough to be read for one. */
    static final int RECORD_BYTES = 64 << 10;
    /** A file is not longer than this by much, so that offsets stay small and space comes back in pieces. */
    static final long FILE_BYTES = 64L << 20;

    private final DiskDirectory disk;
    private final String name;
    private final long sequence;
    private final long installedWith;
    private final long keepFree;
    private final UUID incarnation;
    private final Checksum checksum;
    private final DiskFile file;
    private final Segment segment;
    private final TreeMap<Long, RunList> runs = new TreeMap<>();
    private final byte[] header = new byte[RecordFormat.HEADER_BYTES];
    private long messages;
    private boolean published;

    /** @param keepFree room that is left to snapshots */
    CarriedWriter(
            DiskDirectory disk, long sequence, long installedWith, long keepFree, UUID incarnation, Checksum checksum)
            throws IOException {
        this.disk = disk;
        this.sequence = sequence;
        this.installedWith = installedWith;
        this.keepFree = keepFree;
        this.incarnation = incarnation;
        this.checksum = checksum;
        this.name = SegmentHeader.fileName(SegmentHeader.Kind.CARRIED, sequence);
        this.segment = new Segment(disk, name, sequence, Long.MAX_VALUE);
        disk.delete(temporaryName());
        this.file = disk.create(temporaryName());
    }

    private String temporaryName() {
        return name + DataDirectory.TEMPORARY;
    }

    /** Builds a record's payload of messages with consecutive ids. */
    static byte[] payload(long uid, long firstId, List<byte[]> bodies) {
        int size = sizeOf(bodies);
        ByteBuffer b = ByteBuffer.allocate(size).putLong(uid).putLong(firstId).putInt(bodies.size());
        for (byte[] body : bodies) {
            b.putInt(body.length).put(body);
        }
        return b.array();
    }

    private static int sizeOf(List<byte[]> bodies) {
        int size = CarriedFile.RECORD_HEAD;
        for (byte[] body : bodies) {
            size = Math.addExact(size, Integer.BYTES + body.length);
        }
        return size;
    }

    /** Ids of one queue only grow within a file. */
    boolean accepts(byte[] payload) {
        ByteBuffer b = ByteBuffer.wrap(payload);
        RunList list = runs.get(b.getLong(0));
        return list == null || b.getLong(8) >= list.nextId();
    }

    /** Adds a record made by {@link #payload}. */
    void add(byte[] payload) throws IOException {
        ByteBuffer b = ByteBuffer.wrap(payload);
        long uid = b.getLong(0);
        int count = b.getInt(16);
        long ordinal = segment.isEmpty() ? 1 : segment.lastIndex() + 1;
        Entry record = new Entry(ordinal, 0, false, 0, payload);
        RecordFormat.writeHeader(header, record, 0, checksum);
        Preallocation.requireRoom(disk, RecordFormat.sizeOf(record) + keepFree);
        file.writeFully(ByteBuffer.wrap(header), segment.end());
        file.writeFully(ByteBuffer.wrap(payload), segment.end() + header.length);
        runs.computeIfAbsent(uid, u -> new RunList()).add(b.getLong(8), count, ordinal, 0);
        segment.added(ordinal, RecordFormat.sizeOf(record));
        messages += count;
    }

    boolean isFull() {
        return segment.end() >= FILE_BYTES;
    }

    long messages() {
        return messages;
    }

    /** Makes the file whole and forces it; its name is on disk after the next sync of the directory. */
    String publish() throws IOException {
        long summaryAt = segment.end();
        byte[] summary = SegmentSummary.encode(segment, new TermIndex(), new InternalIndex(), checksum, out -> {
            out.putVarint(runs.size());
            runs.forEach((uid, list) -> {
                out.putLong(uid);
                list.write(out);
            });
        });
        ByteBuffer end = ByteBuffer.allocate(summary.length + CarriedFile.FOOTER);
        end.put(summary).putLong(summaryAt).flip();
        file.writeFully(end, summaryAt);
        long size = summaryAt + summary.length + CarriedFile.FOOTER;
        file.writeFully(
                SegmentHeader.encode(SegmentHeader.Kind.CARRIED, sequence, size, installedWith, incarnation, checksum),
                0);
        file.force();
        file.close();
        disk.rename(temporaryName(), name);
        published = true;
        return name;
    }

    /** Removes what was not published. */
    @Override
    public void close() throws IOException {
        if (!published) {
            file.close();
            disk.delete(temporaryName());
        }
    }
}
