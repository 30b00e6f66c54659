package io.raftqueue.log.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads a directory and changes nothing in it, for inspection. New files live in memory, deleted ones are only hidden, and
 * what is written to a file that is there is forgotten.
 */
public final class DryRunDirectory implements DiskDirectory {
    private final DiskDirectory real;
    private final Map<String, Content> made = new HashMap<>();
    private final Set<String> deleted = new HashSet<>();

    public DryRunDirectory(DiskDirectory real) {
        this.real = real;
    }

    @Override
    public String path() {
        return real.path();
    }

    @Override
    public DiskFile create(String name) throws IOException {
        if (list().contains(name)) {
            throw new FileAlreadyExistsException(name);
        }
        Content content = new Content();
        made.put(name, content);
        return new MadeFile(name, content);
    }

    @Override
    public DiskFile open(String name) throws IOException {
        Content content = made.get(name);
        if (content != null) {
            return new MadeFile(name, content);
        }
        if (deleted.contains(name)) {
            throw new NoSuchFileException(name);
        }
        return new RealFile(real.open(name));
    }

    /** Only what was made here is renamed: that is how a file is published. */
    @Override
    public void rename(String from, String to) throws IOException {
        Content content = made.remove(from);
        if (content == null) {
            throw new NoSuchFileException(from, to, "it was not made in this dry run");
        }
        made.put(to, content);
    }

    @Override
    public void delete(String name) {
        made.remove(name);
        deleted.add(name);
    }

    @Override
    public List<String> list() throws IOException {
        Set<String> names = new TreeSet<>(real.list());
        names.removeAll(deleted);
        names.addAll(made.keySet());
        return List.copyOf(names);
    }

    @Override
    public void sync() {}

    /** A node that runs goes on running; what it writes meanwhile may look torn. */
    @Override
    public @Nullable String lock(String owner) {
        return null;
    }

    @Override
    public long usableBytes() {
        return Long.MAX_VALUE;
    }

    @Override
    public long totalBytes() throws IOException {
        return real.totalBytes();
    }

    @Override
    public void close() {
        real.close();
    }

    private static final class Content {
        byte[] bytes = new byte[0];
        int size;
    }

    private record MadeFile(String name, Content content) implements DiskFile {
        @Override
        public long size() {
            return content.size;
        }

        @Override
        public int write(ByteBuffer source, long position) {
            int length = source.remaining();
            int end = Math.addExact(Math.toIntExact(position), length);
            if (end > content.bytes.length) {
                content.bytes = Arrays.copyOf(content.bytes, Math.max(end, 2 * content.bytes.length));
            }
            source.get(content.bytes, (int) position, length);
            content.size = Math.max(content.size, end);
            return length;
        }

        @Override
        public int read(ByteBuffer target, long position) {
            if (position >= content.size) {
                return -1;
            }
            int length = (int) Math.min(target.remaining(), content.size - position);
            target.put(content.bytes, (int) position, length);
            return length;
        }

        @Override
        public void force() {}

        @Override
        public void close() {}
    }

    private record RealFile(DiskFile file) implements DiskFile {
        @Override
        public String name() {
            return file.name();
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public int write(ByteBuffer source, long position) {
            int length = source.remaining();
            source.position(source.limit());
            return length;
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return file.read(target, position);
        }

        @Override
        public void force() {}

        @Override
        public void close() {
            file.close();
        }
    }
}
