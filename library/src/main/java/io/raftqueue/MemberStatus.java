package io.raftqueue;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One member as this node sees it.
 *
 * @param role LEADER, FOLLOWER or LEARNER as configured and as far as known here
 * @param lag entries behind the leader's last entry; -1 when unknown (known on the leader only)
 * @param lastContact since the leader last heard it; null when never, or not known here
 */
public record MemberStatus(
        String id,
        String raftAddress,
        String httpAddress,
        Role role,
        boolean voter,
        boolean self,
        boolean reachable,
        long lag,
        @Nullable Duration lastContact) {}
