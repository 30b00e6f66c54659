package io.raftqueue.http;

import io.raftqueue.RaftNode;
import java.net.InetSocketAddress;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Builds and starts an {@link HttpAdapter}. Each setter checks its value and refuses a second call. */
public final class HttpAdapterBuilder {
    private static final String NEEDED = "io.undertow.Undertow";
    private static final int LARGEST_BODY = 64 << 20;

    private final RaftNode node;
    private @Nullable String address;
    private @Nullable Integer bodyLimit;
    private @Nullable Boolean insecure;
    private UnaryOperator<Limits> tuning = UnaryOperator.identity();

    HttpAdapterBuilder(RaftNode node) {
        this.node = node;
    }

    /**
     * {@code host:port} to listen on; {@code localhost:3000} unless set. {@code :3000} means all interfaces, port 0 any free
     * port.
     */
    public HttpAdapterBuilder address(String address) {
        ListenAddress.parse(address);
        this.address = once("address", this.address, address);
        return this;
    }

    /** The largest body of a request in bytes; 1 MiB unless set. Larger ones are answered 413. */
    public HttpAdapterBuilder bodyLimit(int bytes) {
        if (bytes < 1 || bytes > LARGEST_BODY) {
            throw new IllegalArgumentException("bodyLimit is " + bytes + ": it is 1 to " + LARGEST_BODY);
        }
        this.bodyLimit = once("bodyLimit", this.bodyLimit, bytes);
        return this;
    }

    /**
     * Whether an address that other machines can reach is meant to be open to all of them; false unless set.
     *
     * @param insecure true: whoever reaches the address may send, receive, and change the membership
     */
    public HttpAdapterBuilder insecure(boolean insecure) {
        this.insecure = once("insecure", this.insecure, insecure);
        return this;
    }

    /** For tests: other limits than the usual ones. */
    HttpAdapterBuilder tuned(UnaryOperator<Limits> tuning) {
        this.tuning = tuning;
        return this;
    }

    private static <V> V once(String setting, @Nullable V old, V value) {
        if (old != null) {
            throw new IllegalStateException(setting + " was already set to " + old + "; it is set once, so " + value
                    + " is refused: remove one of the two calls");
        }
        return value;
    }

    /**
     * Starts listening.
     *
     * @throws IllegalArgumentException when the address is not loopback and {@link #insecure} was not set, or its host
     *     is not known here
     * @throws IllegalStateException when Undertow is missing, or the address cannot be listened on (in use, for one)
     */
    public HttpAdapter start() {
        ListenAddress listen = ListenAddress.parse(address == null ? "localhost:3000" : address);
        InetSocketAddress socketAddress = listen.resolve();
        if (!socketAddress.getAddress().isLoopbackAddress() && !Boolean.TRUE.equals(insecure)) {
            throw new IllegalArgumentException("address " + listen + " can be reached by other machines, and there is"
                    + " neither encryption nor a check of who asks: listen on localhost, or allow it by insecure(true)"
                    + " (the launcher's -insecure)");
        }
        try {
            Class.forName(NEEDED, false, HttpAdapterBuilder.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("HttpAdapter needs io.undertow:undertow-core on the class path", e);
        }
        Limits limits = Limits.usual(bodyLimit == null ? Limits.DEFAULT_BODY_BYTES : bodyLimit);
        return new HttpAdapter(UndertowServer.start(node, listen, socketAddress, tuning.apply(limits)));
    }
}
