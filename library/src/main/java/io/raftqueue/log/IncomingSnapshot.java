package io.raftqueue.log;

import io.raftqueue.log.disk.DiskFullException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes a stream of {@link TransferFormat}. Bodies go to carried files as they come; these bear the snapshot's index and
 * count only from the moment it is published, so a crash before that leaves files that the next start removes.
 */
final class IncomingSnapshot implements SnapshotReceiver {
    /** What may wait in memory while the device has no room. */
    private static final int MOST_PENDING = 4 << 20;

    private final LogParts parts;
    private final Consumer<StoredSnapshot> installed;
    private final List<String> written = new ArrayList<>();
    private byte[] pending = new byte[0];
    private long offset;
    private boolean begun;
    private long messages;
    /** What must come, which of it the next message belongs to, and how many of that are here. */
    private List<MessageRange> ranges = List.of();

    private int range;
    private long ofRange;
    private @Nullable TransferredSnapshot snapshot;
    private @Nullable CarriedWriter writer;
    private boolean complete;
    private boolean closed;
    private boolean lackedRoom;

    IncomingSnapshot(LogParts parts, Consumer<StoredSnapshot> installed) {
        this.parts = parts;
        this.installed = installed;
    }

    @Override
    public synchronized long offset() {
        return offset;
    }

    @Override
    public synchronized boolean complete() {
        return complete;
    }

    @Override
    public synchronized long write(long at, byte[] piece) {
        parts.gate.check();
        if (lackedRoom && !closed) {
            lackedRoom = false;
            takeFrames();
        }
        if (closed || at != offset || complete || (lackedRoom && pending.length > MOST_PENDING)) {
            return offset;
        }
        byte[] joined = Arrays.copyOf(pending, pending.length + piece.length);
        System.arraycopy(piece, 0, joined, pending.length, piece.length);
        pending = joined;
        offset += piece.length;
        takeFrames();
        return offset;
    }

    private void takeFrames() {
        int used = 0;
        try {
            if (!begun && pending.length >= TransferFormat.MAGIC_BYTES) {
                if (ByteBuffer.wrap(pending).getLong() != TransferFormat.MAGIC) {
                    restart();
                    return;
                }
                begun = true;
                used = TransferFormat.MAGIC_BYTES;
            }
            while (begun && !complete && pending.length - used >= TransferFormat.FRAME_HEAD) {
                int length = ByteBuffer.wrap(pending).getInt(used + 1);
                int whole = TransferFormat.FRAME_HEAD + length + TransferFormat.FRAME_TAIL;
                if (length < 0 || length > TransferFormat.LARGEST_FRAME) {
                    restart();
                    return;
                }
                if (pending.length - used < whole) {
                    break;
                }
                if (!take(pending[used], used, length)) {
                    restart();
                    return;
                }
                used += whole;
            }
        } catch (DiskFullException noRoom) {
            lackedRoom = true; // the frame stays pending, and is tried again with the next piece
        } catch (IOException e) {
            throw parts.gate.fail("receiving a snapshot", e);
        } catch (IllegalArgumentException | BufferUnderflowException nonsense) {
            restart();
            return;
        }
        pending = Arrays.copyOfRange(pending, used, pending.length);
    }

    private boolean take(byte type, int at, int length) throws IOException {
        int end = at + TransferFormat.FRAME_HEAD + length;
        if (ByteBuffer.wrap(pending).getInt(end) != Checksum.UNSALTED.of(pending, at, end - at)) {
            return false;
        }
        byte[] payload = Arrays.copyOfRange(pending, at + TransferFormat.FRAME_HEAD, end);
        TransferredSnapshot known = snapshot;
        if (type == TransferFormat.SNAPSHOT && known == null) {
            TransferredSnapshot first = TransferFormat.snapshot(payload);
            snapshot = first;
            ranges = first.messages();
            return true;
        }
        if (type == TransferFormat.MESSAGES && known != null) {
            int count = CarriedFile.messagesIn(payload);
            if (!isNext(payload, count)) {
                return false;
            }
            CarriedWriter open = writer;
            if (open != null && open.isFull()) {
                written.add(open.publish());
                writer = null; // also when there is no room to begin the next: this one is whole
                open = null;
            }
            if (open == null) {
                open = parts.carried.newWriter(known.file().snapshot().index());
            }
            writer = open;
            open.add(payload);
            messages += count;
            ofRange += count;
            return true;
        }
        if (type == TransferFormat.END && known != null) {
            complete = ByteBuffer.wrap(payload).getLong() == messages && messages == expected();
            return complete;
        }
        return false;
    }

    /** Messages come range by range in the order of their ids, none left out: a gap would show only after a restart. */
    private boolean isNext(byte[] payload, int count) {
        if (range < ranges.size() && ofRange == ranges.get(range).count()) {
            range++;
            ofRange = 0;
        }
        if (range == ranges.size()) {
            return false;
        }
        MessageRange now = ranges.get(range);
        ByteBuffer b = ByteBuffer.wrap(payload);
        return b.getLong(0) == now.queueUid()
                && b.getLong(8) == now.firstId() + ofRange
                && count <= now.count() - ofRange;
    }

    private long expected() {
        return ranges.stream().mapToLong(MessageRange::count).sum();
    }

    /** What came is not what was sent: it comes again from the beginning. */
    private void restart() {
        discard();
        pending = new byte[0];
        offset = 0;
        begun = false;
        messages = 0;
        ranges = List.of();
        range = 0;
        ofRange = 0;
        snapshot = null;
        complete = false;
    }

    @Override
    public synchronized @Nullable StoredSnapshot install() {
        TransferredSnapshot arrived = snapshot;
        if (!complete || arrived == null || closed) {
            throw new IllegalStateException("the snapshot has not arrived completely: " + offset + " bytes are here");
        }
        parts.snapshots.publishing().lock();
        parts.writer.files().lock();
        try {
            parts.gate.check();
            StoredSnapshot stored = arrived.file().snapshot();
            boolean known =
                    stored.index() <= parts.snapshots.newest().snapshot().index();
            if (known || parts.holds(stored.index(), stored.term())) {
                close();
                return null;
            }
            if (writer != null) {
                written.add(writer.publish());
                writer = null;
            }
            parts.install(arrived, written);
            closed = true;
            installed.accept(stored);
            return stored;
        } catch (DiskFullException e) {
            throw new NoSpaceException(
                    "no room to install a snapshot in " + parts.disk.path() + " (" + e.getMessage() + ")", e);
        } catch (IOException e) {
            throw parts.gate.fail("installing a snapshot", e);
        } finally {
            parts.writer.files().unlock();
            parts.snapshots.publishing().unlock();
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            discard();
        }
    }

    private void discard() {
        try {
            if (writer != null) {
                writer.close();
                writer = null;
            }
            for (String name : written) {
                parts.disk.delete(name);
            }
            written.clear();
        } catch (IOException e) {
            throw parts.gate.fail("removing an unfinished snapshot", e);
        }
    }
}
