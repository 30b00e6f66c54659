package io.raftqueue.jmx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.raftqueue.node.LoneNode;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.MBeanFeatureInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanServer;
import javax.management.Notification;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;
import javax.management.remote.JMXConnectorServer;
import javax.management.remote.JMXConnectorServerFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a console sees of a node and its queues. */
class NodeBeansTest {
    private static final String NODE = "io.raftqueue:type=Node,node=node01";
    private static final String ORDERS = "io.raftqueue:type=Queue,node=node01,name=orders";

    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    private final LoneNode lone = new LoneNode();
    private final NodeBeans beans = NodeBeans.register(lone.node);

    @AfterEach
    void close() {
        beans.close();
        lone.close();
        assertThat(names()).isEmpty();
    }

    private Set<String> names() {
        try {
            return server.queryNames(new ObjectName("io.raftqueue:*"), null).stream()
                    .map(ObjectName::toString)
                    .collect(Collectors.toSet());
        } catch (javax.management.MalformedObjectNameException e) {
            throw new AssertionError(e);
        }
    }

    private Object attribute(String bean, String name) throws Exception {
        return server.getAttribute(new ObjectName(bean), name);
    }

    private Object invoke(String bean, String operation, Object... arguments) throws Exception {
        String[] types = Stream.of(arguments)
                .map(argument -> argument instanceof Integer
                        ? "int"
                        : argument.getClass().getName())
                .toArray(String[]::new);
        return server.invoke(new ObjectName(bean), operation, arguments, types);
    }

    @Test
    void queuesComeAndGoWithTheNodes() {
        assertThat(names()).containsExactly(NODE);
        lone.queue().send("a");
        await().until(() -> names().equals(Set.of(NODE, ORDERS)));
        lone.node.deleteQueue("orders").join();
        await().until(() -> names().equals(Set.of(NODE)));
    }

    @Test
    void figuresAreNumbers() throws Exception {
        lone.queue().sendAll(List.of("a", "b"));
        await().until(() -> names().contains(ORDERS));
        assertThat(attribute(ORDERS, "Depth")).isEqualTo(2L);
        assertThat(attribute(ORDERS, "Bytes")).isEqualTo(2L);
        assertThat(attribute(ORDERS, "Sent")).isEqualTo(2L);
        assertThat(attribute(ORDERS, "SentPerSecond")).isInstanceOf(Double.class);
        assertThat(attribute(NODE, "LogBytes")).isEqualTo(17L);
        assertThat(attribute(NODE, "CommitP99Millis")).isEqualTo(1.5);
        assertThat(attribute(NODE, "FsyncP99Millis")).as("not known").isEqualTo(Double.NaN);
        assertThat(attribute(NODE, "Summary")).isEqualTo("node01 Leader*");
    }

    @Test
    void operationsDoWhatTheySay() throws Exception {
        lone.queue().sendAll(List.of("a", "b"));
        await().until(() -> names().contains(ORDERS));
        assertThat((Object[]) invoke(ORDERS, "browse", 1)).hasSize(1);
        assertThat(invoke(ORDERS, "changeSetting", "maxMessages", "3"))
                .isEqualTo("maxMessages of queue orders is 3 now, on all members");
        assertThat(attribute(ORDERS, "MaxMessages")).isEqualTo(3L);
        assertThat(invoke(ORDERS, "purge")).isEqualTo(2L);
        assertThat(attribute(ORDERS, "Depth")).isEqualTo(0L);
        assertThatThrownBy(() -> invoke(ORDERS, "changeSetting", "colour", "3"))
                .isInstanceOf(RuntimeMBeanException.class)
                .hasRootCauseMessage("there is no setting \"colour\": it is maxMessages or maxBytes");
    }

    @Test
    void attributesAreReadAtOnceWithoutAMajority() throws Exception {
        lone.queue().send("a");
        await().until(() -> names().contains(ORDERS));
        lone.replica.leaderless(true);
        lone.replica.hold();
        long start = System.nanoTime();
        for (String bean : List.of(NODE, ORDERS)) {
            for (var attribute : server.getMBeanInfo(new ObjectName(bean)).getAttributes()) {
                attribute(bean, attribute.getName());
            }
        }
        assertThat(System.nanoTime() - start).as("nanoseconds").isLessThan(1_000_000_000);
        assertThat(attribute(NODE, "Ready")).isEqualTo(false);
        assertThat(attribute(NODE, "NotReadyReason")).isEqualTo("there is no leader");
    }

