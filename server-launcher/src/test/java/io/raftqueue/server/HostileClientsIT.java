package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Clients that idle, never finish, send far too much or hang up do not slow the others down. Usual and hostile times take
 * turns, and their medians are compared. The bounds allow for a busy machine; {@code -Dqueue.strict=true} asks for those
 * of an idle one.
 */
class HostileClientsIT {
    private static final double LEAST = Boolean.getBoolean("queue.strict") ? 0.8 : 0.3;
    private static final int TURNS = 3;
    private static final long TURN_MILLIS = 2_000;

    @RegisterExtension
    final Processes processes = new Processes();

    private final CountDownLatch never = new CountDownLatch(1);

    /** Is bad to a server for one turn; called again and again until it is over. */
    private interface Hostility {
        void goOn(List<Socket> sockets, InetSocketAddress server) throws IOException, InterruptedException;
    }

    @Test
    void othersHardlyNotice() throws Exception {
        var cluster = new SeedCluster(processes).startAll();
        String address = cluster.httpAddress(0);
        var server = new InetSocketAddress(
                "localhost",
                HostPort.parse("-haddr", address, HostPort.EmptyHost.REFUSED).port());

        try (Load load = Load.on(cluster, List.of(0, 1, 2), 8, 0)) {
            never.await(5, TimeUnit.SECONDS); // warm up
            compare(load, "100 idle connections", server, this::idle);
            compare(load, "300 endless bodies", server, this::endless);
            compare(load, "10 MB bodies", server, this::tooLarge);
            compare(load, "clients that hang up", server, this::hangUp);
            assertThat(load.failed()).isZero();
        }
    }

    private void compare(Load load, String what, InetSocketAddress server, Hostility hostility) throws Exception {
        var usual = new ArrayList<Double>();
        var meanwhile = new ArrayList<Double>();
        for (int turn = 0; turn < TURNS; turn++) {
            long begun = System.nanoTime();
            never.await(TURN_MILLIS, TimeUnit.MILLISECONDS);
            long hostile = System.nanoTime();
            usual.add(load.perSecond(begun, hostile));
            var sockets = new ArrayList<Socket>();
            while (System.nanoTime() - hostile < TimeUnit.MILLISECONDS.toNanos(TURN_MILLIS)) {
                hostility.goOn(sockets, server);
            }
            meanwhile.add(load.perSecond(hostile, System.nanoTime()));
            for (Socket socket : sockets) {
                socket.close();
            }
        }
        usual.sort(null);
        meanwhile.sort(null);
        System.out.printf("%s: %.0f/s, without %.0f/s%n", what, meanwhile.get(TURNS / 2), usual.get(TURNS / 2));
        assertThat(meanwhile.get(TURNS / 2))
                .as("sends a second beside %s; usually %s", what, usual)
                .isGreaterThan(usual.get(TURNS / 2) * LEAST);
    }

    private void idle(List<Socket> sockets, InetSocketAddress server) throws IOException, InterruptedException {
        while (sockets.size() < 100) {
            sockets.add(connect(server));
        }
        never.await(100, TimeUnit.MILLISECONDS);
    }

    private void endless(List<Socket> sockets, InetSocketAddress server) throws IOException, InterruptedException {
        while (sockets.size() < 300) {
            Socket socket = connect(server);
            write(socket, "POST /send HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
            sockets.add(socket);
        }
        for (Socket socket : sockets) {
            write(socket, "10\r\n0123456789abcdef\r\n");
        }
        never.await(100, TimeUnit.MILLISECONDS);
    }

    private void tooLarge(List<Socket> sockets, InetSocketAddress server) throws IOException, InterruptedException {
        try (Socket socket = connect(server)) {
            write(socket, "POST /send HTTP/1.1\r\nHost: x\r\nContent-Length: 10485760\r\n\r\n");
            for (int i = 0; i < 160; i++) {
                socket.getOutputStream().write(new byte[1 << 16]);
            }
            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 413");
        }
        never.await(100, TimeUnit.MILLISECONDS);
    }

    private void hangUp(List<Socket> sockets, InetSocketAddress server) throws IOException, InterruptedException {
        for (String line : List.of("GET /stats", "GET /members", "POST /send", "GET /queues")) {
            try (Socket socket = connect(server)) {
                write(socket, line + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf of it");
            }
        }
        never.await(10, TimeUnit.MILLISECONDS);
    }

    private static Socket connect(InetSocketAddress server) throws IOException {
        var socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.connect(server);
        return socket;
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }
}
