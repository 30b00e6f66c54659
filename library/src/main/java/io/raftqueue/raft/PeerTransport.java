package io.raftqueue.raft;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.Message;
import org.jgroups.PhysicalAddress;
import org.jgroups.protocols.TP;
import org.jgroups.stack.DiagnosticsHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bottom of the JGroups stack: carries bytes between members, addressed by their Raft addresses. It stands in the
 * place of {@code TCP} because of what was measured there: an accept queue that silent connections fill, a dial that
 * blocks every sender, and message types that deserialize Java objects. Here each member is dialled by a thread of its own,
 * each accepted connection is read by one, a greeting is due at once, and nothing but frames of bytes is ever read.
 *
 * <p>Delivery is best effort: frames may be lost, never garbled.
 */
final class PeerTransport extends TP {
    /** Connections accepted at once; members need one each. */
    static final int MAX_INBOUND = 64;

    /** A connection that brings nothing for so long is closed: members speak every second, and dial again. */
    private static final int SILENCE_TIMEOUT_MS = 60_000;

    /** Addresses spoken to at once; a link that is not used for a minute is closed. */
    static final int MAX_LINKS = 64;

    private static final Logger LOG = LoggerFactory.getLogger(PeerTransport.class);
    private static final long ACCEPT_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int GREETING_TIMEOUT_MS = 2_000;

    private final PeerAddress bind;
    private final boolean anyInterface;
    private final long start;
    private final Connections connections;
    private final Consumer<Thread> starter;
    private final ConcurrentMap<PeerAddress, PeerLink> links = new ConcurrentHashMap<>();
    private final Set<InboundConnection> inbound = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;
    private @Nullable ServerSocket server;

    /** Told of accepted connections, on transport threads, by the address their messages have as their source. */
    interface Connections {
        /** One said which process it is: {@code start} is that process' random number. */
        void greeted(PeerAddress source, long start);

        void ended(PeerAddress source);
    }

    /** @param start a random number of this process */
    PeerTransport(PeerAddress bind, boolean anyInterface, long start, Connections connections) {
        this(bind, anyInterface, start, connections, Thread::start);
    }

    /** With another way to start threads: for tests of what happens where there are none to be had. */
    PeerTransport(
            PeerAddress bind, boolean anyInterface, long start, Connections connections, Consumer<Thread> starter) {
        this.bind = bind;
        this.anyInterface = anyInterface;
        this.start = start;
        this.connections = connections;
        this.starter = starter;
        thread_pool.setMinThreads(0);
        setBundlerType("no-bundler");
    }

