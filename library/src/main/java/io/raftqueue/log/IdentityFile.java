package io.raftqueue.log;

import io.raftqueue.log.disk.DiskDirectory;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The file {@value #NAME}, a {@link SlotFile} (rewritten in place, so a start needs no room on a full device) with
 *
 * <pre>
 *  0  16   incarnation
 * 16  i64  epoch
 * 24  u8   1 = the cluster is known
 * 25  16   cluster id, else zeros
 * 41  u16  length of the name
 * 43  …    name of the node, UTF-8
 * </pre>
 */
final class IdentityFile implements AutoCloseable {
    static final String NAME = "node.id";
    static final int MAGIC = 0x52514901;
    private static final int LONGEST_NAME = 1024;

    private final SlotFile file;
    private volatile NodeIdentity identity;

    private IdentityFile(SlotFile file, NodeIdentity identity) {
        this.file = file;
        this.identity = identity;
    }

    static IdentityFile create(DiskDirectory disk, String name, UUID incarnation) throws IOException {
        if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
            throw new IllegalArgumentException("the node's name is longer than " + LONGEST_NAME + " bytes");
        }
        NodeIdentity identity = new NodeIdentity(name, incarnation, 1, null);
        return new IdentityFile(SlotFile.create(disk, NAME, MAGIC, Checksum.UNSALTED, encode(identity)), identity);
    }

    /** An empty name is whatever the directory says. */
    static IdentityFile openAndCount(DiskDirectory disk, String name) throws IOException {
        SlotFile file = SlotFile.open(disk, NAME, MAGIC, Checksum.UNSALTED);
        boolean opened = false;
        try {
            NodeIdentity found = decode(disk, file.content());
            if (!name.isEmpty() && !found.name().equals(name)) {
                throw new WrongDirectoryException("data directory " + disk.path() + " belongs to node " + found.name()
                        + ", not to " + name + ": give each node a directory of its own");
            }
            IdentityFile identity = new IdentityFile(file, found);
            identity.write(new NodeIdentity(found.name(), found.incarnation(), found.epoch() + 1, found.clusterId()));
            opened = true;
            return identity;
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    /** Reads without counting a start; for inspection. */
    static NodeIdentity read(DiskDirectory disk) throws IOException {
        try (SlotFile file = SlotFile.open(disk, NAME, MAGIC, Checksum.UNSALTED)) {
            return decode(disk, file.content());
        }
    }

    private static byte[] encode(NodeIdentity identity) {
        UUID cluster = identity.clusterId();
        UUID written = cluster == null ? new UUID(0, 0) : cluster;
        byte[] name = identity.name().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(43 + name.length)
                .putLong(identity.incarnation().getMostSignificantBits())
                .putLong(identity.incarnation().getLeastSignificantBits())
                .putLong(identity.epoch())
                .put((byte) (cluster == null ? 0 : 1))
                .putLong(written.getMostSignificantBits())
                .putLong(written.getLeastSignificantBits())
                .putShort((short) name.length)
                .put(name)
                .array();
    }

    private static NodeIdentity decode(DiskDirectory disk, byte[] content) {
        try {
            ByteBuffer b = ByteBuffer.wrap(content);
            UUID incarnation = new UUID(b.getLong(), b.getLong());
            long epoch = b.getLong();
            boolean inCluster = b.get() != 0;
            UUID cluster = new UUID(b.getLong(), b.getLong());
            byte[] name = new byte[b.getShort() & 0xFFFF];
            b.get(name);
            return new NodeIdentity(
                    new String(name, StandardCharsets.UTF_8), incarnation, epoch, inCluster ? cluster : null);
        } catch (BufferUnderflowException e) {
            throw new DamagedLogException(disk.path(), NAME, 0, "its record is too short", e);
        }
    }

    NodeIdentity identity() {
        return identity;
    }

    void adoptCluster(@Nullable UUID clusterId) throws IOException {
        NodeIdentity now = identity;
        write(new NodeIdentity(now.name(), now.incarnation(), now.epoch(), clusterId));
    }

    private void write(NodeIdentity next) throws IOException {
        file.write(encode(next));
        identity = next;
    }

    @Override
    public void close() {
        file.close();
    }
}
