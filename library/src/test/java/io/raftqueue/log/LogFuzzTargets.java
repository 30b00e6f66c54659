package io.raftqueue.log;

import io.raftqueue.consensus.Entry;
import io.raftqueue.fuzz.FuzzTarget;
import io.raftqueue.log.disk.DiskFile;
import io.raftqueue.log.disk.SimulatedDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Each file format of the log, and the stream of a transfer, read by what reads them in a node. The first byte of an input
 * says whether the rest gets true checksums ({@link Seals}) before it is read.
 */
public final class LogFuzzTargets {
    private static final long HIGH_TERM = 1L << 40;
    private static final String SEGMENT = SegmentHeader.fileName(1);
    private static final String CARRIED = SegmentHeader.fileName(SegmentHeader.Kind.CARRIED, 1);

    private LogFuzzTargets() {}

    /** Reads a file; false if it was refused. */
    private interface Reader {
        boolean takes(byte[] file) throws IOException;
    }

    private interface Seal {
        void put(byte[] file);
    }

    public static Map<String, Supplier<FuzzTarget>> all() {
        Map<String, Supplier<FuzzTarget>> all = new TreeMap<>();
        all.put(
                "segment",
                () -> target(
                        List.of(shortened(StoppedNode.withEntries(true).bytes(SEGMENT))),
                        file -> Seals.segment(file, SegmentHeader.Kind.LOG, file.length),
                        LogFuzzTargets::segment));
        all.put(
                "summary",
                () -> target(
                        List.of(summaryOf(StoppedNode.withMessages())),
                        file -> Seals.summary(file, 0, file.length),
                        LogFuzzTargets::summary));
        all.put(
                "snapshot",
                () -> target(files(StoppedNode.withMessages(), ".snap"), Seals::snapshot, LogFuzzTargets::snapshot));
        all.put(
                "carried",
                () -> target(List.of(carriedOf(StoppedNode.withMessages())), Seals::carried, LogFuzzTargets::carried));
        all.put(
                "vote",
                () -> target(
                        files(StoppedNode.withMessages(), TermAndVote.NAME),
                        file -> Seals.slots(file, TermAndVote.MAGIC, Seals.OURS),
                        LogFuzzTargets::vote));
        all.put(
                "identity",
                () -> target(
                        files(StoppedNode.withMessages(), IdentityFile.NAME),
                        file -> Seals.slots(file, IdentityFile.MAGIC, Checksum.UNSALTED),
                        LogFuzzTargets::identity));
        all.put(
                "mark",
                () -> target(files(StoppedNode.withMessages(), DurableMark.NAME), file -> {}, LogFuzzTargets::mark));
        all.put(
                "format",
                () -> target(
                        files(StoppedNode.withMessages(), DataDirectory.FORMAT_FILE),
                        file -> {},
                        LogFuzzTargets::format));
        all.put(
                "transfer",
                () -> target(List.of(transferOf(StoppedNode.withMessages())), Seals::frames, LogFuzzTargets::transfer));
        return all;
    }

