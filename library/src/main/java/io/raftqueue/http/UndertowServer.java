package io.raftqueue.http;

import io.raftqueue.RaftNode;
import io.undertow.Undertow;
import java.net.InetSocketAddress;

/** The server behind the adapter. */
final class UndertowServer implements HttpAdapter.RunningServer {
    private final Undertow undertow;
    private final String address;

    private UndertowServer(Undertow undertow, String address) {
        this.undertow = undertow;
        this.address = address;
    }

    static UndertowServer start(
            RaftNode node, HttpAdapterBuilder.ListenAddress listen, InetSocketAddress socketAddress, int bodyLimit) {
        Undertow undertow = Undertow.builder()
                .addHttpListener(
                        socketAddress.getPort(), socketAddress.getAddress().getHostAddress())
                .setIoThreads(2)
                .setWorkerThreads(2)
                .setHandler(exchange ->
                        exchange.setStatusCode(503).getResponseSender().send(node.id() + "\n"))
                .build();
        undertow.start();
        var bound = (InetSocketAddress) undertow.getListenerInfo().get(0).getAddress();
        return new UndertowServer(undertow, listen.withPort(bound.getPort()));
    }

    @Override
    public String address() {
        return address;
    }

    @Override
    public void close() {
        undertow.stop();
    }
}
