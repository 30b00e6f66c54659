package io.raftqueue.jmx;

import io.raftqueue.QueueStats;
import io.raftqueue.RaftNode;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
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
    private final Map<String, Shown> queues = new HashMap<>();

    /** Guarded by this. */
    private @Nullable ObjectName name;

    /** Guarded by this. */
    private boolean closed;

    /** A queue's bean. */
    private record Shown(ObjectName name, Announcer announcer) {}

    private NodeBeans(RaftNode node) {
        this.node = node;
        this.events = new Events(node.id(), this::followQueues, this::queueFull);
    }

    /** Shows the node to JMX. What goes wrong there is a warning and stops nothing. */
    public static NodeBeans register(RaftNode node) {
        var beans = new NodeBeans(node);
        beans.open();
        return beans;
    }

    private synchronized void open() {
        var bean = new DescribedBean(new NodeBean(node), NodeMXBean.class, events.announcer());
        name = registry.register(bean, "io.raftqueue:type=Node,node=" + Registry.value(node.id()));
        if (name != null) {
            events.announcer().comeFrom(name);
        }
        node.addListener(events);
        followQueues();
    }

    private synchronized void followQueues() {
        if (closed || name == null) {
            return;
        }
        Set<String> there = node.queues().stream().map(QueueStats::name).collect(Collectors.toSet());
        for (Iterator<Map.Entry<String, Shown>> known = queues.entrySet().iterator(); known.hasNext(); ) {
            Map.Entry<String, Shown> queue = known.next();
            if (!there.contains(queue.getKey())) {
                registry.unregister(queue.getValue().name());
                known.remove();
            }
        }
        for (String queue : there) {
            if (!queues.containsKey(queue)) {
                show(queue, queueName(name, queue));
            }
        }
    }

    private void show(String queue, String beanName) {
        var announcer = new Announcer(
                queue, Announcer.info("queue.full", "A send was refused because the queue is at its limit"));
        var bean = new DescribedBean(new QueueBean(node, queue), QueueMXBean.class, announcer);
        ObjectName registered = registry.register(bean, beanName);
        if (registered != null) {
            announcer.comeFrom(registered);
            queues.put(queue, new Shown(registered, announcer));
        }
    }

    private void queueFull(String queue) {
        Shown shown;
        synchronized (this) {
            shown = queues.get(queue);
        }
        if (shown != null) {
            shown.announcer().tell("queue.full", "queue " + queue + " is full: sends are refused");
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
        queues.values().forEach(shown -> registry.unregister(shown.name()));
        queues.clear();
        if (name != null) {
            registry.unregister(name);
            name = null;
        }
    }
}
