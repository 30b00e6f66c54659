package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.Map;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** JMX over RMI, as JConsole uses it, through the serial filter of the launcher. */
class JmxIT {
    @RegisterExtension
    final Processes processes = new Processes();

    @Test
    @SuppressWarnings("BanJNDI") // the address is ours
    void aRemoteClientReadsAndOperates() throws Exception {
        int jmx = processes.freePort();
        NodeProcess node = processes.start(
                "-leader -id=node01 -dir=./tmp/node01 -raddr=localhost:%d -haddr=localhost:%d"
                        .formatted(processes.freePort(), processes.freePort()),
                Map.of(),
                List.of(
                        "-Dcom.sun.management.jmxremote.port=" + jmx,
                        "-Dcom.sun.management.jmxremote.rmi.port=" + jmx,
                        "-Dcom.sun.management.jmxremote.host=localhost",
                        "-Djava.rmi.server.hostname=localhost",
                        "-Dcom.sun.management.jmxremote.authenticate=false",
                        "-Dcom.sun.management.jmxremote.ssl=false"));
        node.awaitLine("node01 is leader of .*");
        node.post("/send", SeedCluster.comment("seen by JMX"));
        var url = new JMXServiceURL("service:jmx:rmi:///jndi/rmi://localhost:" + jmx + "/jmxrmi");

        try (var connector = JMXConnectorFactory.connect(url)) {
            MBeanServerConnection jvm = connector.getMBeanServerConnection();
            var name = new ObjectName("io.raftqueue:type=Node,node=node01");
            var queue = new ObjectName("io.raftqueue:type=Queue,node=node01,name=default");

            await().untilAsserted(() -> assertThat(jvm.queryNames(new ObjectName("io.raftqueue:*"), null))
                    .contains(name, queue));
            assertThat(jvm.getAttribute(name, "Summary")).isEqualTo("node01 Leader*");
            assertThat(jvm.getAttribute(queue, "Depth")).isEqualTo(1L);
            jvm.invoke(queue, "purge", null, null);
            assertThat(node.get("/recieve").body()).isEqualTo("{\"Data\":{}}\n");
            assertThatThrownBy(() -> jvm.invoke(
                            name, "join", new Object[] {"node09", "localhost:" + processes.freePort()}, new String[] {
                                "java.lang.String", "java.lang.String"
                            }))
                    .hasStackTraceContaining("nothing answers as a RaftQueue node at localhost:");
        }
        assertThat(node.err()).isEmpty();
    }
}