    private static FuzzTarget target(List<byte[]> files, Seal seal, Reader reader) {
        List<byte[]> seeds = new ArrayList<>();
        for (byte[] file : files) {
            byte[] seed = new byte[1 + file.length];
            System.arraycopy(file, 0, seed, 1, file.length);
            seeds.add(seed);
        }
        return new FuzzTarget() {
            @Override
            public List<byte[]> seeds() {
                return seeds;
            }

            @Override
            public boolean takes(byte[] input) {
                if (input.length == 0) {
                    return false;
                }
                byte[] file = Arrays.copyOfRange(input, 1, input.length);
                if ((input[0] & 1) != 0) {
                    seal.put(file);
                }
                try {
                    return reader.takes(file);
                } catch (DamagedLogException | WrongDirectoryException e) {
                    if (!e.getMessage().contains("/simulated")) {
                        throw new AssertionError("it does not say where", e);
                    }
                    return false;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }

            @Override
            public long mostAllocated(int length) {
                return (32L << 20) + 1024L * length; // buffers of segments and of scans
            }
        };
    }

    private static List<byte[]> files(SimulatedDisk disk, String suffix) {
        return disk.list().stream()
                .filter(name -> name.endsWith(suffix))
                .map(disk::bytes)
                .toList();
    }

    private static byte[] shortened(byte[] segment) {
        byte[] file = Arrays.copyOf(segment, 1200);
        Seals.segment(file, SegmentHeader.Kind.LOG, file.length);
        return file;
    }

    /** The first one there is, as the one of segment 1. */
    private static byte[] summaryOf(SimulatedDisk disk) {
        byte[] file = files(disk, SegmentSummary.SUFFIX).get(0);
        Seals.summary(file, 0, file.length);
        return file;
    }

    private static byte[] carriedOf(SimulatedDisk disk) {
        String name = disk.list().stream()
                .filter(n -> n.startsWith("carried-"))
                .findFirst()
                .orElseThrow();
        byte[] file = disk.bytes(name);
        Seals.carried(file);
        return file;
    }

    private static byte[] transferOf(SimulatedDisk disk) {
        LogFixture f = LogFixture.open(disk.killed(), LogFixture.SMALL, QueueStory.BODIES);
        try (SnapshotSource source = f.log.openSnapshotSource()) {
            return source.read(0, 1 << 20);
        }
    }

    /** A node that has begun and written nothing, whatever term it has promised. */
    private static SimulatedDisk emptyNode() {
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = LogFixture.open(disk);
        f.log.saveTermAndVote(HIGH_TERM, null);
        f.close();
        for (String name : disk.list()) {
            if (name.endsWith(".seg") || name.equals(DurableMark.NAME)) {
                disk.remove(name);
            }
        }
        return disk;
    }

    private static boolean segment(byte[] file) {
        SimulatedDisk disk = emptyNode();
        disk.put(SEGMENT, file);
        long last;
        try (LogFixture f = LogFixture.open(disk)) {
            last = f.log.lastIndex();
            int at = SegmentHeader.BYTES;
            for (long i = f.log.firstIndex(); i <= last; i++) {
                Entry entry = f.log.entry(i);
                int behind = ByteBuffer.wrap(file).getShort(at + 2) & 0xFFFF;
                byte[] header = new byte[RecordFormat.HEADER_BYTES];
                RecordFormat.writeHeader(header, entry, i - behind, Seals.OURS);
                check(Arrays.equals(header, Arrays.copyOfRange(file, at, at + header.length)), "the record's header");
                at += header.length + entry.payload().length;
            }
            f.log.append(LogFixture.entries(last + 1, last + 1, HIGH_TERM, 30));
            f.log.sync();
        }
        try (LogFixture f = LogFixture.open(disk.crash(n -> false))) {
            check(f.log.lastIndex() == last + 1, "what was appended to it");
        }
        return true;
    }

    private static boolean summary(byte[] file) {
        Segment segment = new Segment(new SimulatedDisk(), SEGMENT, 1, 1 << 20);
        ByteBuffer runs = SegmentSummary.decode(file, segment, new TermIndex(), new InternalIndex(), Seals.OURS);
        if (runs == null) {
            return false;
        }
        long point = segment.points().before((int) (segment.lastIndex() - segment.firstIndex()));
        check((point & 0xFFFFFFFFL) < segment.capacity(), "a point inside the segment");
        return readRuns(runs);
    }

    private static boolean readRuns(ByteBuffer in) {
        try {
            long queues = RunList.varint(in);
            for (long i = 0; i < queues; i++) {
                in.getLong();
                new RunList().read(in, 3);
            }
            return true;
        } catch (IllegalArgumentException | java.nio.BufferUnderflowException refused) {
            return false; // what LogParts makes a DamagedLogException of
        }
    }

    private static boolean snapshot(byte[] file) throws IOException {
        SimulatedDisk disk = emptyNode();
        String name = SnapshotFile.fileName(
                file.length < 24 ? 1 : ByteBuffer.wrap(file).getLong(16));
        disk.put(name, file);
        SnapshotFile read = SnapshotFile.read(disk, name, Seals.OURS);
        check(Arrays.equals(read.encode(Seals.OURS), file), "the snapshot's bytes");
        try (LogFixture f = LogFixture.open(disk)) {
            check(f.log.snapshotIndex() == read.snapshot().index(), "the snapshot's index");
            check(f.log.lastIndex() >= f.log.snapshotIndex(), "a log that reaches the snapshot");
        } catch (DamagedLogException nothingBehindIt) {
            check(nothingBehindIt.getMessage().contains("/simulated"), "where it is");
        }
        return true;
    }

    private static boolean carried(byte[] file) throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        disk.put(CARRIED, file);
        CarriedFile carried = CarriedFile.open(disk, CARRIED, 1, LogFixture.INCARNATION, Seals.OURS);
        check(carried.messages() <= file.length, "no more messages than there is room for");
        FailureGate gate = new FailureGate(disk.path());
        carried.runs()
                .forEach((uid, list) -> list.forEach(0, Long.MAX_VALUE, (firstId, count, entry, slot) -> {
                    for (int i = 0; i < count; i++) {
                        byte[] body = carried.body(uid, firstId + i, gate, disk.path());
                        check(body != null, "a message it says it has");
                    }
                }));
        return true;
    }

