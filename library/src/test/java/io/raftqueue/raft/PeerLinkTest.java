package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The way out to a member that lives, freezes, dies or moves. */
@Timeout(30)
class PeerLinkTest {
    private final List<InetSocketAddress> dialled = new CopyOnWriteArrayList<>();
    private ServerSocket member;
    private PeerLink link;

    @BeforeEach
    void open() throws IOException {
        member = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        link = new PeerLink(new PeerAddress("localhost", member.getLocalPort()), this::connect, closed -> {});
        link.start();
    }

    @AfterEach
    void close() throws Exception {
        link.close();
        link.awaitClosed(5_000);
        member.close();
    }

    private SocketChannel connect(InetSocketAddress to, int timeoutMillis) throws IOException {
        dialled.add(to);
        return SocketChannel.open(to);
    }

    private static DataInputStream greeted(Socket socket) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        Frames.readGreeting(in);
        return in;
    }

    @Test
    void whatIsSentArrivesInItsOrder() throws IOException {
        for (int i = 0; i < 1_000; i++) {
            assertThat(link.send(("m" + i + " ".repeat(i)).getBytes())).isTrue();
        }
        link.send(new byte[2 << 20]);
        try (Socket socket = member.accept()) {
            DataInputStream in = greeted(socket);
            for (int i = 0; i < 1_000; i++) {
                assertThat(new String(Frames.read(in))).isEqualTo("m" + i + " ".repeat(i));
            }
            assertThat(Frames.read(in)).hasSize(2 << 20);
        }
    }

    private Socket frozen() throws IOException {
        link.send(new byte[1]);
        return member.accept();
    }

    @Test
    void aMemberThatNeverReadsCostsNeitherTimeNorMemory() throws IOException {
        try (Socket frozen = frozen()) {
            byte[] message = new byte[100_000];
            long began = System.nanoTime();
            for (int i = 0; i < 2_000; i++) {
                link.send(message);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
            long kept = 2_000 * 100_000L - link.dropped() * 100_000L;
            assertThat(kept).as("bytes queued or in the sockets' buffers").isLessThan(2 * PeerLink.MAX_QUEUED);
            assertThat(frozen.isConnected()).isTrue();
        }
    }

    @Test
    void aNameIsResolvedAtEachDialAndAMemberThatComesBackGetsTheNextMessage() throws IOException {
        link.send("first".getBytes());
        try (Socket socket = member.accept()) {
            assertThat(new String(Frames.read(greeted(socket)))).isEqualTo("first");
        }
        await().until(() -> !link.connected());
        link.send("again".getBytes());
        try (Socket socket = member.accept()) {
            assertThat(new String(Frames.read(greeted(socket)))).isEqualTo("again");
        }
        assertThat(dialled.get(0)).isEqualTo(dialled.get(1)).isNotSameAs(dialled.get(1));
    }

    @Test
    void aMemberThatAnsweredAndFallsSilentIsDialledAnew() throws IOException {
        link.send("first".getBytes());
        try (Socket cut = member.accept()) {
            assertThat(new String(Frames.read(greeted(cut)))).isEqualTo("first");
            link.heard();
            await().pollInterval(Duration.ofMillis(100)).until(() -> {
                link.send("beat".getBytes());
                return dialled.size() == 2;
            });
            try (Socket socket = member.accept()) {
                assertThat(new String(Frames.read(greeted(socket)))).isEqualTo("beat");
            }
        }
    }

    @Test
    void aMemberThatNeverAnsweredIsNotDialledAgainAndAgain() throws Exception {
        long until = System.nanoTime() + PeerLink.SILENCE_NANOS * 3 / 2;
        while (System.nanoTime() < until) {
            link.send("beat".getBytes());
            link.awaitClosed(100);
        }
        assertThat(dialled).hasSize(1);
    }
}
