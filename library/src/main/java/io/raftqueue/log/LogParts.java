package io.raftqueue.log;

import io.raftqueue.log.disk.DiskDirectory;
import io.raftqueue.log.disk.DiskFullException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The parts of an open log, put together by recovery. */
final class LogParts {
    final DiskDirectory disk;
    final LogOptions options;
    final Checksum checksum;
    final FailureGate gate;
    final TermAndVote state;
    final DurableMark mark;
    final SegmentList segments;
    final TermIndex terms = new TermIndex();
    final InternalIndex internal = new InternalIndex();
    final TailCache tail;
    final Preallocation preallocation;
    final LogWriter writer;
    final LogReader reader;
    final CarriedFiles carried;
    final MessageStore messages;
    final SnapshotStore snapshots;
    final long lastTime;
    final @Nullable String cutOff;

    LogParts(DiskDirectory disk, UUID incarnation, LogOptions options, BodyReader bodies, Executor background)
            throws IOException {
        this.disk = disk;
        this.options = options;
        this.checksum = new Checksum(incarnation);
        this.gate = new FailureGate(disk.path());
        this.state = openState(disk, checksum);
        this.mark = DurableMark.open(disk, checksum);
        this.tail = new TailCache(options.tailCacheBytes());
        SnapshotFile snapshot = SnapshotStore.find(disk, checksum);
        RecoveredLog read = new RecoveredLog(disk, checksum, snapshot, terms, internal, tail);
        LogRecovery recovery =
                new LogRecovery(disk, incarnation, checksum, state, snapshot, mark.read(state.generation()), read);
        recovery.run();
        this.cutOff = recovery.cutOff();
        this.segments = read.segments;
        this.lastTime = Math.max(read.lastTime(), snapshot.snapshot().clusterTime());
        this.preallocation = new Preallocation(disk, incarnation, checksum, options.segmentBytes(), background, gate);
        preallocation.sequenceUsed(Math.max(recovery.highestSequence(), snapshot.firstSegment() - 1));
        read.empty.forEach(preallocation::found);
        this.reader = new LogReader(disk.path(), segments, tail, checksum, gate);
        this.carried =
                new CarriedFiles(disk, Preallocation.margin(options.segmentBytes()), incarnation, checksum, gate);
        this.messages = new MessageStore(segments, reader, carried, bodies);
        recoverMessages(snapshot, read.summaries);
        if (segments.all().length == 0) {
            segments.add(preallocation.first());
        }
        this.writer = new LogWriter(
                disk,
                segments,
                preallocation,
                state,
                mark,
                checksum,
                gate,
                options.fsync(),
                read.last(),
                options.segmentBytes());
        this.snapshots = new SnapshotStore(disk, checksum, segments, terms, internal, messages, writer, gate, snapshot);
        removeOrphans();
        preallocation.prepareAhead();
    }

    private static TermAndVote openState(DiskDirectory disk, Checksum checksum) throws IOException {
        List<String> names = disk.list();
        if (names.contains(TermAndVote.NAME)) {
            return TermAndVote.open(disk, checksum);
        }
        for (String name : names) {
            if (SegmentHeader.sequenceOf(name) >= 0 || SnapshotFile.isName(name)) {
                throw new DamagedLogException(
                        disk.path(), TermAndVote.NAME, -1, "it is missing, though there is " + name, null);
            }
        }
        return TermAndVote.create(disk, checksum);
    }

