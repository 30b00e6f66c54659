package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The look whether an address is free, before the node is begun that will listen there. */
class FreeAddressTest {
    @Test
    void nobodyIsLetInAndThrownOutByALook() throws Exception {
        HostPort address = free();
        var from = new InetSocketAddress(InetAddress.getLoopbackAddress(), free().port());
        var to = new InetSocketAddress(InetAddress.getLoopbackAddress(), address.port());
        var over = new AtomicBoolean();
        var letIn = CompletableFuture.supplyAsync(() -> {
            int connections = 0;
            while (!over.get()) {
                try (var socket = new Socket()) {
                    socket.setReuseAddress(true);
                    socket.bind(from); // or the system might choose the very port that is looked at
                    socket.connect(to);
                    connections++;
                } catch (ConnectException refused) {
                    Thread.onSpinWait();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }
            return connections;
        });
        for (int i = 0; i < 2_000; i++) {
            Server.checkFree("-haddr", address);
        }
        over.set(true);
        assertThat(letIn.join()).isZero();
    }

    @Test
    void anAddressWhereSomebodyListensIsNotFree() throws Exception {
        try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            HostPort address = hostPort(other.getLocalPort());
            assertThatThrownBy(() -> Server.checkFree("-haddr", address))
                    .isInstanceOf(CommandFailure.class)
                    .hasMessageContaining("cannot listen on -haddr=" + address);
        }
    }

    private static HostPort free() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return hostPort(socket.getLocalPort());
        }
    }

    private static HostPort hostPort(int port) {
        return HostPort.parse("-haddr", "localhost:" + port, HostPort.EmptyHost.REFUSED);
    }
}
