package io.raftqueue.log;

import io.raftqueue.consensus.Entry;
import io.raftqueue.fuzz.FuzzTarget;
import io.raftqueue.log.disk.DiskFile;
import io.raftqueue.log.disk.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Each file format that holds entries or messages, and the stream of a transfer, read by what reads them in a node. */
public final class LogFuzzTargets {
    private static final long HIGH_TERM = 1L << 40;
    private static final String SEGMENT = SegmentHeader.fileName(1);
    private static final String CARRIED = SegmentHeader.fileName(SegmentHeader.Kind.CARRIED, 1);

    private LogFuzzTargets() {}

    public static Map<String, Supplier<FuzzTarget>> all() {
        Map<String, Supplier<FuzzTarget>> all = new TreeMap<>();
        all.put(
                "segment",
                () -> new FileFuzzTarget(
                        List.of(shortened(StoppedNode.withEntries(true).bytes(SEGMENT))),
                        file -> Seals.segment(file, SegmentHeader.Kind.LOG, file.length),
                        LogFuzzTargets::segment));
        all.put(
                "summary",
                () -> new FileFuzzTarget(
                        List.of(summaryOf(StoppedNode.withMessages())),
                        file -> Seals.summary(file, 0, file.length),
                        LogFuzzTargets::summary));
        all.put(
                "snapshot",
                () -> new FileFuzzTarget(
                        FileFuzzTarget.files(StoppedNode.withMessages(), ".snap"),
                        Seals::snapshot,
                        LogFuzzTargets::snapshot));
        all.put(
                "carried",
                () -> new FileFuzzTarget(
                        List.of(carriedOf(StoppedNode.withMessages())), Seals::carried, LogFuzzTargets::carried));
        all.put(
                "transfer",
                () -> new FileFuzzTarget(
                        List.of(transferOf(StoppedNode.withMessages()), transferWithTaken()),
                        Seals::frames,
                        LogFuzzTargets::transfer));
        return all;
    }

    private static byte[] shortened(byte[] segment) {
        byte[] file = Arrays.copyOf(segment, 1200);
        Seals.segment(file, SegmentHeader.Kind.LOG, file.length);
        return file;
    }

    /** The first one there is, as the one of segment 1. */
    private static byte[] summaryOf(SimulatedDisk disk) {
        byte[] file = FileFuzzTarget.files(disk, SegmentSummary.SUFFIX).get(0);
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
        try (SnapshotSource source = f.log.openSnapshotSource(snapshot -> List.of())) {
            return source.read(0, 1 << 20);
        }
    }

    private static byte[] transferWithTaken() {
        LogFixture f = LogFixture.open(new SimulatedDisk(), LogFixture.SMALL, QueueStory.BODIES);
        QueueStory story = new QueueStory(f.log);
        story.send(1, 9, 20);
        story.send(2, 3, 20);
        story.take(1, 7);
        story.take(2, 3);
        story.snapshot();
        List<MessageRange> taken =
                List.of(new MessageRange(1, 2, 2), new MessageRange(1, 6, 1), new MessageRange(2, 1, 3));
        try (SnapshotSource source = f.log.openSnapshotSource(snapshot -> taken)) {
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
                FileFuzzTarget.check(
                        Arrays.equals(header, Arrays.copyOfRange(file, at, at + header.length)), "the record's header");
                at += header.length + entry.payload().length;
            }
            f.log.append(LogFixture.entries(last + 1, last + 1, HIGH_TERM, 30));
            f.log.sync();
        }
        try (LogFixture f = LogFixture.open(disk.crash(n -> false))) {
            FileFuzzTarget.check(f.log.lastIndex() == last + 1, "what was appended to it");
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
        FileFuzzTarget.check((point & 0xFFFFFFFFL) < segment.capacity(), "a point inside the segment");
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
        FileFuzzTarget.check(Arrays.equals(read.encode(Seals.OURS), file), "the snapshot's bytes");
        try (LogFixture f = LogFixture.open(disk)) {
            FileFuzzTarget.check(f.log.snapshotIndex() == read.snapshot().index(), "the snapshot's index");
            FileFuzzTarget.check(f.log.lastIndex() >= f.log.snapshotIndex(), "a log that reaches the snapshot");
        } catch (DamagedLogException nothingBehindIt) {
            FileFuzzTarget.check(nothingBehindIt.getMessage().contains("/simulated"), "where it is");
        }
        return true;
    }

    private static boolean carried(byte[] file) throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        disk.put(CARRIED, file);
        CarriedFile carried = CarriedFile.open(disk, CARRIED, 1, LogFixture.INCARNATION, Seals.OURS);
        FileFuzzTarget.check(carried.messages() <= file.length, "no more messages than there is room for");
        FailureGate gate = new FailureGate(disk.path());
        carried.runs()
                .forEach((uid, list) -> list.forEach(0, Long.MAX_VALUE, (firstId, count, entry, slot) -> {
                    for (int i = 0; i < count; i++) {
                        byte[] body = carried.body(uid, firstId + i, gate, disk.path());
                        FileFuzzTarget.check(body != null, "a message it says it has");
                    }
                }));
        return true;
    }

    /** What is complete can be installed with all it announced, and after a restart every message that waits is there. */
    private static boolean transfer(byte[] stream) throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = LogFixture.open(disk, LogFixture.SMALL, QueueStory.BODIES);
        SnapshotReceiver receiver = f.log.receiveSnapshot();
        for (int piece = 0; piece < 40 && !receiver.complete() && receiver.offset() < stream.length; piece++) {
            int from = (int) receiver.offset();
            receiver.write(from, Arrays.copyOfRange(stream, from, Math.min(stream.length, from + 1000)));
        }
        FileFuzzTarget.check(f.log.failure() == null, "a log that goes on: " + f.log.failure());
        if (!receiver.complete()) {
            receiver.close();
            return false;
        }
        if (receiver.install() == null) {
            return false;
        }
        int length = ByteBuffer.wrap(stream).getInt(TransferFormat.MAGIC_BYTES + 1);
        int at = TransferFormat.MAGIC_BYTES + TransferFormat.FRAME_HEAD;
        for (MessageRange taken : TransferFormat.snapshot(Arrays.copyOfRange(stream, at, at + length))
                .taken()) {
            FileFuzzTarget.check(f.log.holds(taken), "the " + taken + " that was announced");
            for (long id = taken.firstId(); id < taken.end(); id++) {
                FileFuzzTarget.check(f.log.body(taken.queueUid(), id) != null, "message " + id + " of " + taken);
            }
        }
        List<LiveQueue> queues;
        try (DiskFile file = disk.open(SnapshotFile.fileName(f.log.snapshotIndex()))) {
            queues = SnapshotFile.read(disk, file.name(), Seals.OURS).queues();
        }
        LogFixture again = LogFixture.open(disk.crash(n -> false), LogFixture.SMALL, QueueStory.BODIES);
        for (LogFixture node : List.of(f, again)) {
            for (LiveQueue queue : queues) {
                for (long id = queue.head(); id < queue.next(); id++) {
                    FileFuzzTarget.check(
                            node.log.body(queue.uid(), id) != null, "message " + id + " of queue " + queue.uid());
                }
            }
        }
        return true;
    }
}
