package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftqueue.raft.PeerMessage.Admin;
import io.raftqueue.raft.PeerMessage.Envelope;
import io.raftqueue.raft.PeerMessage.Hello;
import io.raftqueue.raft.PeerMessage.Presence;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What strangers can do at a member's Raft port: nothing. */
@Timeout(60)
class PeerPortTest {
    @TempDir
    Path directory;

    private static Socket dial(ReplicasFixture cluster, int i) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), cluster.port(i));
    }

    private static byte[] frame(byte[] payload) {
        ByteBuffer bytes = ByteBuffer.allocate(Frames.HEADER + payload.length);
        Frames.writeHeader(bytes, payload);
        return bytes.put(payload).array();
    }

    private static boolean closedByPeer(Socket socket) {
        try {
            socket.setSoTimeout(10);
            return socket.getInputStream().read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void silentConnectionsDoNotKeepMembersOut() throws IOException {
        List<Socket> silent = new ArrayList<>();
        try (var cluster = new ReplicasFixture(directory, 3)) {
            int leader = cluster.awaitLeader();
            int other = cluster.follower();
            for (int i = 0; i < 200; i++) {
                silent.add(dial(cluster, leader));
            }
            cluster.kill(other);
            for (int i = 0; i < 200; i++) {
                silent.add(dial(cluster, leader));
            }
            cluster.start(other);
            cluster.send(other, "in spite of them").join();
            assertThat(cluster.depth(other)).isEqualTo(1);
            await().until(() -> closedByPeer(silent.get(0)));
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    private static void greet(ReplicasFixture cluster, int member, List<Socket> greeted) throws IOException {
        for (int i = 0; i < 3 * PeerTransport.MAX_INBOUND; i++) {
            Socket socket = dial(cluster, member);
            greeted.add(socket);
            socket.getOutputStream().write(Frames.greeting(1));
        }
    }

    @Test
    void strangersThatGreetAreBoundedToo() throws IOException {
        List<Socket> greeted = new ArrayList<>();
        try (var cluster = new ReplicasFixture(directory, 3)) {
            int leader = cluster.awaitLeader();
            int other = cluster.follower();
            greet(cluster, leader, greeted);
            await().until(() -> greeted.stream().filter(s -> !closedByPeer(s)).count() < PeerTransport.MAX_INBOUND);
            cluster.kill(other);
            greet(cluster, leader, greeted);
            cluster.start(other);
            cluster.send(other, "in spite of them").join();
            assertThat(cluster.depth(other)).isEqualTo(1);
        } finally {
            for (Socket socket : greeted) {
                socket.close();
            }
        }
    }

    @Test
    void whatIsNoMessageOfAMemberEndsItsConnectionAndHarmsNobody() throws IOException {
        try (var cluster = new ReplicasFixture(directory, 1)) {
            Random random = new Random(7);
            byte[] noise = new byte[1 << 16];
            random.nextBytes(noise);
            byte[] oversized = ByteBuffer.allocate(8).putInt(Integer.MAX_VALUE).array();
            UUID stranger = new UUID(1, 1);
            List<byte[]> hostile = List.of(
                    "GET / HTTP/1.1\r\n\r\n".getBytes(),
                    noise,
                    greeted(oversized),
                    greeted(frame(noise)),
                    greeted(frame(PeerCodec.encode(
                            new Envelope(null, stranger, "x", "not an address", null, new Hello("a:1"))))),
                    greeted(frame(PeerCodec.encode(new Envelope(
                            null, stranger, "x", "a:1", null, new Admin(0, Admin.Kind.JOIN, "x", "", false, 1))))));
            for (byte[] bytes : hostile) {
                try (Socket socket = dial(cluster, 1)) {
                    socket.getOutputStream().write(bytes);
                    await().until(() -> closedByPeer(socket));
                }
            }
            cluster.send(1, "harmed nobody").join();
            assertThat(cluster.replica(1).status().failed()).isFalse();
        }
    }

    /** What is said back quotes them, and must fit into a message too. */
    @Test
    void namesAndAddressesWithoutEndHarmNobody() throws IOException {
        String longest = "x".repeat(65_535);
        try (var cluster = new ReplicasFixture(directory, 1)) {
            UUID own = cluster.replica(1).core().world.identity().incarnation();
            UUID clusterId = cluster.replica(1).core().clusterId();
            UUID stranger = new UUID(3, 1);
            String address = "y".repeat(65_000) + ":1";
            List<Envelope> hostile = List.of(
                    new Envelope(clusterId, stranger, longest, "localhost:1", own, new Presence(false)),
                    new Envelope(null, own, longest, "localhost:1", null, new Hello("localhost:1")),
                    new Envelope(null, stranger, "x", address, null, new Hello(address)),
                    new Envelope(
                            null,
                            stranger,
                            "x",
                            "localhost:1",
                            null,
                            new Admin(1, Admin.Kind.REMOVE, longest, "", false, 5_000)),
                    new Envelope(
                            null,
                            stranger,
                            "x",
                            "localhost:1",
                            null,
                            new Admin(2, Admin.Kind.JOIN, "x", address, false, 1)));
            for (Envelope envelope : hostile) {
                try (Socket socket = dial(cluster, 1)) {
                    socket.getOutputStream().write(greeted(frame(PeerCodec.encode(envelope))));
                    socket.getOutputStream().write(frame(PeerCodec.encode(envelope)));
                    cluster.send(1, "harmed nobody").join();
                }
            }
            assertThat(cluster.depth(1)).isEqualTo(hostile.size());
        }
    }

    @Test
    void strangersWithManyAddressesAreAnsweredWithinBounds() throws IOException {
        try (var cluster = new ReplicasFixture(directory, 1);
                Socket socket = dial(cluster, 1)) {
            socket.getOutputStream().write(Frames.greeting(1));
            for (int i = 1; i <= 2_000; i++) {
                UUID stranger = new UUID(2, i);
                socket.getOutputStream()
                        .write(frame(PeerCodec.encode(new Envelope(
                                null, stranger, "x", "127.0.0.1:" + i, null, new Hello("localhost:" + i)))));
                socket.getOutputStream()
                        .write(frame(PeerCodec.encode(new Envelope(
                                new UUID(9, 9), stranger, "x", "127.0.0.1:" + i, stranger, new Presence(false)))));
            }
            cluster.send(1, "goes on").join();
            long links = Thread.getAllStackTraces().keySet().stream()
                    .filter(t -> t.getName().startsWith("raftqueue-to-127.0.0.1:")) // not those of other tests
                    .count();
            assertThat(links).isLessThanOrEqualTo(PeerTransport.MAX_LINKS);
        }
    }

    private static byte[] greeted(byte[] bytes) {
        return ByteBuffer.allocate(Frames.greeting(1).length + bytes.length)
                .put(Frames.greeting(1))
                .put(bytes)
                .array();
    }
}