    /** Takes the port, so that one in use is told before anything else starts. */
    void listen() throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.setReuseAddress(true);
            socket.bind(anyInterface ? new InetSocketAddress(bind.getPort()) : bind.resolve(), MAX_INBOUND);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
        server = socket;
    }

    @Override
    protected DiagnosticsHandler createDiagnosticsHandler() {
        return super.createDiagnosticsHandler().setEnabled(false);
    }

    @Override
    protected void handleConnect() throws Exception {
        if (server == null) {
            listen();
        }
        super.handleConnect();
        daemon(this::accept, "raftqueue-accept-" + bind.getPort());
    }

    @Override
    protected void handleDisconnect() {
        shutdown();
        super.handleDisconnect();
    }

    @Override
    public void stop() {
        shutdown();
        super.stop();
    }

    /** Sends bytes to a member; never blocks. */
    @Override
    public @Nullable Object down(Message message) {
        if (message.getDest() instanceof PeerAddress to && message instanceof BytesMessage bytes) {
            PeerLink link = link(to);
            if (link != null) {
                link.send(bytes.getArray());
            }
        }
        return null;
    }

    /**
     * Null when there are too many, for strangers may ask for answers to as many addresses as they can think of, or when no
     * thread is to be had for it.
     */
    private @Nullable PeerLink link(PeerAddress to) {
        PeerLink known = links.get(to);
        if (known != null || closed || links.size() >= MAX_LINKS) {
            return known;
        }
        try {
            return links.computeIfAbsent(to, a -> {
                PeerLink link = new PeerLink(a, start, PeerTransport::connect, idle -> links.remove(a, idle));
                link.start(starter);
                return link;
            });
        } catch (OutOfMemoryError e) {
            LOG.warn("nothing can be sent to {} at the moment: {}", to, e.toString());
            return null;
        }
    }

    static SocketChannel connect(InetSocketAddress to, int timeoutMillis) throws IOException {
        if (to.isUnresolved()) {
            throw new IOException("host " + to.getHostString() + " is not known");
        }
        SocketChannel channel = SocketChannel.open();
        try {
            channel.socket().setTcpNoDelay(true);
            channel.socket().setKeepAlive(true);
            channel.socket().connect(to, timeoutMillis);
            if (channel.getLocalAddress().equals(channel.getRemoteAddress())) {
                // It was given the very port that it dialled. Closed at once, so that a member can listen there.
                channel.socket().setSoLinger(true, 0);
                throw new ConnectException("nobody listens at " + to);
            }
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void accept() {
        ServerSocket listening = server;
        while (!closed && listening != null) {
            try {
                admit(listening.accept());
            } catch (IOException | OutOfMemoryError e) {
                if (!closed) {
                    LOG.warn("cannot accept a connection on raft port {}: {}", bind.getPort(), e.toString());
                    // Out of file descriptors or threads, as a rule, and so again at once.
                    LockSupport.parkNanos(ACCEPT_PAUSE_NANOS);
                }
            }
        }
    }

    private void admit(Socket socket) throws IOException {
        InboundConnection connection = new InboundConnection(socket);
        boolean isRead = false;
        try {
            makeRoom();
            inbound.add(connection);
            daemon(() -> read(connection), "raftqueue-from-" + socket.getRemoteSocketAddress());
            isRead = true;
        } finally {
            if (!isRead) {
                inbound.remove(connection);
                socket.close();
            }
        }
    }

    /**
     * Strangers may not keep members out: a member greets at once and speaks every second, so those go first that did not.
     */
    private void makeRoom() throws IOException {
        for (InboundConnection last : InboundConnection.beyond(MAX_INBOUND - 1, List.copyOf(inbound))) {
            inbound.remove(last);
            last.socket.close();
        }
    }

    private void read(InboundConnection connection) {
        Socket socket = connection.socket;
        PeerAddress source = new PeerAddress(socket.getInetAddress().getHostAddress(), socket.getPort());
        try (socket) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(GREETING_TIMEOUT_MS);
            DataInputStream in = new DataInputStream(new BufferedInputStream(new Pulses(socket), 128 << 10));
            connections.greeted(source, Frames.readGreeting(in));
            connection.greeted = true;
            socket.setSoTimeout(SILENCE_TIMEOUT_MS);
            while (!closed) {
                byte[] frame = Frames.read(in);
                connection.heardAt = System.nanoTime();
                connection.spoke = true;
                up_prot.up(new BytesMessage(null, frame).setSrc(source));
            }
        } catch (SocketTimeoutException e) {
            LOG.debug(
                    "connection from {} is silent{}",
                    socket.getRemoteSocketAddress(),
                    connection.greeted ? "" : " and sent no greeting");
        } catch (IOException e) {
            LOG.debug("connection from {} ended: {}", socket.getRemoteSocketAddress(), e.toString());
        } catch (RuntimeException e) {
            LOG.warn(
                    "malformed message from {}: {}; the connection is closed",
                    socket.getRemoteSocketAddress(),
                    e.getMessage());
        } finally {
            inbound.remove(connection);
            if (!closed) {
                connections.ended(source);
            }
        }
    }

    private void daemon(Runnable body, String name) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        starter.accept(thread);
    }

    /** Gives the port back and ends all connections. */
    void shutdown() {
        if (closed) {
            return;
        }
        closed = true;
        links.values().forEach(PeerLink::close);
        try {
            if (server != null) {
                server.close();
            }
            for (InboundConnection connection : inbound) {
                connection.socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean supportsMulticasting() {
        return false;
    }

    @Override
    public void sendUnicast(PhysicalAddress dest, byte[] data, int offset, int length) {
        throw new UnsupportedOperationException("members exchange frames, not JGroups messages");
    }

    @Override
    public String getInfo() {
        return "raft address " + bind;
    }

    @Override
    protected PhysicalAddress getPhysicalAddress() {
        return bind;
    }

    @Override
    public boolean unicastDestMismatch(Address dest) {
        return false;
    }
}
