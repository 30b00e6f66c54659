package io.raftqueue.log;

import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * CRC-32C over the directory's incarnation and the bytes themselves: what another directory wrote, or what a message body
 * only pretends to be, does not pass.
 */
final class Checksum {
    /** For the one file that is read before the incarnation is known. */
    static final Checksum UNSALTED = new Checksum(new UUID(0, 0));

    private final byte[] salt;

    Checksum(UUID incarnation) {
        salt = ByteBuffer.allocate(16)
                .putLong(incarnation.getMostSignificantBits())
                .putLong(incarnation.getLeastSignificantBits())
                .array();
    }

    int of(byte[] bytes, int offset, int length) {
        CRC32C crc = start();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }

    int of(byte[] head, int headLength, byte[] body) {
        CRC32C crc = start();
        crc.update(head, 0, headLength);
        crc.update(body, 0, body.length);
        return (int) crc.getValue();
    }

    /** For what arrives in pieces. */
    CRC32C start() {
        CRC32C crc = new CRC32C();
        crc.update(salt, 0, salt.length);
        return crc;
    }
}
