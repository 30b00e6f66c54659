package io.raftqueue.jmx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.raftqueue.node.ClusterFixture;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.management.MBeanServer;
import javax.management.Notification;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The beans of real nodes, which register themselves. */
@Timeout(90)
class ClusterBeansTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();

    @TempDir
    Path directory;

    private static ObjectName name(int node) throws Exception {
        return new ObjectName("io.raftqueue:type=Node,node=" + ClusterFixture.id(node));
    }

    private static ObjectName orders(int node) throws Exception {
        return new ObjectName("io.raftqueue:type=Queue,node=" + ClusterFixture.id(node) + ",name=orders");
    }

    @Test
    void aClusterSeenThroughItsBeans() throws Exception {
        try (var cluster = ClusterFixture.started(directory, 3)) {
            int leader = cluster.awaitLeader();
            cluster.queue(1).send("a");
            for (int node = 1; node <= 3; node++) {
                ObjectName queue = orders(node);
                await().atMost(PATIENCE).until(() -> server.isRegistered(queue));
                await().atMost(PATIENCE)
                        .until(() -> server.getAttribute(queue, "Depth").equals(1L));
                assertThat(server.getAttribute(name(node), "Leader")).isEqualTo(ClusterFixture.id(leader));
                assertThat(server.getAttribute(name(node), "Ready")).isEqualTo(true);
            }
            await().atMost(PATIENCE)
                    .until(() -> server.getAttribute(name(leader), "Summary")
                            .toString()
                            .contains("Follower lag 0"));
            assertThat(server.getAttribute(name(leader), "Role")).isEqualTo("Leader");
            assertThat((double) server.getAttribute(name(1), "CommitP99Millis")).isPositive();
            assertThat((long) server.getAttribute(name(leader), "DiskFreeBytes"))
                    .isPositive();
            assertThat((long) server.getAttribute(name(leader), "LogBytes")).isPositive();
            assertThat(server.invoke(name(leader), "snapshot", null, null).toString())
                    .matches("a snapshot up to entry [1-9]\\d* is on disk");
        }
        assertThat(server.queryNames(new ObjectName("io.raftqueue:*"), null)).isEmpty();
    }

    @Test
    void withoutAMajorityEveryAttributeIsReadWithin50Milliseconds() throws Exception {
        try (var cluster = ClusterFixture.started(directory, 3)) {
            int leader = cluster.awaitLeader();
            cluster.queue(leader).send("a");
            await().atMost(PATIENCE).until(() -> server.isRegistered(orders(leader)));
            for (int node = 1; node <= 3; node++) {
                if (node != leader) {
                    cluster.kill(node);
                }
            }
            var slowest = new ArrayList<Map.Entry<String, Long>>();
            for (ObjectName bean : List.of(name(leader), orders(leader))) {
                for (var attribute : server.getMBeanInfo(bean).getAttributes()) {
                    long best = Long.MAX_VALUE; // a pause of the machine is not a wait of ours
                    for (int i = 0; i < 3; i++) {
                        long start = System.nanoTime();
                        server.getAttribute(bean, attribute.getName());
                        best = Math.min(best, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
                    }
                    slowest.add(Map.entry(attribute.getName(), best));
                }
            }
            assertThat(slowest).hasSizeGreaterThan(30).allMatch(read -> read.getValue() < 50);
            await().atMost(PATIENCE)
                    .until(() -> server.getAttribute(name(leader), "Ready").equals(false));
        }
    }

    @Test
    void aConsoleBringsInAndRemovesMembersAndSeesWhy() throws Exception {
        try (var cluster = new ClusterFixture(directory, 2)) {
            cluster.startAt(1, builder -> builder.bootstrap());
            cluster.node(1).awaitReady(PATIENCE);
            cluster.startAt(2, builder -> builder.awaitJoin());
            var heard = Collections.synchronizedList(new ArrayList<String>());
            var events = new LinkedBlockingQueue<Notification>();
            server.addNotificationListener(
                    name(1),
                    (event, handback) -> {
                        heard.add(event.getType());
                        events.add(event);
                    },
                    null,
                    null);
            assertThat(invoke("join", "node02", cluster.raftAddress(2))).isEqualTo("node02 is a voter");
            await().atMost(PATIENCE).until(() -> heard.contains("io.raftqueue.members"));
            assertThatThrownBy(() -> invoke("remove", "node09"))
                    .isInstanceOf(RuntimeMBeanException.class)
                    .hasRootCauseInstanceOf(IllegalStateException.class)
                    .rootCause()
                    .hasMessageContaining("node09");
            assertThat(invoke("remove", "node02")).isEqualTo("node02 is no member any more");
            await().atMost(PATIENCE)
                    .until(() -> server.getAttribute(name(1), "Summary").equals("node01 Leader*"));
            assertThat(events.stream().map(Notification::getMessage).collect(Collectors.joining("; ")))
                    .contains("members are node01=" + cluster.raftAddress(1) + ", node02=" + cluster.raftAddress(2));
        }
    }

    private Object invoke(String operation, String... arguments) throws Exception {
        String[] types =
                Collections.nCopies(arguments.length, String.class.getName()).toArray(String[]::new);
        return server.invoke(name(1), operation, arguments, types);
    }
}
