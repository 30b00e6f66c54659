package io.raftqueue.log;

import java.nio.ByteBuffer;

/**
 * Gives bytes the true checksums and the fixed fields of their format. Without this a fuzzer meets checksums only; with it
 * the reader behind them is met by everything that a faulty writer, or a checksum that fits by chance, could bring.
 */
final class Seals {
    static final Checksum OURS = new Checksum(LogFixture.INCARNATION);

    private Seals() {}

    private static int crc(Checksum checksum, byte[] bytes, int from, int length) {
        return checksum.of(bytes, from, length);
    }

    static void segment(byte[] bytes, SegmentHeader.Kind kind, int recordsEnd) {
        if (bytes.length < SegmentHeader.BYTES) {
            return;
        }
        ByteBuffer b = ByteBuffer.wrap(bytes);
        long installedWith = b.getLong(48);
        b.put(SegmentHeader.encode(kind, 1, bytes.length, installedWith, LogFixture.INCARNATION, OURS));
        records(bytes, SegmentHeader.BYTES, Math.min(recordsEnd, bytes.length));
    }

    private static void records(byte[] bytes, int from, int until) {
        ByteBuffer b = ByteBuffer.wrap(bytes);
        for (int at = from; until - at >= RecordFormat.HEADER_BYTES; ) {
            RecordFormat.Header header = RecordFormat.Header.read(b, at);
            if (!header.plausible(until - at)) {
                return;
            }
            byte[] payload = new byte[header.length()];
            b.get(at + RecordFormat.HEADER_BYTES, payload);
            byte[] head = new byte[RecordFormat.CHECKSUM_AT];
            b.get(at, head);
            b.putInt(at + RecordFormat.CHECKSUM_AT, OURS.of(head, head.length, payload));
            at += RecordFormat.HEADER_BYTES + header.length();
        }
    }

    static void summary(byte[] bytes, int from, int until) {
        if (until - from < 20) {
            return;
        }
        ByteBuffer b = ByteBuffer.wrap(bytes);
        b.putInt(from, 0x52515801).putInt(from + 4, until - from).putLong(from + 8, 1);
        b.putInt(until - 4, crc(OURS, bytes, from, until - from - 4));
    }

    static void carried(byte[] bytes) {
        if (bytes.length < SegmentHeader.BYTES + 20 + CarriedFile.FOOTER) {
            return;
        }
        int summaryEnd = bytes.length - CarriedFile.FOOTER;
        long start = ByteBuffer.wrap(bytes).getLong(summaryEnd);
        if (start < SegmentHeader.BYTES || start > summaryEnd - 20) {
            return;
        }
        summary(bytes, (int) start, summaryEnd);
        segment(bytes, SegmentHeader.Kind.CARRIED, (int) start);
    }

    static void snapshot(byte[] bytes) {
        if (bytes.length < 80) {
            return;
        }
        ByteBuffer.wrap(bytes).putLong(0, 0x5251534E41500001L).putLong(8, bytes.length);
        ByteBuffer.wrap(bytes).putInt(bytes.length - 4, crc(OURS, bytes, 0, bytes.length - 4));
    }

    static void slots(byte[] bytes, int magic, Checksum checksum) {
        ByteBuffer b = ByteBuffer.wrap(bytes);
        for (int at = 0; at + 20 <= bytes.length; at += SlotFile.SLOT_BYTES) {
            int length = b.getInt(at + 12);
            if (length >= 0 && length <= SlotFile.SLOT_BYTES - 20 && at + 20 + length <= bytes.length) {
                b.putInt(at, magic);
                b.putInt(at + 16 + length, crc(checksum, bytes, at, 16 + length));
            }
        }
    }

    /** Gives each frame that still can be found a true checksum, as a sender with bad intentions would. */
    static void frames(byte[] stream) {
        ByteBuffer b = ByteBuffer.wrap(stream);
        for (int at = TransferFormat.MAGIC_BYTES; at + TransferFormat.FRAME_HEAD < stream.length; ) {
            int length = b.getInt(at + 1);
            int end = at + TransferFormat.FRAME_HEAD + length;
            if (length < 0 || end < 0 || end + TransferFormat.FRAME_TAIL > stream.length) {
                return;
            }
            b.putInt(end, crc(Checksum.UNSALTED, stream, at, end - at));
            at = end + TransferFormat.FRAME_TAIL;
        }
    }
}
