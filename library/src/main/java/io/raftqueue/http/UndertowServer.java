package io.raftqueue.http;

import io.raftqueue.RaftNode;
import io.undertow.UndertowOptions;
import io.undertow.connector.ByteBufferPool;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.protocol.http.HttpOpenListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.XnioExecutor;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;

/**
 * The server behind the adapter: Undertow's connectors on a worker of our own, so that closing can be done in good order
 * and nothing but few threads is started.
 */
final class UndertowServer implements HttpAdapter.RunningServer {
    private static final Logger LOG = LoggerFactory.getLogger(HttpAdapter.class);

    private static final int IO_THREADS = 2;
    private static final int WORKER_THREADS = 4;
    private static final int BUFFER_BYTES = 16 << 10;
    private static final int RECEIVE_BUFFER_BYTES = 128 << 10;
    private static final int MOST_CONNECTIONS = 10_000;
    private static final int LONGEST_HEAD_BYTES = 32 << 10;
    private static final int CLOSE_MILLIS = 5_000;

    private static final OptionMap SERVER = OptionMap.builder()
            .set(UndertowOptions.MAX_HEADER_SIZE, LONGEST_HEAD_BYTES)
            .set(UndertowOptions.MAX_HEADERS, 100)
            .set(UndertowOptions.MAX_PARAMETERS, 100)
            .set(UndertowOptions.MAX_COOKIES, 100)
            // The limits of bodies are ours: see BodyReader.
            .set(UndertowOptions.MAX_ENTITY_SIZE, -1L)
            .set(UndertowOptions.REQUEST_PARSE_TIMEOUT, 10_000)
            .set(UndertowOptions.NO_REQUEST_TIMEOUT, 120_000)
            // Paths are decoded by Uri, strictly.
            .set(UndertowOptions.DECODE_URL, false)
            .set(UndertowOptions.ENABLE_HTTP2, false)
            .getMap();

    private final XnioWorker worker;
    private final XnioExecutor.Key rounds;
    private final AcceptingChannel<StreamConnection> door;
    private final HttpOpenListener listener;
    private final ByteBufferPool buffers;
    private final InFlight inFlight;
    private final String address;
    private boolean closed;

    private UndertowServer(
            XnioWorker worker,
            XnioExecutor.Key rounds,
            AcceptingChannel<StreamConnection> door,
            HttpOpenListener listener,
            ByteBufferPool buffers,
            InFlight inFlight,
            String address) {
        this.worker = worker;
        this.rounds = rounds;
        this.door = door;
        this.listener = listener;
        this.buffers = buffers;
        this.inFlight = inFlight;
        this.address = address;
    }

    static UndertowServer start(RaftNode node, ListenAddress listen, InetSocketAddress socketAddress, Limits limits) {
        XnioWorker worker = null;
        try {
            worker = worker();
            ByteBufferPool buffers = new DefaultByteBufferPool(true, BUFFER_BYTES, -1, 4);
            var listener = new HttpOpenListener(buffers, SERVER);
            AcceptingChannel<StreamConnection> door = door(worker, socketAddress, ready -> accept(ready, listener));
            int port = door.getLocalAddress(InetSocketAddress.class).getPort();
            String address = listen.withPort(port);

            var inFlight = new InFlight(limits);
            var routes = new Routes(limits.bodyBytes());
            new SeedRoutes(node, call -> listen.host().isEmpty() ? call.reachedAt() : address).addTo(routes);
            new OperatorRoutes(node).addTo(routes);
            new QueueRoutes(node, worker).addTo(routes);
            listener.setRootHandler(new Router(routes, inFlight));
            XnioExecutor.Key rounds = inFlight.begin(worker.getIoThread());
            door.resumeAccepts();
            return new UndertowServer(worker, rounds, door, listener, buffers, inFlight, address);
        } catch (IOException e) {
            if (worker != null) {
                worker.shutdownNow();
            }
            throw new IllegalStateException(
                    "http address " + listen + " cannot be listened on: " + e.getMessage()
                            + ": stop what uses it, or choose another address",
                    e);
        }
    }

    /** In place of XNIO's own adapter, which reports each close as an error. */
    private static void accept(AcceptingChannel<StreamConnection> door, HttpOpenListener listener) {
        try {
            StreamConnection connection = door.accept();
            while (connection != null) {
                listener.handleEvent(connection);
                connection = door.accept();
            }
        } catch (ClosedChannelException e) {
            LOG.debug("no more connections: the server closes", e);
        } catch (IOException e) {
            LOG.warn("a connection could not be accepted: {}", e.toString());
        }
    }

    @SuppressWarnings("unchecked") // XNIO's accepting channels give out stream connections
    private static AcceptingChannel<StreamConnection> door(
            XnioWorker worker,
            InetSocketAddress socketAddress,
            ChannelListener<AcceptingChannel<StreamConnection>> accept)
            throws IOException {
        OptionMap options = OptionMap.builder()
                .set(Options.TCP_NODELAY, true)
                .set(Options.REUSE_ADDRESSES, true)
                .set(Options.BACKLOG, 1_000)
                // Small: what endless senders have on the way is the kernel's memory and time.
                .set(Options.RECEIVE_BUFFER, RECEIVE_BUFFER_BYTES)
                .set(Options.CONNECTION_HIGH_WATER, MOST_CONNECTIONS)
                .set(Options.CONNECTION_LOW_WATER, MOST_CONNECTIONS - 1)
                .getMap();
        return (AcceptingChannel<StreamConnection>)
                (AcceptingChannel<?>) worker.createStreamConnectionServer(socketAddress, accept, options);
    }

    private static XnioWorker worker() throws IOException {
        OptionMap options = OptionMap.builder()
                .set(Options.WORKER_NAME, "raftqueue-http")
                .set(Options.WORKER_IO_THREADS, IO_THREADS)
                .set(Options.WORKER_TASK_CORE_THREADS, 1)
                .set(Options.WORKER_TASK_MAX_THREADS, WORKER_THREADS)
                .set(Options.THREAD_DAEMON, true)
                .getMap();
        return Xnio.getInstance(UndertowServer.class.getClassLoader()).createWorker(options);
    }

    @Override
    public String address() {
        return address;
    }

    @Override
    public int underWay() {
        return inFlight.count();
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        IoUtils.safeClose(door);
        boolean interrupted = false;
        try {
            inFlight.close(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (inFlight.count() > 0) {
            LOG.warn("{} requests to {} were still under way when it closed", inFlight.count(), address);
        }
        interrupted |= stopWorker();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean stopWorker() {
        try {
            rounds.remove();
            listener.closeConnections();
            worker.shutdown();
            if (!worker.awaitTermination(1, TimeUnit.SECONDS)) {
                worker.shutdownNow();
            }
            return false;
        } catch (InterruptedException e) {
            worker.shutdownNow();
            return true;
        } finally {
            buffers.close();
        }
    }
}
