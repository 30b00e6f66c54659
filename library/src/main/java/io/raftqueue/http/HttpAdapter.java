package io.raftqueue.http;

import io.raftqueue.RaftNode;

/**
 * A node's queues over HTTP: {@code /send}, {@code /recieve} (and {@code /receive}), {@code /stats}, {@code /join}, and
 * what operators need ({@code /members}, {@code /livez}, {@code /readyz}, {@code /metrics}).
 *
 * <pre>{@code
 * try (HttpAdapter http = HttpAdapter.builder(node).address("localhost:3000").start()) {
 *     System.out.println("curl http://" + http.address() + "/recieve");
 * }
 * }</pre>
 *
 * <p>It needs {@code io.undertow:undertow-core} on the class path, which the library names as an optional dependency only.
 * Nobody is asked who he is and nothing is encrypted: an address that other machines can reach needs
 * {@link HttpAdapterBuilder#insecure}.
 *
 * <p>Closing the adapter does not close the node. Close the adapter first.
 */
public final class HttpAdapter implements AutoCloseable {
    private final RunningServer server;

    HttpAdapter(RunningServer server) {
        this.server = server;
    }

    /** A server that listens; the only door to the classes that link Undertow. */
    interface RunningServer {
        String address();

        /** Requests whose answer is not yet wholly sent. */
        int underWay();

        void close();
    }

    /** A builder for an adapter of this node, on {@code localhost:3000} unless it says otherwise. */
    public static HttpAdapterBuilder builder(RaftNode node) {
        return new HttpAdapterBuilder(node);
    }

    /** The address as it was given, with the real port where that was 0. */
    public String address() {
        return server.address();
    }

    /** For tests: see {@link RunningServer#underWay()}. */
    int underWay() {
        return server.underWay();
    }

    /**
     * Stops taking requests, finishes those in flight (5 s at most), and frees the port. A request that waits for a
     * message is answered as if its wait had ended: with a message that came, or that the queue is empty if it is.
     * Idempotent.
     */
    @Override
    public void close() {
        server.close();
    }
}
