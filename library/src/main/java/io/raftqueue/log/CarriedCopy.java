package io.raftqueue.log;

import io.raftqueue.consensus.Entry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Copies the readable messages of files that are to go into one new carried file. */
final class CarriedCopy implements AutoCloseable {
    /** So much in one go: what waits behind it on the same thread does not wait long. */
    private static final long MOST_BYTES = 8 << 20;

    private final LogParts parts;
    private @Nullable CarriedWriter writer;
    private long copied;

    CarriedCopy(LogParts parts) {
        this.parts = parts;
    }

    boolean isFull() {
        return copied >= MOST_BYTES;
    }

    /** Copies what is readable in the segment; false, and nothing is copied, if that is more than {@code most} bytes. */
    boolean copy(Segment segment, long most) throws IOException {
        List<byte[]> payloads = new ArrayList<>();
        Gathering gathering = new Gathering(payloads, most);
        for (QueueBodies queue : parts.messages.queues()) {
            long[] ids = queue.idsWithin(segment.firstIndex(), segment.lastIndex());
            gathering.begin(queue.uid());
            queue.copy(ids[0], ids[1]).forEach(ids[0], ids[1], (firstId, count, entry, slot) -> {
                Entry found = gathering.enough ? null : parts.reader.entry(entry);
                for (int i = 0; i < count && found != null; i++) {
                    gathering.add(firstId + i, parts.messages.bodies().body(found.payload(), slot + i));
                }
            });
            gathering.end();
        }
        return write(gathering, payloads);
    }

    boolean copy(CarriedFile file, long most) throws IOException {
        List<byte[]> payloads = new ArrayList<>();
        Gathering gathering = new Gathering(payloads, most);
        for (Map.Entry<Long, RunList> runs : new TreeMap<>(file.runs()).entrySet()) {
            QueueBodies queue = parts.messages.queue(runs.getKey());
            if (queue == null) {
                continue;
            }
            gathering.begin(queue.uid());
            runs.getValue().forEach(queue.floor(), queue.next(), (firstId, count, entry, slot) -> {
                for (int i = 0; i < count && !gathering.enough; i++) {
                    byte[] body = file.body(queue.uid(), firstId + i, parts.gate, parts.disk.path());
                    if (body != null) {
                        gathering.add(firstId + i, body);
                    }
                }
            });
            gathering.end();
        }
        return write(gathering, payloads);
    }

    private boolean write(Gathering gathering, List<byte[]> payloads) throws IOException {
        if (gathering.enough) {
            return false;
        }
        for (byte[] payload : payloads) {
            CarriedWriter open = writer;
            if (open != null && !open.accepts(payload)) {
                publish();
                open = null;
            }
            if (open == null) {
                open = parts.carried.newWriter(0);
                writer = open;
            }
            open.add(payload);
            copied += payload.length;
        }
        return true;
    }

    /** After this the copies are on disk and found; what they were copied from may go. */
    void publish() throws IOException {
        CarriedWriter open = writer;
        if (open != null && open.messages() > 0) {
            String name = open.publish();
            parts.disk.sync();
            parts.carried.add(parts.carried.open(name));
            writer = null;
        }
    }

    @Override
    public void close() throws IOException {
        if (writer != null) {
            writer.close();
        }
    }

    /** Makes records of consecutive ids out of single messages. */
    private static final class Gathering {
        private final List<byte[]> payloads;
        private final long most;
        private final List<byte[]> bodies = new ArrayList<>();
        private long uid;
        private long firstId;
        private long recordBytes;
        private long allBytes;
        private boolean enough;

        Gathering(List<byte[]> payloads, long most) {
            this.payloads = payloads;
            this.most = most;
        }

        void begin(long queueUid) {
            uid = queueUid;
        }

        void add(long id, byte[] body) {
            if (!bodies.isEmpty() && (id != firstId + bodies.size() || recordBytes > CarriedWriter.RECORD_BYTES)) {
                end();
            }
            if (bodies.isEmpty()) {
                firstId = id;
            }
            bodies.add(body);
            recordBytes += body.length + Integer.BYTES;
            allBytes += body.length + Integer.BYTES;
            enough |= allBytes > most;
        }

        void end() {
            if (!bodies.isEmpty()) {
                payloads.add(CarriedWriter.payload(uid, firstId, bodies));
                bodies.clear();
                recordBytes = 0;
            }
        }
    }
}
