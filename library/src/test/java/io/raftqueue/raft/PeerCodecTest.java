package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.raftqueue.command.GoldenBytes;
import io.raftqueue.command.Mutations;
import io.raftqueue.consensus.Configuration;
import io.raftqueue.consensus.InternalEntryCodec;
import io.raftqueue.consensus.Member;
import io.raftqueue.consensus.RaftMessage;
import io.raftqueue.raft.PeerMessage.Admin;
import io.raftqueue.raft.PeerMessage.AdminAnswer;
import io.raftqueue.raft.PeerMessage.Consensus;
import io.raftqueue.raft.PeerMessage.Envelope;
import io.raftqueue.raft.PeerMessage.Forward;
import io.raftqueue.raft.PeerMessage.ForwardRefused;
import io.raftqueue.raft.PeerMessage.Found;
import io.raftqueue.raft.PeerMessage.Hello;
import io.raftqueue.raft.PeerMessage.HelloAnswer;
import io.raftqueue.raft.PeerMessage.Presence;
import io.raftqueue.raft.PeerMessage.SnapshotChunk;
import io.raftqueue.raft.PeerMessage.SnapshotProgress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The bytes between members: pinned, and never a danger to who reads them. */
class PeerCodecTest {
    private static final UUID CLUSTER = new UUID(0x1111, 0x2222);
    private static final UUID SENDER = new UUID(0x3333, 0x4444);
    private static final UUID TARGET = new UUID(0x5555, 0x6666);

    static Envelope from(PeerMessage message) {
        return new Envelope(CLUSTER, SENDER, "node01", "app1:3001", TARGET, message);
    }

    private static byte[] configuration(String address) {
        return InternalEntryCodec.encode(
                new Configuration(CLUSTER, List.of(new Member("node01", SENDER, address, "", true))));
    }

    /** One of each kind. */
    private static Map<String, Envelope> all() {
        Map<String, Envelope> all = new TreeMap<>();
        all.put(
                "consensus",
                from(new Consensus(new io.raftqueue.consensus.Envelope(
                        CLUSTER, SENDER, TARGET, new RaftMessage.Heartbeat(7, 3, 12, 1000)))));
        all.put("forward", from(new Forward(65_536, 9, new byte[] {1, 2, 3})));
        all.put("forward-refused", from(new ForwardRefused(65_536, 8)));
        all.put("hello", new Envelope(null, SENDER, "node01", "app1:3001", null, new Hello("app2:3001")));
        all.put(
                "hello-answer",
                from(new HelloAnswer(
                        "node02", "app2:3001", "app2:3000", CLUSTER, true, "node03", "app3:3001", "app2:3001")));
        all.put(
                "hello-answer-of-a-stranger",
                from(new HelloAnswer("node02", "[::1]:3001", "", null, false, "", "", "app2:3001")));
        all.put("presence", from(new Presence(true)));
        all.put("found", from(new Found(configuration("app1:3001"))));
        all.put("admin-join", from(new Admin(5, Admin.Kind.JOIN, "nöde", "app4:3001", false, 10_000)));
        all.put("admin-remove", from(new Admin(6, Admin.Kind.REMOVE, "node03", "", true, 10_000)));
        for (AdminAnswer.Outcome outcome : AdminAnswer.Outcome.values()) {
            all.put("admin-answer-" + outcome, from(new AdminAnswer(5, outcome, "why")));
        }
        all.put("snapshot-chunk", from(new SnapshotChunk(7, 100, 3, 4096, true, new byte[] {9, 8})));
        all.put("snapshot-progress", from(new SnapshotProgress(3, 4098, false)));
        return all;
    }

    @Test
    void theBytesOfEachMessageStayWhatTheyAre() {
        GoldenBytes golden = new GoldenBytes("/io/raftqueue/raft/peer-messages.txt");
        StringBuilder file = new StringBuilder();
        all().forEach((name, envelope) -> file.append(name)
                .append(":\n    ")
                .append(HexFormat.of().formatHex(PeerCodec.encode(envelope)))
                .append('\n'));
        assertThat(golden.names()).as("the file should be\n" + file).containsExactlyElementsOf(all().keySet());
        all().forEach((name, envelope) -> {
            assertThat(PeerCodec.encode(envelope)).as(name).isEqualTo(golden.bytes(name));
            assertThat(PeerCodec.encode(PeerCodec.decode(golden.bytes(name))))
                    .as(name)
                    .isEqualTo(golden.bytes(name));
        });
    }

