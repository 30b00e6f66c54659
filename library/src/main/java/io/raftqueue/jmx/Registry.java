package io.raftqueue.jmx;

import java.lang.management.ManagementFactory;
import java.util.regex.Pattern;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Names beans and registers them with the platform's MBean server. What goes wrong is a warning. */
final class Registry {
    private static final Logger LOG = LoggerFactory.getLogger(Registry.class);
    private static final Pattern NEEDS_QUOTES = Pattern.compile("[,=:\"*?\\n]");
    private static final int MOST_INSTANCES = 1_000;

    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();

    /** The value as it stands in an object name, quoted only where it needs that. */
    static String value(String plain) {
        return plain.isEmpty() || NEEDS_QUOTES.matcher(plain).find() ? ObjectName.quote(plain) : plain;
    }

    /** Registers the bean under that name, or the name with the next free {@code instance=}; null when that failed. */
    @Nullable
    ObjectName register(DescribedBean bean, String name) {
        try {
            for (int instance = 1; instance <= MOST_INSTANCES; instance++) {
                var candidate = new ObjectName(instance == 1 ? name : name + ",instance=" + instance);
                try {
                    server.registerMBean(bean, candidate);
                    if (instance > 1) {
                        LOG.warn("JMX name {} is taken in this JVM: registered as {}", name, candidate);
                    }
                    return candidate;
                } catch (InstanceAlreadyExistsException taken) {
                    LOG.debug("JMX name {} is taken", candidate, taken);
                }
            }
            LOG.warn(
                    "JMX name {} is taken {} times in this JVM: not registered; are nodes left open?",
                    name,
                    MOST_INSTANCES);
        } catch (JMException | RuntimeException e) {
            LOG.warn("{} is not registered with JMX; nothing else is affected", name, e);
        }
        return null;
    }

    void unregister(ObjectName name) {
        try {
            server.unregisterMBean(name);
        } catch (InstanceNotFoundException gone) {
            LOG.debug("{} was unregistered by somebody else", name, gone);
        } catch (JMException | RuntimeException e) {
            LOG.warn("{} is not unregistered from JMX; nothing else is affected", name, e);
        }
    }
}
