package io.raftqueue.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes the stream of {@link TransferFormat} frame by frame as it is read, and again from any frame's beginning: only one
 * frame is in memory. While it is open nothing is reclaimed, so every message that waits by the snapshot can be read, and
 * of those that were taken the ones that could be when the reading began; it is for these that the stream is made.
 */
final class OutgoingSnapshot implements SnapshotSource {
    /** Room that a piece begins with; most transfers of a short backlog need no more. */
    private static final int FIRST_BYTES = 16 << 10;

    /** Where a frame begins, and what comes in it. */
    private record Mark(int range, long nextId, long messages) {}

    private final LogParts parts;
    private final Reclaimer reclaimer;
    private final SnapshotFile file;
    private final Function<StoredSnapshot, List<MessageRange>> takenBefore;
    private final TreeMap<Long, Mark> marks = new TreeMap<>();
    private @Nullable TransferredSnapshot transferred;
    private List<MessageRange> ranges = List.of();
    private byte[] frame = new byte[0];
    private long frameStart;
    private boolean last;
    private boolean closed;

    OutgoingSnapshot(
            LogParts parts,
            Reclaimer reclaimer,
            SnapshotFile file,
            Function<StoredSnapshot, List<MessageRange>> takenBefore) {
        this.parts = parts;
        this.reclaimer = reclaimer;
        this.file = file;
        this.takenBefore = takenBefore;
    }

    @Override
    public long index() {
        return file.snapshot().index();
    }

    @Override
    public long term() {
        return file.snapshot().term();
    }

    @Override
    public synchronized byte[] read(long offset, int maxBytes) {
        if (closed) {
            return new byte[0];
        }
        if (transferred == null) {
            begin();
        } else if (offset < frameStart) {
            rewind(offset);
        }
        ByteSink out = new ByteSink(Math.min(maxBytes, FIRST_BYTES));
        long at = offset;
        while (out.length() < maxBytes) {
            if (at < frameStart + frame.length) {
                int from = (int) (at - frameStart);
                int length = Math.min(frame.length - from, maxBytes - out.length());
                out.put(frame, from, length);
                at += length;
            } else if (last) {
                break;
            } else {
                frameStart += frame.length;
                make(Objects.requireNonNull(marks.get(frameStart), "a frame's end is the next one's beginning"));
            }
        }
        return out.toArray();
    }

    private void begin() {
        TransferredSnapshot begun = new TransferredSnapshot(file, readable(takenBefore.apply(file.snapshot())));
        transferred = begun;
        ranges = begun.messages();
        frame = firstFrame(begun);
        marks.put((long) frame.length, new Mark(0, firstIdOf(0), 0));
    }

    /** Reclaiming that began before this was open has ended when the lock is there, and no other begins. */
    private List<MessageRange> readable(List<MessageRange> taken) {
        parts.snapshots.publishing().lock();
        try {
            return parts.messages.readableBefore(file.queues(), taken);
        } finally {
            parts.snapshots.publishing().unlock();
        }
    }

    private long firstIdOf(int range) {
        return range < ranges.size() ? ranges.get(range).firstId() : 0;
    }

    private static byte[] firstFrame(TransferredSnapshot transferred) {
        byte[] first = TransferFormat.snapshotFrame(transferred);
        return ByteBuffer.allocate(TransferFormat.MAGIC_BYTES + first.length)
                .putLong(TransferFormat.MAGIC)
                .put(first)
                .array();
    }

    private void rewind(long offset) {
        var mark = marks.floorEntry(offset);
        if (mark == null) {
            frame = firstFrame(Objects.requireNonNull(transferred, "it has begun"));
            frameStart = 0;
            last = false;
        } else {
            frameStart = mark.getKey();
            make(mark.getValue());
        }
    }

    /** Makes the frame that begins at the mark, and notes where the next one does. */
    private void make(Mark mark) {
        if (mark.range() == ranges.size()) {
            frame = TransferFormat.frame(
                    TransferFormat.END,
                    ByteBuffer.allocate(Long.BYTES).putLong(mark.messages()).array());
            last = true;
            return;
        }
        last = false;
        MessageRange range = ranges.get(mark.range());
        QueueBodies source = parts.messages.queue(range.queueUid());
        List<byte[]> bodies = source == null
                ? List.of()
                : parts.messages.bodies(source, mark.nextId(), range.end(), CarriedWriter.RECORD_BYTES);
        if (bodies.isEmpty()) {
            throw parts.gate.fail(
                    "reading message " + mark.nextId() + " of queue " + range.queueUid() + " for a transfer",
                    new IOException("the message belongs to snapshot " + index() + ", but its body is nowhere"));
        }
        long id = mark.nextId() + bodies.size();
        frame = TransferFormat.frame(
                TransferFormat.MESSAGES, CarriedWriter.payload(range.queueUid(), mark.nextId(), bodies));
        long messages = mark.messages() + bodies.size();
        Mark next = id == range.end()
                ? new Mark(mark.range() + 1, firstIdOf(mark.range() + 1), messages)
                : new Mark(mark.range(), id, messages);
        marks.put(frameStart + frame.length, next);
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            reclaimer.readerEnds();
        }
    }
}
