package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.raftqueue.consensus.RaftMessage;
import io.raftqueue.consensus.RaftMessage.AppendResponse;
import io.raftqueue.consensus.RaftMessage.VoteRequest;
import io.raftqueue.consensus.RaftMessage.VoteResponse;
import io.raftqueue.consensus.RaftMessageCodec;
import io.raftqueue.server.faults.SystemCalls;
import io.raftqueue.server.faults.SystemCalls.Call;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What has to be on disk is forced before anybody hears of it: the order of a live node's system calls, by strace. */
class SystemCallOrderIT {
    private static final String SEGMENT = "log-\\d+\\.seg";
    private static final String TERM_AND_VOTE = "raft-state";
    private static final int RECORD_HEADER = 36;

    @RegisterExtension
    final Processes processes = new Processes();

    private SystemCalls trace(NodeProcess node) throws IOException, InterruptedException {
        return processes.own(SystemCalls.of(node.pid(), processes.directory().resolve(node.pid() + ".strace")));
    }

    /** What of these calls comes latest, of those that ended before this one began; null if none. */
    private static Call last(List<Call> calls, Call before) {
        return calls.stream()
                .filter(call -> call.ended() < before.began() && call.result() >= 0)
                .max(Comparator.comparingInt(Call::began))
                .orElse(null);
    }

    /** Whether the file that was written was forced between the two. */
    private static boolean forcedBetween(List<Call> calls, Call write, Call later) {
        return calls.stream()
                .anyMatch(call -> call.isForce()
                        && call.file().equals(write.file())
                        && call.began() > write.ended()
                        && call.ended() < later.began()
                        && call.result() == 0);
    }

    private static List<Call> writesOf(List<Call> calls, String file) {
        return calls.stream()
                .filter(call -> call.name().equals("pwrite64") && call.isOn(file))
                .toList();
    }

    private record Told(RaftMessage message, Call call) {}

    /** The consensus' messages in what went to sockets: frame, peer message, then the message of the consensus itself. */
    private static List<Told> told(List<Call> calls) {
        var told = new ArrayList<Told>();
        for (Call call : calls) {
            ByteBuffer bytes = ByteBuffer.wrap(call.isSocket() ? call.bytes() : new byte[0]);
            while (bytes.remaining() > 8) {
                int length = bytes.getInt(bytes.position());
                if (length <= 0 || length > bytes.remaining() - 8) {
                    break; // HTTP, or a frame that came in pieces
                }
                ByteBuffer payload = bytes.slice(bytes.position() + 8, length);
                bytes.position(bytes.position() + 8 + length);
                if (payload.get(0) == 1 && payload.get(1) == 1) {
                    payload.position(2 + 16 + 16);
                    payload.position(payload.position() + 2 + payload.getShort(payload.position()));
                    payload.position(payload.position() + 2 + payload.getShort(payload.position()));
                    payload.position(payload.position() + 16);
                    byte[] message = new byte[payload.getInt()];
                    payload.get(message);
                    told.add(new Told(RaftMessageCodec.decode(message).message(), call));
                }
            }
        }
        return told;
    }

    /** Which call wrote each entry. */
    private static Map<Long, Call> entries(List<Call> calls) {
        var entries = new TreeMap<Long, Call>();
        for (Call write : writesOf(calls, SEGMENT)) {
            ByteBuffer bytes = ByteBuffer.wrap(write.bytes());
            while (bytes.remaining() >= RECORD_HEADER && bytes.get(bytes.position()) == 1) {
                entries.put(bytes.getLong(bytes.position() + 8), write);
                int next = bytes.position() + RECORD_HEADER + bytes.getInt(bytes.position() + 4);
                if (next > bytes.limit()) {
                    break;
                }
                bytes.position(next);
            }
        }
        return entries;
    }

    @Test
    void anEntryIsForcedBeforeTheFollowerAcknowledgesIt() throws Exception {
        assumeTrue(SystemCalls.isAvailable(), "strace is needed, and the right to use it");
        var cluster = new SeedCluster(processes).startAll();
        int leader = cluster.leader();
        SystemCalls trace = trace(cluster.node((leader + 1) % 3));
        for (int i = 0; i < 100; i++) {
            assertThat(cluster.send(leader, "m" + i).status()).isEqualTo(201);
        }
        List<Call> calls = trace.stop();

        Map<Long, Call> entries = entries(calls);
        int checked = 0;
        for (Told told : told(calls)) {
            if (told.message() instanceof AppendResponse ack && entries.containsKey(ack.durable())) {
                Call write = entries.get(ack.durable());
                assertThat(forcedBetween(calls, write, told.call()))
                        .as("entry %d: %s, forced, then %s", ack.durable(), write, told.call())
                        .isTrue();
                checked++;
            }
        }
        System.out.println("fdatasync before the follower's ack: " + checked + " acks, " + entries.size() + " entries");
        assertThat(checked).isGreaterThan(50);
    }

