package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.raftqueue.MemberStatus;
import io.raftqueue.NodeStatus;
import io.raftqueue.RaftNode;
import io.raftqueue.Role;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RoleLinesTest {
    private static final String REMOVED = "node01 was removed from cluster 3f2a: stop it";

    private final ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(1);
    private final Logger logger = (Logger) LoggerFactory.getLogger(RoleLines.class);
    private final ListAppender<ILoggingEvent> told = new ListAppender<>();
    private volatile NodeStatus now = status(Role.LEARNER, null, null, 0, 1);

    @BeforeEach
    void listen() {
        told.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(told);
    }

    @AfterEach
    void end() {
        logger.detachAppender(told);
        logger.setLevel(null);
        scheduler.shutdownNow();
    }

    private static NodeStatus status(Role role, String cluster, String leader, int voters, int learners) {
        return status(role, cluster, leader, members(1, voters, learners), false);
    }

    private static List<MemberStatus> members(int first, int voters, int learners) {
        return IntStream.rangeClosed(first, voters + learners)
                .mapToObj(i -> new MemberStatus(
                        "node0" + i, "localhost:1", "", Role.FOLLOWER, i <= voters, i == 1, true, 0, null))
                .toList();
    }

    private static NodeStatus status(
            Role role, String cluster, String leader, List<MemberStatus> members, boolean removed) {
        return new NodeStatus(
                "node01", cluster, role, leader, null, null, 3, 1, 1, 1, members, List.of(), Map.of(), Map.of(), null,
                false, removed);
    }

    private static NodeStatus withoutSelf(boolean removed) {
        return status(Role.LEARNER, "3f2a", "node02", members(2, 3, 0), removed);
    }

    /** Of a node whose status is {@link #now}. */
    private RoleLines lines() {
        RaftNode node = (RaftNode) Proxy.newProxyInstance(
                RaftNode.class.getClassLoader(),
                new Class<?>[] {RaftNode.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "status" -> now;
                    case "id" -> now.id();
                    default -> null;
                });
        var lines = new RoleLines(node, scheduler);
        lines.start();
        return lines;
    }

    private List<String> told() {
        return List.copyOf(told.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private void awaitSettled() {
        await().until(() -> scheduler.getQueue().isEmpty() && scheduler.getActiveCount() == 0);
    }

    @Test
    void aLeaderIsToldWithItsCluster() {
        assertThat(RoleLines.describe(status(Role.LEADER, "3f2a", "node01", 1, 0)))
                .isEqualTo("node01 is leader of cluster 3f2a (1 member)");
    }

    @Test
    void aFollowerIsToldWithItsLeader() {
        assertThat(RoleLines.describe(status(Role.FOLLOWER, "3f2a", "node02", 3, 0)))
                .isEqualTo("node01 is follower in cluster 3f2a (leader node02, 3 members)");
    }

    @Test
    void onlyVotersCountAsMembers() {
        assertThat(RoleLines.describe(status(Role.LEARNER, "3f2a", "node02", 2, 1)))
                .isEqualTo("node01 is learner in cluster 3f2a (leader node02, 2 members)");
    }

    @Test
    void nothingIsToldBeforeThereIsAClusterOrDuringAnElection() {
        assertThat(RoleLines.describe(status(Role.LEARNER, null, null, 0, 1))).isNull();
        assertThat(RoleLines.describe(status(Role.FOLLOWER, "3f2a", null, 3, 0)))
                .isNull();
        assertThat(RoleLines.describe(status(Role.CANDIDATE, "3f2a", "node02", 3, 0)))
                .isNull();
    }

    @Test
    void aRemovedNodeIsTold() {
        assertThat(RoleLines.describe(withoutSelf(true))).isEqualTo(REMOVED);
        now = withoutSelf(true);
        lines();
        await().untilAsserted(() -> assertThat(told()).containsExactly(REMOVED));
        awaitSettled();
        assertThat(told()).hasSize(1);
    }

    /** A newcomer reads configurations of the time before it came. */
    @Test
    void aNodeThatIsNotYetAMemberIsNotTakenForARemovedOne() {
        assertThat(RoleLines.describe(withoutSelf(false))).isNull();
        now = withoutSelf(false);
        RoleLines lines = lines();
        awaitSettledOnce();
        now = status(Role.LEARNER, "3f2a", "node02", 2, 1);
        lines.membersChanged(now.members());
        await().untilAsserted(() ->
                assertThat(told()).containsExactly("node01 is learner in cluster 3f2a (leader node02, 2 members)"));
    }

    /** It was removed, is brought in again, and reads of both, one after the other. */
    @Test
    void aRemovalThatDoesNotLastIsNotTold() {
        now = withoutSelf(true);
        RoleLines lines = lines();
        awaitSettledOnce();
        now = status(Role.LEARNER, "3f2a", "node02", 2, 1);
        lines.membersChanged(now.members());
        awaitSettled();
        assertThat(told()).containsExactly("node01 is learner in cluster 3f2a (leader node02, 2 members)");
    }

    /** The first look has been taken. */
    private void awaitSettledOnce() {
        await().until(() -> scheduler.getCompletedTaskCount() == 1);
    }
}
