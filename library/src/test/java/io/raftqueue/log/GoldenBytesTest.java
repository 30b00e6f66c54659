package io.raftqueue.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.consensus.Entry;
import io.raftqueue.log.disk.SimulatedDisk;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The formats on disk, byte for byte: a change here is a new format version, which must still read these. */
class GoldenBytesTest {
    private static final UUID INCARNATION = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    private static final Checksum CHECKSUM = new Checksum(INCARNATION);

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static String used(byte[] bytes) {
        int length = bytes.length;
        while (length > 0 && bytes[length - 1] == 0) {
            length--;
        }
        return hex(Arrays.copyOf(bytes, length));
    }

    private static byte[] slot(SimulatedDisk disk, String name, int slot) {
        return Arrays.copyOfRange(disk.bytes(name), slot * SlotFile.SLOT_BYTES, (slot + 1) * SlotFile.SLOT_BYTES);
    }

    @Test
    void record() {
        byte[] header = new byte[RecordFormat.HEADER_BYTES];
        byte[] payload = "hello".getBytes(StandardCharsets.US_ASCII);
        RecordFormat.writeHeader(header, new Entry(0x1234, 7, true, 0x18C0FFEE, payload), 0x1230, CHECKSUM);
        assertThat(hex(header) + hex(payload)).isEqualTo(RECORD);
        ByteBuffer read = ByteBuffer.wrap(HexFormat.of().parseHex(RECORD));
        RecordFormat.Header found = RecordFormat.Header.read(read, 0);
        assertThat(found.plausible(1000)).isTrue();
        assertThat(found.durableWhenWritten()).isEqualTo(0x1230);
        assertThat(found.entry(payload))
                .usingRecursiveComparison()
                .isEqualTo(new Entry(0x1234, 7, true, 0x18C0FFEE, payload));
    }

    @Test
    void segmentHeader() {
        assertThat(hex(SegmentHeader.encode(SegmentHeader.Kind.LOG, 3, 33554432, 0, INCARNATION, CHECKSUM)
                        .array()))
                .isEqualTo(LOG_SEGMENT);
        assertThat(hex(SegmentHeader.encode(SegmentHeader.Kind.CARRIED, 4, 1000, 99, INCARNATION, CHECKSUM)
                        .array()))
                .isEqualTo(CARRIED_SEGMENT);
        assertThat(SegmentHeader.fileName(3)).isEqualTo("log-000000000003.seg");
    }

