package io.raftqueue.jmx;

import io.raftqueue.QueueStats;
import io.raftqueue.RaftNode;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.management.NotificationBroadcasterSupport;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/**
 * The MXBeans of one node and its queues, as long as it lives: {@code io.raftqueue:type=Node,node=node01} and
 * {@code io.raftqueue:type=Queue,node=node01,name=orders}. Queues come and go with the cluster's.
 */
public final class NodeBeans implements AutoCloseable {
    private final RaftNode node;
    private final Registry registry = new Registry();
    private final Events events;

    /** Guarded by this. */
    private final Map<String, ObjectName> queues = new HashMap<>();

    /** Guarded by this. */
    private @Nullable ObjectName name;

    /** Guarded by this. */
    private boolean closed;

    private NodeBeans(RaftNode node) {
        this.node = node;
        this.events = new Events(node.id(), this::followQueues);
    }

    /** Shows the node to JMX. What goes wrong there is a warning and stops nothing. */
    public static NodeBeans register(RaftNode node) {
        var beans = new NodeBeans(node);
        beans.open();
        return beans;
    }

    private synchronized void open() {
        var bean = new DescribedBean(new NodeBean(node), NodeMXBean.class, events);
        name = registry.register(bean, "io.raftqueue:type=Node,node=" + Registry.value(node.id()));
        if (name != null) {
            events.comeFrom(name);
        }
        node.addListener(events);
        followQueues();
    }

    private synchronized void followQueues() {
        if (closed || name == null) {
            return;
        }
        Set<String> there = node.queues().stream().map(QueueStats::name).collect(Collectors.toSet());
        for (Iterator<Map.Entry<String, ObjectName>> known = queues.entrySet().iterator(); known.hasNext(); ) {
            Map.Entry<String, ObjectName> queue = known.next();
            if (!there.contains(queue.getKey())) {
                registry.unregister(queue.getValue());
                known.remove();
            }
        }
        for (String queue : there) {
            if (!queues.containsKey(queue)) {
                ObjectName registered = registry.register(
                        new DescribedBean(
                                new QueueBean(node, queue), QueueMXBean.class, new NotificationBroadcasterSupport()),
                        queueName(name, queue));
                if (registered != null) {
                    queues.put(queue, registered);
                }
            }
        }
    }

    /** With the {@code instance} of its node, so that one can see which node it belongs to. */
    private static String queueName(ObjectName node, String queue) {
        String instance = node.getKeyProperty("instance");
        return "io.raftqueue:type=Queue,node=" + node.getKeyProperty("node") + ",name=" + Registry.value(queue)
                + (instance == null ? "" : ",instance=" + instance);
    }

    @Override
    public synchronized void close() {
        closed = true;
        node.removeListener(events);
        queues.values().forEach(registry::unregister);
        queues.clear();
        if (name != null) {
            registry.unregister(name);
            name = null;
        }
    }
}
