package io.raftqueue.log.disk;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A real file with two channels: an interrupted thread closes the channel it uses, and a caller who is interrupted while
 * he reads a body must not take the log's writing end away with him.
 */
final class NioFile implements DiskFile {
    private final Path path;
    /** Opened with the first write: who only reads needs no right to write. */
    private volatile @Nullable FileChannel writing;

    private volatile FileChannel reading;
    private volatile boolean closed;

    NioFile(Path path) throws IOException {
        this.path = path;
        this.reading = FileChannel.open(path, StandardOpenOption.READ);
    }

    @Override
    public String name() {
        return path.getFileName().toString();
    }

    @Override
    public long size() throws IOException {
        return Files.size(path);
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
        try {
            return writing().write(source, position);
        } catch (IOException e) {
            throw NioDirectory.translate(e);
        }
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                FileChannel channel = reading;
                try {
                    return channel.read(target, position);
                } catch (ClosedByInterruptException e) {
                    interrupted |= Thread.interrupted();
                    reopen(channel);
                } catch (ClosedChannelException e) {
                    reopen(channel);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized void reopen(FileChannel broken) throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        if (reading == broken) {
            reading = FileChannel.open(path, StandardOpenOption.READ);
        }
    }

    @Override
    public void force() throws IOException {
        try {
            writing().force(false);
        } catch (IOException e) {
            throw NioDirectory.translate(e);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        FileChannel written = writing;
        if (written != null) {
            closeQuietly(written);
        }
        closeQuietly(reading);
    }

    private FileChannel writing() throws IOException {
        FileChannel channel = writing;
        return channel != null ? channel : openForWriting();
    }

    private synchronized FileChannel openForWriting() throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        FileChannel channel = writing;
        if (channel == null) {
            channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            writing = channel;
        }
        return channel;
    }

    /** Closing loses nothing: whatever had to be kept was forced before. */
    static void closeQuietly(Closeable channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close a file", e);
        }
    }
}