    @Test
    void everythingIsDescribedAndConsolesCanInvokeEverything() throws Exception {
        lone.queue().send("a");
        await().until(() -> names().contains(ORDERS));
        for (String bean : List.of(NODE, ORDERS)) {
            MBeanInfo info = server.getMBeanInfo(new ObjectName(bean));
            assertThat(info.getDescription()).contains(" ").doesNotContain("Information on");
            Stream.of(info.getAttributes(), info.getOperations(), info.getNotifications())
                    .flatMap(Stream::of)
                    .forEach(NodeBeansTest::assertDescribed);
            for (var operation : info.getOperations()) {
                for (var parameter : operation.getSignature()) {
                    assertDescribed(parameter);
                    assertThat(parameter.getName()).doesNotMatch("p\\d+|arg\\d+");
                    assertThat(parameter.getType()).isIn("java.lang.String", "boolean", "int", "long");
                }
            }
        }
    }

    private static void assertDescribed(MBeanFeatureInfo feature) {
        assertThat(feature.getDescription())
                .as("description of %s", feature.getName())
                .isNotEqualTo(feature.getName())
                .contains(" ");
    }

    @Test
    void eventsAreNotifications() throws Exception {
        var heard = new LinkedBlockingQueue<Notification>();
        server.addNotificationListener(
                new ObjectName(NODE), (notification, handback) -> heard.add(notification), null, null);
        lone.node.configureQueue("orders", new io.raftqueue.QueueSettings(1, 0)).join();
        lone.queue().send("a");
        await().until(() -> names().contains(ORDERS));
        var heardOfQueue = new LinkedBlockingQueue<Notification>();
        server.addNotificationListener(
                new ObjectName(ORDERS), (notification, handback) -> heardOfQueue.add(notification), null, null);
        assertThatThrownBy(() -> lone.queue().send("b")).hasMessageContaining("queue orders is full");
        Notification full = heard.take();
        assertThat(full.getType()).isEqualTo("io.raftqueue.queue.full");
        assertThat(full.getMessage()).isEqualTo("queue orders is full: sends are refused");
        assertThat(full.getSource()).isEqualTo(new ObjectName(NODE));
        assertThat(heardOfQueue.take().getSource()).isEqualTo(new ObjectName(ORDERS));
        lone.replica.fail(new java.io.IOException("Input/output error"));
        assertThat(heard.take().getMessage()).contains("stopped for good").contains("Input/output error");
    }

    @Test
    void aNodeOfTheSameNameGetsAnInstanceOfItsOwn() {
        try (var twin = new LoneNode();
                var twinBeans = NodeBeans.register(twin.node)) {
            lone.queue().send("a");
            twin.queue().send("b");
            await().until(() -> names().equals(Set.of(NODE, ORDERS, NODE + ",instance=2", ORDERS + ",instance=2")));
            assertThat(twinBeans).isNotNull();
        }
        assertThat(names()).containsExactlyInAnyOrder(NODE, ORDERS);
    }

    @Test
    void namesAreQuotedOnlyWhereTheyNeedIt() {
        assertThat(Registry.value("node01")).isEqualTo("node01");
        assertThat(Registry.value("node-01.example_x")).isEqualTo("node-01.example_x");
        assertThat(Registry.value("node:01")).isEqualTo("\"node:01\"");
        assertThat(Registry.value("node*")).isEqualTo("\"node\\*\"");
    }

    @Test
    void aConsoleWithoutOurClassesUnderstandsEverything() throws Exception {
        lone.queue().sendAll(List.of("a", "b"));
        await().until(() -> names().contains(ORDERS));
        JMXConnectorServer connector = JMXConnectorServerFactory.newJMXConnectorServer(
                new JMXServiceURL("service:jmx:rmi://localhost"), null, server);
        connector.start();
        try {
            Path probe = Path.of(NodeBeansTest.class.getResource("Probe.java").toURI());
            Path java = Path.of(System.getProperty("java.home"), "bin", "java");
            Process console = new ProcessBuilder(
                            java.toString(),
                            probe.toString(),
                            connector.getAddress().toString())
                    .redirectErrorStream(true)
                    .start();
            String seen = new String(console.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(seen.lines())
                    .containsExactly(
                            "name " + NODE,
                            "name " + ORDERS,
                            "summary node01 Leader*",
                            "members 1 first node01",
                            "stats true",
                            "depth 2",
                            "browse [a, b]",
                            "error java.lang.IllegalStateException MembershipException: "
                                    + "nothing answers at localhost:2; nothing changed",
                            "purge 2");
            assertThat(console.waitFor()).isZero();
        } finally {
            connector.stop();
        }
    }
}
