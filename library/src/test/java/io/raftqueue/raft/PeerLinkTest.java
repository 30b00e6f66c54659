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
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
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
        link = new PeerLink(new PeerAddress("localhost", member.getLocalPort()), 1, this::connect, closed -> {});
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

    /** As after a long partition: TCP has the bytes and would try again in a minute. */
    @Test
    void aConnectionThatIsNotReadAnyMoreIsDialledAnew() throws Exception {
        CountDownLatch again = new CountDownLatch(1);
        try (Socket forgotten = frozen()) {
            Thread sends = new Thread(() -> {
                while (again.getCount() > 0) {
                    link.send(new byte[10]);
                    LockSupport.parkNanos(100_000_000);
                }
            });
            sends.start();
            try (Socket fresh = member.accept()) {
                assertThat(Frames.read(greeted(fresh))).hasSize(10);
                assertThat(forgotten.isClosed()).isFalse();
            } finally {
                again.countDown();
                sends.join();
            }
        }
    }

    /** What was read and answered a moment ago is no excuse: the write that waits now is answered no more. */
    @Test
    void aConnectionThatIsNotReadAnyMoreUnderLoadIsDialledAnew() throws Exception {
        CountDownLatch again = new CountDownLatch(1);
        Thread sends = new Thread(() -> {
            while (again.getCount() > 0) {
                link.send(new byte[1 << 20]);
            }
        });
        sends.start();
        try (Socket forgotten = member.accept()) {
            DataInputStream in = new DataInputStream(new Pulses(forgotten));
            Frames.readGreeting(in);
            long until = System.nanoTime() + Duration.ofSeconds(1).toNanos();
            while (System.nanoTime() - until < 0) {
                Frames.read(in);
            }
            member.setSoTimeout(10_000);
            try (Socket fresh = member.accept()) {
                assertThat(Frames.read(greeted(fresh))).hasSize(1 << 20);
                assertThat(forgotten.isClosed()).isFalse();
            }
        } finally {
            again.countDown();
            sends.join();
        }
    }

    /** A thread that watches the connection is needed, and there may be none to be had for a while. */
    @Test
    void whatLacksThreadsOnceIsTriedAgain() throws Exception {
        AtomicInteger dials = new AtomicInteger();
        PeerLink poor = new PeerLink(
                new PeerAddress("localhost", member.getLocalPort()),
                1,
                (to, timeoutMillis) -> {
                    if (dials.getAndIncrement() == 0) {
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                    return SocketChannel.open(to);
                },
                closed -> {});
        poor.start();
        try {
            poor.send("lost".getBytes());
            await().until(() -> dials.get() == 1);
            await().until(() -> {
                poor.send("arrives".getBytes());
                return poor.connected();
            });
            try (Socket socket = member.accept()) {
                assertThat(new String(Frames.read(greeted(socket)))).isEqualTo("arrives");
            }
        } finally {
            poor.close();
            poor.awaitClosed(5_000);
        }
    }

    @Test
    void aConnectionThatIsReadStays() throws Exception {
        long until = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        link.send(new byte[10]);
        try (Socket socket = member.accept()) {
            DataInputStream in = new DataInputStream(new Pulses(socket));
            Frames.readGreeting(in);
            Random random = new Random(3);
            while (System.nanoTime() - until < 0) {
                assertThat(Frames.read(in)).hasSize(10);
                LockSupport.parkNanos(random.nextInt(1_000) * 1_000_000L);
                link.send(new byte[10]);
            }
            assertThat(dialled).hasSize(1);
        }
    }
}
