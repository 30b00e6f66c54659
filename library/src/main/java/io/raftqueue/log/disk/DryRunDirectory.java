package io.raftqueue.log.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a directory and changes nothing in it: what is written, renamed or deleted is forgotten. For inspection. */
public final class DryRunDirectory implements DiskDirectory {
    private final DiskDirectory real;

    public DryRunDirectory(DiskDirectory real) {
        this.real = real;
    }

    @Override
    public String path() {
        return real.path();
    }

    @Override
    public DiskFile create(String name) {
        return new DryRunFile(name, null);
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return new DryRunFile(name, real.open(name));
    }

    @Override
    public void rename(String from, String to) {}

    @Override
    public void delete(String name) {}

    @Override
    public List<String> list() throws IOException {
        return real.list();
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

    private static final class DryRunFile implements DiskFile {
        private final String name;
        private final @Nullable DiskFile file;

        DryRunFile(String name, @Nullable DiskFile file) {
            this.name = name;
            this.file = file;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public long size() throws IOException {
            return file == null ? 0 : file.size();
        }

        @Override
        public int write(ByteBuffer source, long position) {
            int length = source.remaining();
            source.position(source.limit());
            return length;
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return file == null ? -1 : file.read(target, position);
        }

        @Override
        public void force() {}

        @Override
        public void close() {
            if (file != null) {
                file.close();
            }
        }
    }
}