    private static boolean vote(byte[] file) throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        disk.put(TermAndVote.NAME, file);
        long term;
        try (TermAndVote found = TermAndVote.open(disk, Seals.OURS)) {
            term = found.term();
            if (term < HIGH_TERM) {
                found.save(HIGH_TERM, LogFixture.INCARNATION);
            }
        }
        try (TermAndVote again = TermAndVote.open(disk.crash(n -> false), Seals.OURS)) {
            check(again.term() == Math.max(term, HIGH_TERM), "the newest promise");
        }
        return true;
    }

    private static boolean identity(byte[] file) throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        disk.put(IdentityFile.NAME, file);
        try (IdentityFile found = IdentityFile.openAndCount(disk, "")) {
            check(IdentityFile.read(disk.crash(n -> false)).equals(found.identity()), "the start that was counted");
        }
        return true;
    }

    private static boolean mark(byte[] file) throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        disk.put(DurableMark.NAME, file);
        try (DurableMark found = DurableMark.open(disk, Seals.OURS)) {
            found.read(0);
            found.write(7, 9);
            check(found.read(7) == 9, "the mark that was written");
        }
        return true;
    }

    private static boolean format(byte[] file) throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        disk.put(DataDirectory.FORMAT_FILE, file);
        DataDirectory.checkFormat(disk, disk.list());
        return true;
    }

    /** What is complete can be installed, is there after a restart, and holds every message that waits. */
    private static boolean transfer(byte[] stream) throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = LogFixture.open(disk, LogFixture.SMALL, QueueStory.BODIES);
        SnapshotReceiver receiver = f.log.receiveSnapshot();
        for (int piece = 0; piece < 40 && !receiver.complete() && receiver.offset() < stream.length; piece++) {
            int from = (int) receiver.offset();
            receiver.write(from, Arrays.copyOfRange(stream, from, Math.min(stream.length, from + 1000)));
        }
        check(f.log.failure() == null, "a log that goes on: " + f.log.failure());
        if (!receiver.complete()) {
            receiver.close();
            return false;
        }
        if (receiver.install() == null) {
            return false;
        }
        List<LiveQueue> queues;
        try (DiskFile file = disk.open(SnapshotFile.fileName(f.log.snapshotIndex()))) {
            queues = SnapshotFile.read(disk, file.name(), Seals.OURS).queues();
        }
        LogFixture again = LogFixture.open(disk.crash(n -> false), LogFixture.SMALL, QueueStory.BODIES);
        for (LogFixture node : List.of(f, again)) {
            for (LiveQueue queue : queues) {
                for (long id = queue.head(); id < queue.next(); id++) {
                    check(node.log.body(queue.uid(), id) != null, "message " + id + " of queue " + queue.uid());
                }
            }
        }
        return true;
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("it was taken, but this is not so: " + what);
        }
    }
}
