package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jgroups.BytesMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The Raft port of a process that gets no more threads for a while. */
@Timeout(30)
class PeerTransportTest {
    private final List<Long> greeted = new CopyOnWriteArrayList<>();
    private final AtomicInteger refusals = new AtomicInteger();
    private volatile int threadsLacking;
    private PeerTransport transport;
    private int port;

    @BeforeEach
    void open() throws Exception {
        var connections = new PeerTransport.Connections() {
            @Override
            public void greeted(PeerAddress source, long start) {
                greeted.add(start);
            }

            @Override
            public void ended(PeerAddress source) {}
        };
        String address = ReplicasFixture.freeAddresses(1).get(0);
        port = PeerAddress.parse(address).getPort();
        Consumer<Thread> starter = this::start;
        transport = new PeerTransport(PeerAddress.parse(address), false, 1, connections, starter);
        transport.listen();
        transport.handleConnect();
    }

    @AfterEach
    void close() {
        transport.shutdown();
    }

    private void start(Thread thread) {
        if (threadsLacking > 0) {
            threadsLacking--;
            refusals.incrementAndGet();
            throw new OutOfMemoryError("unable to create native thread");
        }
        thread.start();
    }

    private Socket dial(long start) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.getOutputStream().write(Frames.greeting(start));
        return socket;
    }

    @Test
    void aMemberThatDialsAgainIsLetInOnceThereAreThreads() throws IOException {
        threadsLacking = 1;
        try (Socket refused = dial(1)) {
            await().until(() -> refusals.get() == 1);
            try (Socket accepted = dial(2)) {
                await().until(() -> greeted.equals(List.of(2L)));
                assertThat(accepted.isConnected()).isTrue();
                refused.setSoTimeout(5_000);
                assertThat(ended(refused)).isTrue();
            }
        }
    }

    private static boolean ended(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (java.net.SocketException reset) {
            return true;
        }
    }

    @Test
    void whatCannotBeSentForWantOfAThreadIsLostAndNothingElse() throws IOException {
        try (ServerSocket member = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            PeerAddress to = new PeerAddress("localhost", member.getLocalPort());
            threadsLacking = 1;
            transport.down(new BytesMessage(to, "lost".getBytes()));
            transport.down(new BytesMessage(to, "sent".getBytes()));
            try (Socket socket = member.accept()) {
                var in = new java.io.DataInputStream(socket.getInputStream());
                Frames.readGreeting(in);
                assertThat(new String(Frames.read(in))).isEqualTo("sent");
            }
        }
    }
}
