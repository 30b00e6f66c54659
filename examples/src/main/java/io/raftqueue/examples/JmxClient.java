package io.raftqueue.examples;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import com.sun.tools.attach.VirtualMachineDescriptor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;
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
    @SuppressWarnings("BanJNDI") // the address comes from whoever runs this
    public static void main(String[] args) throws IOException, JMException {
        int beans = 0;
        for (JMXServiceURL url : args.length > 0 ? List.of(remote(args[0])) : local()) {
            try (var connector = JMXConnectorFactory.connect(url)) {
                beans += print(connector.getMBeanServerConnection());
            }
        }
        System.out.println(beans == 0 ? "no RaftQueue node found: start one, or give HOST:PORT" : beans + " beans");
    }

    private static JMXServiceURL remote(String hostAndPort) throws IOException {
        return new JMXServiceURL("service:jmx:rmi:///jndi/rmi://" + hostAndPort + "/jmxrmi");
    }

    private static List<JMXServiceURL> local() throws IOException {
        var urls = new ArrayList<JMXServiceURL>();
        long self = ProcessHandle.current().pid();
        for (VirtualMachineDescriptor descriptor : VirtualMachine.list()) {
            if (!descriptor.id().equals(Long.toString(self))) {
                try {
                    VirtualMachine jvm = VirtualMachine.attach(descriptor);
                    urls.add(new JMXServiceURL(jvm.startLocalManagementAgent()));
                    jvm.detach();
                } catch (AttachNotSupportedException | IOException e) {
                    System.out.println("JVM " + descriptor.id() + " cannot be looked into: " + e.getMessage());
                }
            }
        }
        return urls;
    }

    /** Prints the beans of a JVM and counts them. */
    static int print(MBeanServerConnection jvm) throws IOException, JMException {
        Set<ObjectName> names = jvm.queryNames(new ObjectName("io.raftqueue:*"), null);
        for (ObjectName name : names.stream()
                .sorted(Comparator.comparing(ObjectName::getCanonicalName))
                .toList()) {
            System.out.println(name);
            for (MBeanAttributeInfo attribute : jvm.getMBeanInfo(name).getAttributes()) {
                System.out.println("  " + attribute.getName() + " = " + value(jvm, name, attribute.getName()));
            }
        }
        return names.size();
    }

    private static String value(MBeanServerConnection jvm, ObjectName name, String attribute)
            throws IOException, JMException {
        try {
            Object value = jvm.getAttribute(name, attribute);
            return value instanceof Object[] rows ? rows.length + " rows" : String.valueOf(value);
        } catch (RuntimeMBeanException e) {
            return "(" + e.getTargetException().getMessage() + ")";
        }
    }
}