    @Test
    void whateverComesIsDecodedOrRefused() {
        long seed = Long.getLong("fuzz.seed", 42);
        Random random = new Random(seed);
        List<byte[]> valid = all().values().stream().map(PeerCodec::encode).toList();
        int refused = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes;
            if (i % 4 == 0) {
                bytes = new byte[random.nextInt(200)];
                random.nextBytes(bytes);
                if (bytes.length > 1) {
                    bytes[0] = PeerCodec.VERSION;
                    bytes[1] = (byte) random.nextInt(13);
                }
            } else {
                bytes = Mutations.mutated(valid.get(random.nextInt(valid.size())), random);
            }
            try {
                Envelope decoded = PeerCodec.decode(bytes);
                assertThat(PeerCodec.decode(PeerCodec.encode(decoded)).sender())
                        .as("seed %s, case %s", seed, i)
                        .isEqualTo(decoded.sender());
            } catch (IllegalArgumentException expected) {
                refused++;
            }
        }
        assertThat(refused).isBetween(10_000, 99_000);
    }

    @Test
    void aHostileLengthCostsNoMemory() {
        byte[] bytes = PeerCodec.encode(from(new Forward(1, 1, new byte[8])));
        Arrays.fill(bytes, bytes.length - 12, bytes.length - 8, (byte) 0x7F);
        assertThatThrownBy(() -> PeerCodec.decode(bytes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a length of 2139062143 with 8 bytes left");
    }

    @Test
    void anAddressThatNobodyCanAnswerToIsRefusedAtTheDoor() {
        for (String address : List.of("", "nowhere", "a:b", ":3001", "host:0", "host:99999")) {
            List<Envelope> bad = List.of(
                    new Envelope(CLUSTER, SENDER, "node01", address, TARGET, new Presence(false)),
                    from(new Hello(address)),
                    from(new HelloAnswer("node02", address, "", null, false, "", "", "app2:3001")),
                    from(new Admin(5, Admin.Kind.JOIN, "node04", address, false, 10_000)),
                    from(new Found(configuration(address))));
            for (Envelope e : bad) {
                byte[] bytes = PeerCodec.encode(e);
                assertThatThrownBy(() -> PeerCodec.decode(bytes)).isInstanceOf(IllegalArgumentException.class);
            }
        }
        byte[] noMembers = PeerCodec.encode(from(new Found(InternalEntryCodec.noOp())));
        assertThatThrownBy(() -> PeerCodec.decode(noMembers)).hasMessageContaining("without members");
    }

    /** Whoever quotes them in an answer must still be able to write it. */
    @Test
    void aNameWithoutEndIsRefusedAndATextForPeopleIsCut() {
        String endless = "x".repeat(65_000);
        List<Envelope> bad = List.of(
                new Envelope(CLUSTER, SENDER, endless, "app1:3001", TARGET, new Presence(false)),
                new Envelope(CLUSTER, SENDER, "node01", endless + ":1", TARGET, new Presence(false)),
                from(new HelloAnswer(endless, "app2:3001", "", null, false, "", "", "app2:3001")),
                from(new Admin(6, Admin.Kind.REMOVE, endless, "", true, 10_000)));
        for (Envelope e : bad) {
            byte[] bytes = PeerCodec.encode(e);
            assertThatThrownBy(() -> PeerCodec.decode(bytes)).isInstanceOf(IllegalArgumentException.class);
        }
        byte[] answer = PeerCodec.encode(from(new AdminAnswer(5, AdminAnswer.Outcome.CONFLICT, endless + endless)));
        assertThat(((AdminAnswer) PeerCodec.decode(answer).message()).text()).startsWith("xxx");
    }
}
