package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.raftqueue.MembershipException;
import io.raftqueue.MembershipException.Reason;
import io.raftqueue.RaftNode;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What stories of the membership look at. */
final class MembershipAssertions {
    private MembershipAssertions() {}

    static void assertRefused(Reason reason, String text, ThrowingCallable request) {
        assertThatThrownBy(request).cause().isInstanceOfSatisfying(MembershipException.class, e -> {
            assertThat(e.reason()).isEqualTo(reason);
            assertThat(e).hasMessageContaining(text);
        });
    }

    static String configurationIndex(RaftNode node) {
        return node.status().stats().get("latest_configuration_index");
    }
}
