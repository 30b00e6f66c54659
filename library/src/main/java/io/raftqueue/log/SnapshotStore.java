package io.raftqueue.log;

import io.raftqueue.log.disk.DiskDirectory;
import io.raftqueue.log.disk.DiskFile;
import io.raftqueue.log.disk.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Publishes snapshots: first everything they rest on is forced (the log up to their index, summaries of full segments),
 * then the snapshot itself, then its name; only after that anything older may go.
 */
final class SnapshotStore {
    private final DiskDirectory disk;
    private final Checksum checksum;
    private final SegmentList segments;
    private final TermIndex terms;
    private final InternalIndex internal;
    private final MessageStore messages;
    private final LogWriter writer;
    private final FailureGate gate;

    /** Held by whatever publishes, installs, copies or deletes: these never mix. */
    private final ReentrantLock publishing = new ReentrantLock();

    private volatile SnapshotFile newest;

    SnapshotStore(
            DiskDirectory disk,
            Checksum checksum,
            SegmentList segments,
            TermIndex terms,
            InternalIndex internal,
            MessageStore messages,
            LogWriter writer,
            FailureGate gate,
            SnapshotFile newest) {
        this.disk = disk;
        this.checksum = checksum;
        this.segments = segments;
        this.terms = terms;
        this.internal = internal;
        this.messages = messages;
        this.writer = writer;
        this.gate = gate;
        this.newest = newest;
    }

    /** The newest published one, or {@link SnapshotFile#NONE}. */
    static SnapshotFile find(DiskDirectory disk, Checksum checksum) throws IOException {
        String newest = null;
        long highest = -1;
        for (String name : disk.list()) {
            long index = SnapshotFile.indexOf(name);
            if (index > highest) {
                newest = name;
                highest = index;
            }
        }
        return newest == null ? SnapshotFile.NONE : SnapshotFile.read(disk, newest, checksum);
    }

    SnapshotFile newest() {
        return newest;
    }

    ReentrantLock publishing() {
        return publishing;
    }

    void publish(SnapshotDraft draft) {
        publishing.lock();
        try {
            gate.check();
            long index = draft.snapshot().index();
            if (index <= newest.snapshot().index()) {
                return;
            }
            if (index > writer.written()) {
                throw new IllegalArgumentException(
                        "a snapshot of entry " + index + ", but the log ends with " + writer.written());
            }
            writer.sync();
            long runsFrom = summarize(index);
            ByteSink runs = new ByteSink(1024);
            messages.writeRuns(runs, runsFrom, index);
            put(new SnapshotFile(
                    draft.snapshot(),
                    newest.logStart(),
                    newest.firstSegment(),
                    runsFrom,
                    draft.live(),
                    runs.toArray()));
            messages.published(draft.live());
        } catch (DiskFullException e) {
            throw new NoSpaceException(
                    "no room for a snapshot in " + disk.path() + " (" + e.getMessage() + "): the older one stays", e);
        } catch (IOException e) {
            throw gate.fail(
                    "publishing the snapshot of entry " + draft.snapshot().index(), e);
        } finally {
            publishing.unlock();
        }
    }

    /** Writes the summaries of full segments up to the index; returns the first entry that is in none. */
    private long summarize(long index) throws IOException {
        long runsFrom = newest.logStart() + 1;
        boolean written = false;
        Segment[] all = segments.all();
        for (int i = 0; i < all.length - 1 && all[i].lastIndex() <= index; i++) {
            Segment segment = all[i];
            if (!segment.isSummarized()) {
                byte[] summary = SegmentSummary.encode(
                        segment,
                        terms,
                        internal,
                        checksum,
                        out -> messages.writeRuns(out, segment.firstIndex(), segment.lastIndex()));
                writeForced(SegmentSummary.fileName(segment), summary);
                segment.summarized();
                written = true;
            }
            runsFrom = segment.lastIndex() + 1;
        }
        if (written) {
            disk.sync();
        }
        return Math.max(runsFrom, newest.runsFrom());
    }

    /**
     * Puts a snapshot in the place of the newest; this is the moment it is published. A full disk leaves the older one only
     * until the newer one has its name: after that, nobody knows which of the two a restart would find.
     */
    void put(SnapshotFile file) throws IOException {
        String old = SnapshotFile.fileName(newest.snapshot().index());
        writeForced(SnapshotFile.fileName(file.snapshot().index()), file.encode(checksum));
        try {
            disk.sync();
            newest = file;
            disk.delete(old);
        } catch (DiskFullException e) {
            throw new IOException("the snapshot has its name, but " + e.getMessage(), e);
        }
    }

    private void writeForced(String name, byte[] bytes) throws IOException {
        String temporary = name + DataDirectory.TEMPORARY;
        try {
            writeTemporary(temporary, bytes);
        } catch (DiskFullException full) {
            disk.delete(temporary);
            if (!Preallocation.giveUpReserve(disk)) {
                throw full;
            }
            writeTemporary(temporary, bytes);
        }
        disk.rename(temporary, name);
    }

    private void writeTemporary(String temporary, byte[] bytes) throws IOException {
        Preallocation.requireRoom(disk, bytes.length);
        disk.delete(temporary);
        try (DiskFile file = disk.create(temporary)) {
            file.writeFully(ByteBuffer.wrap(bytes), 0);
            file.force();
        }
    }
}
