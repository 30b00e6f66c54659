package io.raftqueue.log;

import io.raftqueue.consensus.Entry;
import io.raftqueue.log.disk.DiskDirectory;
import io.raftqueue.log.disk.SimulatedDisk;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/** A data directory and its log on a simulated disk, everything in one thread. */
final class LogFixture implements AutoCloseable {
    static final UUID INCARNATION = new UUID(0x1111, 0x2222);
    static final LogOptions SMALL = LogOptions.defaults()
            .withSegmentBytes(4096)
            .withTailCacheBytes(1 << 20)
            .withRetainedEntries(0)
            .withWatermark(0, 0);

    /** Bodies of the tests: the payload is (length, bytes) after each other. */
    static final BodyReader BODIES = (payload, slot) -> {
        ByteBuffer b = ByteBuffer.wrap(payload);
        for (int i = 0; i < slot; i++) {
            b.position(b.position() + 4 + b.getInt(b.position()));
        }
        byte[] body = new byte[b.getInt()];
        b.get(body);
        return body;
    };

    final DiskDirectory disk;
    final DataDirectory directory;
    final SegmentedLog log;

    private LogFixture(DiskDirectory disk, LogOptions options, BodyReader bodies) {
        this.disk = disk;
        this.directory = DataDirectory.open(disk, "node01", () -> INCARNATION);
        this.log = directory.openLog(options, bodies, Runnable::run);
    }

    static LogFixture open(DiskDirectory disk) {
        return new LogFixture(disk, SMALL, BODIES);
    }

    static LogFixture open(DiskDirectory disk, LogOptions options) {
        return new LogFixture(disk, options, BODIES);
    }

    static LogFixture open(DiskDirectory disk, LogOptions options, BodyReader bodies) {
        return new LogFixture(disk, options, bodies);
    }

    static SimulatedDisk newDisk() {
        return new SimulatedDisk();
    }

    static Entry entry(long index, long term, int bytes) {
        byte[] payload = new byte[bytes];
        Arrays.fill(payload, (byte) (index * 31 + term * 7 + 1));
        return new Entry(index, term, index % 5 == 0, 1000 + index, payload);
    }

    static List<Entry> entries(long from, long to, long term, int bytes) {
        List<Entry> entries = new ArrayList<>();
        for (long i = from; i <= to; i++) {
            entries.add(entry(i, term, bytes));
        }
        return entries;
    }

    /** Everything in the log, read one by one. */
    List<Entry> all() {
        List<Entry> all = new ArrayList<>();
        for (long i = log.firstIndex(); i <= log.lastIndex(); i++) {
            all.add(log.entry(i));
        }
        return all;
    }

    static boolean same(Entry a, Entry b) {
        return a.index() == b.index()
                && a.term() == b.term()
                && a.internal() == b.internal()
                && a.time() == b.time()
                && Arrays.equals(a.payload(), b.payload());
    }

    @Override
    public void close() {
        log.close();
        directory.close();
    }
}
