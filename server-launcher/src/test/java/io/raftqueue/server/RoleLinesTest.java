package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.MemberStatus;
import io.raftqueue.NodeStatus;
import io.raftqueue.Role;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RoleLinesTest {
    private static NodeStatus status(Role role, String cluster, String leader, int voters, int learners) {
        List<MemberStatus> members = IntStream.rangeClosed(1, voters + learners)
                .mapToObj(i -> new MemberStatus(
                        "node0" + i, "localhost:1", "", Role.FOLLOWER, i <= voters, i == 1, true, 0, null))
                .toList();
        return new NodeStatus(
                "node01", cluster, role, leader, null, null, 3, 1, 1, 1, members, List.of(), Map.of(), Map.of(), null,
                false);
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
        NodeStatus member = status(Role.FOLLOWER, "3f2a", "node02", 3, 0);
        NodeStatus removed = new NodeStatus(
                "node01",
                "3f2a",
                Role.FOLLOWER,
                "node02",
                null,
                null,
                3,
                1,
                1,
                1,
                member.members().subList(1, 3),
                List.of(),
                Map.of(),
                Map.of(),
                null,
                false);

        assertThat(RoleLines.describe(removed)).isEqualTo("node01 was removed from cluster 3f2a: stop it");
    }
}
