package io.raftqueue.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Makes the stream of {@link TransferFormat} frame by frame as it is read, and again from any frame's beginning: only one
 * frame is in memory. While it is open nothing is reclaimed, so every message that waits by the snapshot can be read.
 */
final class OutgoingSnapshot implements SnapshotSource {
    /** Room that a piece begins with; most transfers of a short backlog need no more. */
    private static final int FIRST_BYTES = 16 << 10;

    /** Where a frame begins, and what comes in it. */
    private record Mark(int queue, long nextId, long messages) {}

    private final LogParts parts;
    private final Reclaimer reclaimer;
    private final SnapshotFile file;
    private final List<LiveQueue> queues = new ArrayList<>();
    private final TreeMap<Long, Mark> marks = new TreeMap<>();
    private byte[] frame;
    private long frameStart;
    private boolean last;
    private boolean closed;

    OutgoingSnapshot(LogParts parts, Reclaimer reclaimer, SnapshotFile file) {
        this.parts = parts;
        this.reclaimer = reclaimer;
        this.file = file;
        for (LiveQueue queue : file.queues()) {
            if (queue.head() < queue.next()) {
                queues.add(queue);
            }
        }
        this.frame = firstFrame(file);
        long nextId = queues.isEmpty() ? 0 : queues.get(0).head();
        marks.put((long) frame.length, new Mark(0, nextId, 0));
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
        if (offset < frameStart) {
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

    private static byte[] firstFrame(SnapshotFile file) {
        byte[] first = TransferFormat.snapshotFrame(file);
        return ByteBuffer.allocate(TransferFormat.MAGIC_BYTES + first.length)
                .putLong(TransferFormat.MAGIC)
                .put(first)
                .array();
    }

    private void rewind(long offset) {
        var mark = marks.floorEntry(offset);
        if (mark == null) {
            frame = firstFrame(file);
            frameStart = 0;
            last = false;
        } else {
            frameStart = mark.getKey();
            make(mark.getValue());
        }
    }

    /** Makes the frame that begins at the mark, and notes where the next one does. */
    private void make(Mark mark) {
        if (mark.queue() == queues.size()) {
            frame = TransferFormat.frame(
                    TransferFormat.END,
                    ByteBuffer.allocate(Long.BYTES).putLong(mark.messages()).array());
            last = true;
            return;
        }
        last = false;
        LiveQueue queue = queues.get(mark.queue());
        QueueBodies source = parts.messages.queue(queue.uid());
        List<byte[]> bodies = source == null
                ? List.of()
                : parts.messages.bodies(source, mark.nextId(), queue.next(), CarriedWriter.RECORD_BYTES);
        if (bodies.isEmpty()) {
            throw parts.gate.fail(
                    "reading message " + mark.nextId() + " of queue " + queue.uid() + " for a transfer",
                    new IOException("the message waits by snapshot " + index() + ", but its body is nowhere"));
        }
        long id = mark.nextId() + bodies.size();
        frame = TransferFormat.frame(
                TransferFormat.MESSAGES, CarriedWriter.payload(queue.uid(), mark.nextId(), bodies));
        boolean done = id == queue.next();
        int nextQueue = done ? mark.queue() + 1 : mark.queue();
        long nextId =
                !done ? id : nextQueue < queues.size() ? queues.get(nextQueue).head() : 0;
        marks.put(frameStart + frame.length, new Mark(nextQueue, nextId, mark.messages() + bodies.size()));
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            reclaimer.readerEnds();
        }
    }
}