    private void recoverMessages(SnapshotFile snapshot, List<ByteBuffer> summaries) throws IOException {
        carried.recover(snapshot.snapshot().index());
        messages.restart(snapshot.queues(), List.of());
        try {
            summaries.forEach(messages::restoreRuns);
            messages.restoreRuns(ByteBuffer.wrap(snapshot.runs()));
            messages.requireRunsWithin(snapshot.queues(), snapshot.snapshot().index());
        } catch (IllegalArgumentException | BufferUnderflowException e) {
            throw new DamagedLogException(
                    disk.path(),
                    SnapshotFile.fileName(snapshot.snapshot().index()),
                    -1,
                    "it and the summaries of the segments do not fit together",
                    e);
        }
        for (Segment segment : segments.all()) {
            if (!segment.isSummarized() && !segment.isEmpty()) {
                segment.countMessages(messages.readableWithin(segment.firstIndex(), segment.lastIndex()));
            }
        }
        for (LiveQueue queue : snapshot.queues()) {
            long missing = messages.missing(queue);
            if (missing > 0) {
                throw new DamagedLogException(
                        disk.path(),
                        SnapshotFile.fileName(snapshot.snapshot().index()),
                        -1,
                        missing + " messages of queue " + queue.uid() + " wait by it, but are in no segment",
                        null);
            }
        }
    }

    /** What a crash left between two deletions; the files they belong to are gone. */
    private void removeOrphans() throws IOException {
        List<String> names = disk.list();
        for (String name : names) {
            boolean summary = SegmentHeader.sequenceOf(SegmentHeader.Kind.LOG, name, SegmentSummary.SUFFIX) >= 0;
            String segment = name.substring(0, name.lastIndexOf('.') + 1) + "seg";
            boolean oldSnapshot = SnapshotFile.isName(name)
                    && !name.equals(
                            SnapshotFile.fileName(snapshots.newest().snapshot().index()));
            if ((summary && !names.contains(segment)) || oldSnapshot) {
                disk.delete(name);
            }
        }
    }

    /** Whether the log has that very entry. */
    boolean holds(long index, long term) {
        return segments.holding(index) != null && terms.at(index) == term;
    }

    /**
     * Puts a received snapshot and its published carried files in the place of everything. The old state holds until the
     * snapshot has its name; after that, recovery finishes what is left to do here. Under the locks of publishing and files.
     */
    void install(TransferredSnapshot arrived, List<String> carriedNames) throws IOException {
        SnapshotFile received = arrived.file();
        Segment fresh = preallocation.take(0);
        boolean published = false;
        try {
            publishInstalled(received, fresh);
            published = true;
        } finally {
            if (!published) {
                preallocation.giveBack(fresh);
            }
        }
        try {
            replaceAll(arrived, fresh, carriedNames);
        } catch (DiskFullException e) {
            throw new IOException("the snapshot is in force, but " + e.getMessage(), e); // no way back to the old log
        }
    }

    /** Bodies that came are found before the older places of the same are gone, for whoever reads one meanwhile. */
    private void replaceAll(TransferredSnapshot arrived, Segment fresh, List<String> carriedNames) throws IOException {
        List<CarriedFile> newFiles = new ArrayList<>();
        for (String name : carriedNames) {
            newFiles.add(carried.open(name));
        }
        carried.replaceAll(newFiles);
        long logStart = arrived.file().logStart();
        Segment[] old = segments.all();
        segments.replaceAll(fresh);
        terms.clear();
        internal.clear();
        tail.clear(logStart + 1);
        reader.forget();
        writer.resetTo(logStart);
        messages.restart(arrived.file().queues(), arrived.taken());
        for (Segment segment : old) {
            segment.delete();
        }
        disk.sync();
        for (Segment segment : old) {
            disk.delete(SegmentSummary.fileName(segment));
        }
        preallocation.prepareAhead();
    }

    private void publishInstalled(SnapshotFile received, Segment fresh) throws IOException {
        disk.sync();
        if (received.snapshot().term() > state.term()) {
            state.save(received.snapshot().term(), null);
        }
        state.nextGeneration();
        snapshots.put(new SnapshotFile(
                received.snapshot(),
                received.logStart(),
                fresh.sequence(),
                received.runsFrom(),
                received.queues(),
                received.runs()));
    }

    void close(@Nullable Throwable failure) {
        try {
            if (failure == null) {
                writer.sync();
                writer.close();
            }
        } catch (IOException e) {
            throw gate.fail("closing the log", e);
        } finally {
            gate.close();
            preallocation.close();
            for (Segment segment : segments.all()) {
                segment.close();
            }
            carried.close();
            state.close();
            mark.close();
        }
    }
}
