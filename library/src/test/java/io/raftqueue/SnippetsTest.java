package io.raftqueue;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.codec.PayloadCodec;
import io.raftqueue.node.ClusterFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The examples of the Javadoc and of README, compiled and run. */
@Timeout(60)
class SnippetsTest {
    @TempDir
    Path data;

    record Order(String id, int cents) {}

    @Test
    void oneNode() throws Exception {
        try (RaftQueue<Order> orders = RaftQueue.builder(Order.class)
                .directory(data.resolve("orders"))
                .standalone()
                .start()) {
            orders.send(new Order("A-1", 990)); // returns when a majority has it on disk
            assertThat(orders.take()).isEqualTo(new Order("A-1", 990)); // removed when returned: at most once
        }
    }

    @Test
    void whatWasSentIsThereAfterARestartByTheSameProgram() throws Exception {
        for (int run = 0; run < 3; run++) {
            try (RaftQueue<String> queue = RaftQueue.builder(PayloadCodec.string())
                    .directory(data)
                    .standalone()
                    .start()) {
                queue.send("run " + run);
            }
        }
        try (RaftQueue<String> queue =
                RaftQueue.builder(PayloadCodec.string()).directory(data).start()) {
            assertThat(List.of(queue.take(), queue.take(), queue.take())).containsExactly("run 0", "run 1", "run 2");
            assertThat(queue.poll()).isNull();
        }
    }

    @Test
    void threeEqualNodes() throws Exception {
        String[] members = new ClusterFixture(data, 3).members();
        List<RaftQueue<Order>> nodes = new ArrayList<>();
        for (String id : List.of("node01", "node02", "node03")) {
            nodes.add(RaftQueue.builder(Order.class)
                    .id(id)
                    .members(members)
                    .directory(data.resolve(id))
                    .start());
        }
        for (RaftQueue<Order> orders : nodes) {
            orders.awaitReady(Duration.ofSeconds(30));
        }
        nodes.get(0).send(new Order("A-1", 990));
        nodes.get(1).send(new Order("A-2", 1_990));
        assertThat(nodes.get(2).take()).isEqualTo(new Order("A-1", 990));
        assertThat(nodes.get(0).take()).isEqualTo(new Order("A-2", 1_990));
        nodes.forEach(RaftQueue::close);
    }

    @Test
    void severalQueuesOnOneNode() throws Exception {
        var ports = new ClusterFixture(data, 2);
        try (RaftNode node = RaftNode.builder()
                        .id("node01")
                        .raftAddress(ports.raftAddress(1))
                        .bootstrap()
                        .directory(data.resolve("node01"))
                        .start();
                RaftNode second = RaftNode.builder()
                        .id("node02")
                        .raftAddress(ports.raftAddress(2))
                        .awaitJoin()
                        .directory(data.resolve("node02"))
                        .start()) {
            RaftQueue<Order> orders = node.queue("orders", Order.class);
            RaftQueue<String> mails = node.queue("mails", PayloadCodec.string());
            assertThat(node.join("node02", ports.raftAddress(2), Duration.ofSeconds(30))
                            .join())
                    .isEqualTo(JoinOutcome.VOTER);
            orders.send(new Order("A-1", 990));
            mails.send("shipped");
            orders.close(); // a handle; the node goes on
            assertThat(second.queue("orders", Order.class).take()).isEqualTo(new Order("A-1", 990));
            assertThat(second.queue("mails", PayloadCodec.string()).take()).isEqualTo("shipped");
        }
    }

    @Test
    void aTemporaryNodeLeavesNothingBehind() throws Exception {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        List<Path> before = directories(temporary);
        try (RaftNode node = RaftNode.temporary()) {
            RaftQueue<String> queue = node.queue("test", PayloadCodec.string());
            queue.send("a");
            assertThat(queue.poll()).isEqualTo("a");
            assertThat(directories(temporary)).hasSizeGreaterThan(before.size());
        }
        assertThat(directories(temporary)).isSubsetOf(before);
    }

    private static List<Path> directories(Path parent) throws Exception {
        try (var files = Files.newDirectoryStream(parent, "raftqueue-*")) {
            List<Path> found = new ArrayList<>();
            files.forEach(found::add);
            return found;
        }
    }
}