    @Test
    void identityTermVoteAndMark() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        DataDirectory directory = DataDirectory.open(disk, "node01", () -> INCARNATION);
        try (SegmentedLog log = directory.openLog(LogFixture.SMALL, LogFixture.BODIES, Runnable::run)) {
            directory.adoptCluster(UUID.fromString("3f2a0000-0000-4000-8000-000000000001"));
            log.saveTermAndVote(5, UUID.fromString("99999999-0000-4000-8000-000000000002"));
            log.append(List.of(new Entry(1, 5, false, 10, new byte[] {1})));
        }
        assertThat(used(slot(disk, IdentityFile.NAME, 0))).isEqualTo(IDENTITY);
        assertThat(used(slot(disk, IdentityFile.NAME, 1))).isEqualTo(IDENTITY);
        assertThat(used(slot(disk, TermAndVote.NAME, 0))).isEqualTo(TERM_AND_VOTE);
        assertThat(hex(disk.bytes(DurableMark.NAME))).isEqualTo(MARK);
        assertThat(new String(disk.bytes("FORMAT"), StandardCharsets.US_ASCII)).isEqualTo("raftqueue-data 1\n");
        assertThat(disk.list())
                .containsExactly(
                        "FORMAT", "durable", "log-000000000001.seg", "log-000000000002.seg", "node.id", "raft-state");
    }

    @Test
    void snapshotAndSummary() throws Exception {
        RunList runs = new RunList();
        runs.add(10, 3, 41, 0);
        runs.add(13, 1, 42, 2);
        ByteSink list = new ByteSink(10);
        list.putVarint(1).putLong(77);
        runs.write(list);
        SnapshotFile file = new SnapshotFile(
                new StoredSnapshot(42, 5, 1000, new byte[] {1, 2, 3}, new byte[] {9}),
                0,
                2,
                40,
                List.of(new LiveQueue(77, 11, 14)),
                list.toArray());
        assertThat(hex(file.encode(CHECKSUM))).isEqualTo(SNAPSHOT);
        SimulatedDisk disk = new SimulatedDisk();
        disk.put(SnapshotFile.fileName(42), HexFormat.of().parseHex(SNAPSHOT));
        assertThat(SnapshotFile.read(disk, "snapshot-000000000042.snap", CHECKSUM))
                .usingRecursiveComparison()
                .isEqualTo(file);

        Segment segment = new Segment(disk, SegmentHeader.fileName(7), 7, 4096);
        segment.added(41, 100);
        segment.added(42, 9000);
        segment.added(43, 50);
        TermIndex terms = new TermIndex();
        terms.add(40, 4);
        terms.add(42, 5);
        InternalIndex internal = new InternalIndex();
        internal.add(42);
        byte[] summary = SegmentSummary.encode(segment, terms, internal, CHECKSUM, out -> out.put(list.toArray()));
        assertThat(hex(summary)).isEqualTo(SUMMARY);
    }

    @Test
    void firstFrameOfATransfer() {
        SnapshotFile file = new SnapshotFile(
                new StoredSnapshot(42, 5, 1000, new byte[] {1, 2, 3}, new byte[] {9}),
                42,
                0,
                43,
                List.of(new LiveQueue(77, 11, 14)),
                new byte[1]);
        TransferredSnapshot transferred = new TransferredSnapshot(file, List.of(new MessageRange(77, 6, 2)));
        assertThat(TransferFormat.MAGIC).isEqualTo(0x5251584645520002L); // "RQXFER"
        assertThat(hex(TransferFormat.snapshotFrame(transferred))).isEqualTo(FIRST_FRAME);
        byte[] payload = HexFormat.of().parseHex(FIRST_FRAME);
        payload = Arrays.copyOfRange(payload, TransferFormat.FRAME_HEAD, payload.length - TransferFormat.FRAME_TAIL);
        assertThat(TransferFormat.snapshot(payload)).usingRecursiveComparison().isEqualTo(transferred);
    }

    @Test
    void carriedRecordAndTransferFrame() {
        byte[] payload = CarriedWriter.payload(77, 11, List.of(new byte[] {1, 2}, new byte[] {3}));
        assertThat(hex(payload)).isEqualTo("000000000000004d000000000000000b0000000200000002010200000001" + "03");
        assertThat(CarriedFile.bodyAt(payload, 1)).containsExactly(3);
        assertThat(hex(TransferFormat.frame(TransferFormat.MESSAGES, payload))).isEqualTo(FRAME);
    }

    private static final String FIRST_FRAME = "01" // type
            + "0000005c" // length of the payload
            + "000000000000002a" // index
            + "0000000000000005" // term
            + "00000000000003e8" // cluster time
            + "00000003" + "010203" // state
            + "00000001" + "09" // configuration
            + "00000001" + "000000000000004d" + "000000000000000b" + "000000000000000e" // queues
            + "00000001" + "000000000000004d" + "0000000000000006" + "0000000000000002" // taken messages
            + "aea7bc62";
    private static final String RECORD =
            "0101000400000005000000000000123400000000000000070000000018c0ffee8d86ac0e68656c6c6f";
    private static final String LOG_SEGMENT =
            "52514c4f47534547000000010000000000112233445566778899aabbccddeeff00000000000000030000000002000000"
                    + "000000000000000000000000e2688cc1";
    private static final String CARRIED_SEGMENT =
            "52514c4f47534547000000010000000100112233445566778899aabbccddeeff000000000000000400000000000003e8"
                    + "000000000000006300000000474f3472";
    private static final String IDENTITY =
            "5251490100000000000000020000003100112233445566778899aabbccddeeff0000000000000001013f2a0000000040"
                    + "00800000000000000100066e6f646530310026e42e";
    private static final String TERM_AND_VOTE =
            "525156010000000000000002000000290000000000000005019999999900004000800000000000000200000000000000"
                    + "0000000000000000009f6e9f8b";
    private static final String MARK = "5251440100000000000000000000000000000001af08f724";
    private static final String SNAPSHOT =
            "5251534e41500001000000000000007c000000000000002a000000000000000500000000000003e80000000000000000"
                    + "0000000000000002000000000000002800000003010203000000010900000001000000000000004d000000000000000b"
                    + "000000000000000e01000000000000004d021c290a090102b11e82b8";
    private static final String SUMMARY =
            "525158010000003600000000000000072903fe470002000401050101020040028c4701000000000000004d021c290a0901"
                    + "025e9f9177";
    private static final String FRAME =
            "020000001f000000000000004d000000000000000b000000020000000201020000000103dc0832a4";
}
