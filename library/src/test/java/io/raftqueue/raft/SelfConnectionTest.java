package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;

/**
 * Whoever dials a port of this machine where nobody listens is given that very port for the outgoing connection now and
 * then, and TCP connects it with itself (RFC 9293, 3.5, simultaneous open). It must not be kept: the node that is being
 * started there could not listen.
 */
class SelfConnectionTest {
    /** Linux gives outgoing connections the even ones of 32768 to 60999, one after the other: each comes up once. */
    private static final int DIALS = 15_000;

    @Test
    void isNotTakenForAMember() throws IOException {
        var nobody = new InetSocketAddress(InetAddress.getLoopbackAddress(), freeEvenPort());
        int connected = 0;
        for (int i = 0; i < DIALS; i++) {
            try (SocketChannel itself = PeerTransport.connect(nobody, 1_000)) {
                connected++;
            } catch (IOException refused) {
                // As it must be.
            }
        }
        assertThat(connected).isZero();
    }

    private static int freeEvenPort() {
        for (int port = 40_000; ; port += 2) {
            try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException inUse) {
                assertThat(port).isLessThan(60_000);
            }
        }
    }
}
