package io.raftqueue.raft;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way out to one address: a bounded queue and one thread that dials and writes. A sender never waits: what does not
 * fit is dropped, so a frozen or dead member costs the others neither time nor more memory than {@link #MAX_QUEUED}.
 */
final class PeerLink {
    /** Bytes kept for a member that does not read; one frame may exceed it when the queue is empty. */
    static final long MAX_QUEUED = 16L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(PeerLink.class);
    private static final int DIAL_TIMEOUT_MS = 1_000;
    private static final int GATHER = 256 << 10;
    private static final long MAX_BACKOFF_MS = 500;
    private static final long IDLE_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int LOOK_MS = 250;
    /** What was sent is answered by a pulse within this time, or the connection leads nowhere. */
    private static final long PULSE_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final PeerAddress address;
    private final long start;
    private final SocketFactory sockets;
    private final Consumer<PeerLink> whenIdle;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final ArrayDeque<byte[]> queue = new ArrayDeque<>();
    private final Thread writer;
    private long queuedBytes;
    private long dropped;
    private boolean closed;
    private volatile @Nullable SocketChannel channel;
    private volatile long pulsedAt;
    /** Since when a pulse is due; 0 while none is. */
    private volatile long dueSince;
    /** Since when bytes are being handed to the socket; 0 while none are. */
    private volatile long writingSince;

    /** Opens an outgoing connection. */
    interface SocketFactory {
        SocketChannel connect(InetSocketAddress to, int timeoutMillis) throws IOException;
    }

    /**
     * @param start of this process
     * @param whenIdle told, on the link's thread, when it closed itself because nobody used it
     */
    PeerLink(PeerAddress address, long start, SocketFactory sockets, Consumer<PeerLink> whenIdle) {
        this.address = address;
        this.start = start;
        this.sockets = sockets;
        this.whenIdle = whenIdle;
        writer = new Thread(this::run, "raftqueue-to-" + address);
        writer.setDaemon(true);
    }

    void start() {
        start(Thread::start);
    }

    void start(Consumer<Thread> starter) {
        starter.accept(writer);
    }

    /** Queues the payload; false when it was dropped. */
    boolean send(byte[] payload) {
        lock.lock();
        try {
            if (closed || (queuedBytes > 0 && queuedBytes + payload.length > MAX_QUEUED)) {
                dropped++;
                return false;
            }
            queue.add(payload);
            queuedBytes += payload.length;
            if (queue.size() == 1) {
                arrived.signal();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            queue.clear();
            arrived.signal();
        } finally {
            lock.unlock();
        }
        disconnect();
        writer.interrupt();
    }

    void awaitClosed(long millis) throws InterruptedException {
        writer.join(millis);
    }

    private void run() {
        ByteBuffer buffer = null;
        long backoff = 10;
        try {
            while (true) {
                byte[] first = next();
                if (first == null) {
                    whenIdle.accept(this);
                    return;
                }
                try {
                    buffer = buffer == null ? ByteBuffer.allocateDirect(GATHER) : buffer;
                    SocketChannel open = channel;
                    if (open == null || !open.isOpen()) {
                        open = dial();
                    }
                    write(open, first, buffer);
                    backoff = 10;
                } catch (IOException | RuntimeException | OutOfMemoryError e) {
                    // The last: there is no thread to be had, as a rule, and perhaps there is a moment later.
                    LOG.debug("link to {}: {}", address, e.toString());
                    disconnect();
                    // What was queued for the broken connection is stale; Raft sends again.
                    backoff = pauseAndForget(backoff);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            disconnect();
        }
    }

    private SocketChannel dial() throws IOException {
        SocketChannel open = sockets.connect(address.resolve(), DIAL_TIMEOUT_MS);
        pulsedAt = System.nanoTime();
        dueSince = pulsedAt;
        channel = open;
        ByteBuffer hello = ByteBuffer.wrap(Frames.greeting(start));
        writeFully(open, hello);
        Thread watcher = new Thread(() -> watch(open), writer.getName() + "-end");
        watcher.setDaemon(true);
        watcher.start();
        return open;
    }

    /**
     * Nothing comes this way but pulses and the end. The end noticed at once, the next message is dialled for; otherwise
     * it, and perhaps the one after it, would be written into a connection that nobody reads any more. Without pulses the
     * same holds: after a partition of a minute TCP itself may try again only after another one.
     */
    private void watch(SocketChannel open) {
        try {
            open.socket().setSoTimeout(LOOK_MS);
            InputStream in = open.socket().getInputStream();
            byte[] pulses = new byte[64];
            while (!leadsNowhere()) {
                try {
                    if (in.read(pulses) < 0) {
                        LOG.debug("link to {}: the other side ended the connection", address);
                        break;
                    }
                    pulsedAt = System.nanoTime();
                    dueSince = 0;
                } catch (SocketTimeoutException quiet) {
                    // looks again
                }
            }
        } catch (IOException e) {
            LOG.debug("link to {}: {}", address, e.toString());
        }
        close(open);
    }

    private boolean leadsNowhere() {
        long now = System.nanoTime();
        boolean nowhere = longAgo(dueSince, now) || (longAgo(writingSince, now) && longAgo(pulsedAt, now));
        if (nowhere) {
            LOG.debug("link to {}: nothing is read at the other end any more", address);
        }
        return nowhere;
    }

    private static boolean longAgo(long since, long now) {
        return since != 0 && now - since >= PULSE_PATIENCE_NANOS;
    }

    /** The other side answers bytes at most every so often: what follows a pulse closely may bring no other. */
    private void pulseIsDue() {
        long now = System.nanoTime();
        if (dueSince == 0 && now - pulsedAt >= Pulses.PAUSE_NANOS + Pulses.PAUSE_NANOS / 4) {
            dueSince = now;
        }
    }

    /** Whether there is a connection, as far as is known. */
    boolean connected() {
        SocketChannel open = channel;
        return open != null && open.isOpen();
    }

    /** Writes the payload and what else is queued, gathered into as few system calls as fit the buffer. */
    private void write(SocketChannel open, byte[] first, ByteBuffer buffer) throws IOException {
        pulseIsDue();
        buffer.clear();
        byte[] payload = first;
        while (payload != null) {
            if (payload.length + Frames.HEADER > buffer.remaining()) {
                flush(open, buffer);
            }
            Frames.writeHeader(buffer, payload);
            if (payload.length > buffer.remaining()) {
                flush(open, buffer);
                writeFully(open, ByteBuffer.wrap(payload));
            } else {
                buffer.put(payload);
            }
            payload = pollQueue();
        }
        flush(open, buffer);
    }

    private void flush(SocketChannel open, ByteBuffer buffer) throws IOException {
        buffer.flip();
        writeFully(open, buffer);
        buffer.clear();
    }

    /** Waits where the socket has no room: for as long as the other side reads, and says so by its pulses. */
    private void writeFully(SocketChannel open, ByteBuffer bytes) throws IOException {
        writingSince = System.nanoTime();
        try {
            while (bytes.hasRemaining()) {
                open.write(bytes);
            }
        } finally {
            writingSince = 0;
        }
    }

    private byte @Nullable [] next() throws InterruptedException {
        lock.lock();
        try {
            long nanos = IDLE_NANOS;
            while (queue.isEmpty() && !closed && nanos > 0) {
                nanos = arrived.awaitNanos(nanos);
            }
            if (queue.isEmpty()) {
                closed = true;
            }
            return closed ? null : remove();
        } finally {
            lock.unlock();
        }
    }

    private byte @Nullable [] pollQueue() {
        lock.lock();
        try {
            return queue.isEmpty() ? null : remove();
        } finally {
            lock.unlock();
        }
    }

    private byte[] remove() {
        byte[] payload = queue.remove();
        queuedBytes -= payload.length;
        return payload;
    }

    private long pauseAndForget(long backoff) throws InterruptedException {
        lock.lock();
        try {
            queue.clear();
            queuedBytes = 0;
            long nanos = TimeUnit.MILLISECONDS.toNanos(backoff);
            // Sends during the pause only queue; close() ends it.
            while (nanos > 0 && !closed) {
                nanos = arrived.awaitNanos(nanos);
            }
            return Math.min(MAX_BACKOFF_MS, backoff * 2);
        } finally {
            lock.unlock();
        }
    }

    private void disconnect() {
        SocketChannel open = channel;
        channel = null;
        if (open != null) {
            close(open);
        }
    }

    private void close(SocketChannel open) {
        try {
            open.close();
        } catch (IOException e) {
            LOG.debug("closing the link to {}: {}", address, e.toString());
        }
    }

    long dropped() {
        lock.lock();
        try {
            return dropped;
        } finally {
            lock.unlock();
        }
    }
}
