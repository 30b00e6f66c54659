import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** A console that has never heard of us: prints what it sees at the given address. */
public class Probe {
    public static void main(String[] args) throws Exception {
        try (var connector = JMXConnectorFactory.connect(new JMXServiceURL(args[0]))) {
            MBeanServerConnection server = connector.getMBeanServerConnection();
            Set<ObjectName> names = new TreeSet<>(server.queryNames(new ObjectName("io.raftqueue:*"), null));
            names.forEach(name -> System.out.println("name " + name));
            var node = new ObjectName("io.raftqueue:type=Node,node=node01");
            var queue = new ObjectName("io.raftqueue:type=Queue,node=node01,name=orders");
            for (ObjectName name : Set.of(node, queue)) {
                for (var attribute : server.getMBeanInfo(name).getAttributes()) {
                    server.getAttribute(name, attribute.getName());
                }
            }
            System.out.println("summary " + server.getAttribute(node, "Summary"));
            CompositeData[] members = (CompositeData[]) server.getAttribute(node, "Members");
            System.out.println("members " + members.length + " first " + members[0].get("id"));
            System.out.println("stats " + (server.getAttribute(node, "Stats") instanceof TabularData));
            System.out.println("depth " + server.getAttribute(queue, "Depth"));
            CompositeData[] shown = (CompositeData[]) server.invoke(
                    queue, "browse", new Object[] {10}, new String[] {"int"});
            System.out.println("browse " + Arrays.stream(shown).map(m -> m.get("payload")).toList());
            try {
                server.invoke(node, "join", new Object[] {"node02", "localhost:2"}, new String[] {
                    String.class.getName(), String.class.getName()
                });
            } catch (Exception e) {
                Throwable root = e;
                while (root.getCause() != null) {
                    root = root.getCause();
                }
                System.out.println("error " + root.getClass().getName() + " " + root.getMessage());
            }
            System.out.println("purge " + server.invoke(queue, "purge", null, null));
        }
    }
}