    @Test
    void termAndVoteAreForcedBeforeTheVoteIsToldOrAskedFor() throws Exception {
        assumeTrue(SystemCalls.isAvailable(), "strace is needed, and the right to use it");
        var cluster = new SeedCluster(processes).startAll();
        int leader = cluster.leader();
        List<SystemCalls> both = List.of(trace(cluster.node((leader + 1) % 3)), trace(cluster.node((leader + 2) % 3)));
        cluster.node(leader).kill();
        cluster.leader();

        int granted = 0;
        int asked = 0;
        for (SystemCalls trace : both) {
            List<Call> calls = trace.stop();
            for (Told told : told(calls)) {
                boolean grants = told.message() instanceof VoteResponse vote && vote.granted();
                boolean asks = told.message() instanceof VoteRequest;
                if (grants || asks) {
                    Call write = last(firstSlots(calls), told.call());
                    assertThat(write).as("written before %s", told).isNotNull();
                    assertThat(forcedBetween(calls, write, told.call()))
                            .as("%s, forced, then %s", write, told)
                            .isTrue();
                    granted += grants ? 1 : 0;
                    asked += asks ? 1 : 0;
                }
            }
        }
        System.out.printf("fdatasync before the vote: %d votes granted, %d asked for%n", granted, asked);
        assertThat(granted).isPositive();
        assertThat(asked).isPositive();
    }

    /** Each record is written to one slot and forced, then to the other one without: every second write. */
    private static List<Call> firstSlots(List<Call> calls) {
        List<Call> writes = writesOf(calls, TERM_AND_VOTE);
        var first = new ArrayList<Call>();
        for (int i = 0; i < writes.size(); i += 2) {
            first.add(writes.get(i));
        }
        return first;
    }

    private NodeProcess single() {
        NodeProcess node =
                processes.start("-leader -id=node01 -dir=./tmp/node01 -raddr=localhost:%d -haddr=localhost:%d"
                        .formatted(processes.freePort(), processes.freePort()));
        return node.awaitLine("node01 is leader of cluster .*");
    }

    @Test
    void anEntryIsForcedBeforeTheClientsAnswer() throws Exception {
        assumeTrue(SystemCalls.isAvailable(), "strace is needed, and the right to use it");
        NodeProcess node = single();
        SystemCalls trace = trace(node);
        for (int i = 0; i < 100; i++) {
            assertThat(node.post("/send", SeedCluster.comment("m" + i)).status())
                    .isEqualTo(201);
        }
        List<Call> calls = trace.stop();

        List<Call> answers = calls.stream()
                .filter(call -> call.isSocket()
                        && new String(call.bytes(), StandardCharsets.ISO_8859_1).startsWith("HTTP/1.1 201"))
                .toList();
        assertThat(answers).hasSize(100);
        Call earlier = null;
        for (Call answer : answers) {
            Call write = last(writesOf(calls, SEGMENT), answer);
            assertThat(write).isNotNull().isNotEqualTo(earlier);
            assertThat(forcedBetween(calls, write, answer))
                    .as("%s, forced, then %s", write, answer)
                    .isTrue();
            earlier = write;
        }
        System.out.println("fdatasync before 201: " + answers.size() + " answers");
    }

    @Test
    void aSnapshotAndItsNameAreForcedBeforeAnythingOlderGoes() throws Exception {
        assumeTrue(SystemCalls.isAvailable(), "strace is needed, and the right to use it");
        NodeProcess node = single();
        String message = "x".repeat(20_000);
        for (int i = 0; i < 1_500; i++) { // some segments, of which Raft itself keeps the last 1,000 entries
            assertThat(node.post("/queues/default/messages", message).status()).isEqualTo(201);
        }
        SystemCalls trace = trace(node);
        while (node.post("/queues/default/receive?max=100", "").status() == 200) {}
        assertThat(node.post("/snapshot", "").status()).isEqualTo(204);
        Path first = processes.directory().resolve("tmp/node01/log-000000000001.seg");
        await("a segment goes").atMost(NodeProcess.SOON).until(() -> !Files.exists(first));
        List<Call> calls = trace.stop();

        List<Call> renames = calls.stream()
                .filter(call -> call.name().startsWith("rename"))
                .filter(call -> to(call).matches("snapshot-\\d+.*"))
                .toList();
        List<Call> gone = calls.stream()
                .filter(call -> call.name().startsWith("unlink") && call.result() == 0)
                .filter(call -> to(call).matches(SEGMENT + "|snapshot-\\d+\\.?\\w*") && !to(call).endsWith(".tmp"))
                .toList();
        assertThat(gone).isNotEmpty();
        for (Call unlink : gone) {
            Call published = last(renames, unlink);
            assertThat(published).as("a snapshot before %s", unlink).isNotNull();
            assertThat(calls.stream()
                            .anyMatch(call -> call.isForce()
                                    && call.isOn(to(published) + "\\.tmp")
                                    && call.ended() < published.began()
                                    && call.result() == 0))
                    .as("forced before %s", published)
                    .isTrue();
            assertThat(calls.stream()
                            .anyMatch(call -> call.isForce()
                                    && call.isOn("node01")
                                    && call.began() > published.ended()
                                    && call.ended() < unlink.began()
                                    && call.result() == 0))
                    .as("the directory forced between %s and %s", published, unlink)
                    .isTrue();
        }
        System.out.println("snapshot forced, named, directory forced, then gone: "
                + gone.stream().map(SystemCallOrderIT::to).toList());
    }

    /** The last name among its arguments. */
    private static String to(Call call) {
        String path =
                call.texts().isEmpty() ? "" : call.texts().get(call.texts().size() - 1);
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
