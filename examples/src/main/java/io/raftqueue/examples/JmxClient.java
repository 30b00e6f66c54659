package io.raftqueue.examples;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import com.sun.tools.attach.VirtualMachineDescriptor;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * What JConsole shows, as text: every attribute of every node and queue. It needs nothing of RaftQueue's, only the JDK.
 * Without an address it looks into the JVMs of this machine and this user, as JConsole's list of local processes does.
 *
 * <pre>
 * java -cp examples/target/examples.jar io.raftqueue.examples.JmxClient                  # local JVMs
 * java -cp examples/target/examples.jar io.raftqueue.examples.JmxClient localhost:9010   # -Dcom.sun.management.jmxremote.port
 * </pre>
 */
public final class JmxClient {
    private JmxClient() {}

    /** Prints what there is and ends. */
    public static void main(String[] args) throws IOException, JMException {
        int beans = args.length > 0 ? connect("service:jmx:rmi:///jndi/rmi://" + args[0] + "/jmxrmi") : local();
        System.out.println(beans == 0 ? "no RaftQueue node found: start one, or give HOST:PORT" : beans + " beans");
    }

    private static int local() throws JMException {
        int beans = 0;
        long self = ProcessHandle.current().pid();
        for (VirtualMachineDescriptor descriptor : VirtualMachine.list()) {
            if (!descriptor.id().equals(Long.toString(self))) {
                try {
                    VirtualMachine jvm = VirtualMachine.attach(descriptor);
                    String address = jvm.startLocalManagementAgent();
                    jvm.detach();
                    beans += connect(address);
                } catch (AttachNotSupportedException | IOException e) {
                    System.out.println("JVM " + descriptor.id() + " cannot be looked into: " + e.getMessage());
                }
            }
        }
        return beans;
    }

    @SuppressWarnings("BanJNDI") // the address comes from whoever runs this
    private static int connect(String url) throws IOException, JMException {
        try (var connector = JMXConnectorFactory.connect(new JMXServiceURL(url))) {
            return print(connector.getMBeanServerConnection());
        }
    }

    /** Prints the beans of a JVM and counts them. */
    static int print(MBeanServerConnection jvm) throws IOException, JMException {
        Set<ObjectName> names = jvm.queryNames(new ObjectName("io.raftqueue:*"), null);
        for (ObjectName name : names.stream()
                .sorted(Comparator.comparing(ObjectName::getCanonicalName))
                .toList()) {
            System.out.println(name);
            MBeanAttributeInfo[] attributes = jvm.getMBeanInfo(name).getAttributes();
            Arrays.sort(attributes, Comparator.comparing(MBeanAttributeInfo::getName));
            for (MBeanAttributeInfo attribute : attributes) {
                System.out.println("  " + attribute.getName() + " = " + value(jvm, name, attribute.getName()));
            }
        }
        return names.size();
    }

    private static String value(MBeanServerConnection jvm, ObjectName name, String attribute)
            throws IOException, JMException {
        try {
            return text(jvm.getAttribute(name, attribute));
        } catch (RuntimeMBeanException e) {
            return "(" + e.getTargetException().getMessage() + ")";
        }
    }

    /** A list of records arrives as CompositeData[], a map as TabularData: JConsole shows them at a double click. */
    private static String text(Object value) {
        if (value instanceof CompositeData[] rows) {
            return Arrays.stream(rows).map(JmxClient::fields).collect(Collectors.joining(""));
        }
        if (value instanceof TabularData map) {
            return map.values().stream()
                    .map(CompositeData.class::cast)
                    .map(entry -> "\n    " + entry.get("key") + ": " + entry.get("value"))
                    .sorted()
                    .collect(Collectors.joining(""));
        }
        return String.valueOf(value);
    }

    private static String fields(CompositeData row) {
        return row.getCompositeType().keySet().stream()
                .map(key -> key + "=" + row.get(key))
                .collect(Collectors.joining(", ", "\n    ", ""));
    }
}
