package io.raftqueue.jmx;

import io.raftqueue.MemberStatus;
import io.raftqueue.NodeListener;
import io.raftqueue.Role;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import javax.management.MBeanNotificationInfo;
import javax.management.Notification;
import javax.management.NotificationBroadcasterSupport;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/** A node's events as JMX notifications: everything to know is in the message, so any console can show it. */
final class Events extends NotificationBroadcasterSupport implements NodeListener {
    private static final String PREFIX = "io.raftqueue.";

    private final String node;
    private final Runnable whenQueuesChanged;
    private final AtomicLong sequence = new AtomicLong();
    private volatile Object source;

    Events(String node, Runnable whenQueuesChanged) {
        super(
                info("role", "This node's role changed"),
                info("leader", "This node heard of another leader, or of none"),
                info("members", "The membership changed"),
                info("queue.full", "A send was refused because a queue is at its limit"),
                info("disk", "The disk is nearly full, or has room again"),
                info("failed", "This node stopped for good"));
        this.node = node;
        this.source = node;
        this.whenQueuesChanged = whenQueuesChanged;
    }

    private static MBeanNotificationInfo info(String type, String description) {
        return new MBeanNotificationInfo(new String[] {PREFIX + type}, Notification.class.getName(), description);
    }

    /** What listeners see as the source from now on. */
    void comeFrom(ObjectName bean) {
        source = bean;
    }

    private void tell(String type, String message) {
        sendNotification(new Notification(
                PREFIX + type, source, sequence.incrementAndGet(), System.currentTimeMillis(), message));
    }

    @Override
    public void roleChanged(Role from, Role to, long term) {
        tell("role", node + " was " + from.title() + " and is " + to.title() + " in term " + term);
    }

    @Override
    public void leaderChanged(@Nullable String leaderId, long term) {
        tell(
                "leader",
                leaderId == null
                        ? node + " knows of no leader in term " + term
                        : leaderId + " is leader in term " + term);
    }

    @Override
    public void membersChanged(List<MemberStatus> members) {
        tell(
                "members",
                members.stream()
                        .map(member -> member.id() + "=" + member.raftAddress() + (member.voter() ? "" : " (learner)"))
                        .collect(Collectors.joining(", ", "members are ", "")));
    }

    @Override
    public void queuesChanged() {
        whenQueuesChanged.run();
    }

    @Override
    public void queueFull(String queue) {
        tell("queue.full", "queue " + queue + " is full: sends are refused");
    }

    @Override
    public void diskTrouble(String what) {
        tell("disk", what);
    }

    @Override
    public void failed(Throwable cause) {
        tell("failed", node + " stopped for good: " + cause);
    }
}
