package io.raftqueue.jmx;

import io.raftqueue.MemberStatus;
import io.raftqueue.NodeListener;
import io.raftqueue.Role;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A node's events as JMX notifications: everything to know is in the message, so any console can show it. */
final class Events implements NodeListener {
    private final String node;
    private final Runnable whenQueuesChanged;
    private final Consumer<String> whenQueueFull;
    private final Announcer announcer;

    Events(String node, Runnable whenQueuesChanged, Consumer<String> whenQueueFull) {
        this.node = node;
        this.whenQueuesChanged = whenQueuesChanged;
        this.whenQueueFull = whenQueueFull;
        this.announcer = new Announcer(
                node,
                Announcer.info("role", "This node's role changed"),
                Announcer.info("leader", "This node heard of another leader, or of none"),
                Announcer.info("members", "The membership changed"),
                Announcer.info("queue.full", "A send was refused because a queue is at its limit"),
                Announcer.info("disk", "The disk is nearly full, or has room again"),
                Announcer.info("failed", "This node stopped for good"));
    }

    /** Sends the notifications. */
    Announcer announcer() {
        return announcer;
    }

    @Override
    public void roleChanged(Role from, Role to, long term) {
        announcer.tell("role", node + " was " + from.title() + " and is " + to.title() + " in term " + term);
    }

    @Override
    public void leaderChanged(@Nullable String leaderId, long term) {
        announcer.tell(
                "leader",
                leaderId == null
                        ? node + " knows of no leader in term " + term
                        : leaderId + " is leader in term " + term);
    }

    @Override
    public void membersChanged(List<MemberStatus> members) {
        announcer.tell(
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
        announcer.tell("queue.full", "queue " + queue + " is full: sends are refused");
        whenQueueFull.accept(queue);
    }

    @Override
    public void diskTrouble(String what) {
        announcer.tell("disk", what);
    }

    @Override
    public void failed(Throwable cause) {
        announcer.tell("failed", node + " stopped for good: " + cause);
    }
}
