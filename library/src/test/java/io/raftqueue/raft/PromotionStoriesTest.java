package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.JoinOutcome;
import io.raftqueue.NodeOptions.Begin;
import io.raftqueue.consensus.RaftMessage.AppendRequest;
import io.raftqueue.raft.PeerMessage.Admin;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Which learners become voters. */
class PromotionStoriesTest {
    private final HouseStory story = new HouseStory(3);

    private static boolean isAppend(PeerMessage message) {
        return message instanceof PeerMessage.Consensus c && c.envelope().message() instanceof AppendRequest;
    }

    @Test
    void aLearnerThatDiedDoesNotKeepTheNextOneFromItsVote() {
        SimulatedMember leader = story.leader();
        SimulatedMember dies = story.house.join(new Begin.AwaitJoin());
        // It holds the log before its own coming in is committed, and dies before it can be given a vote.
        story.network = (to, message) -> to == leader || to == dies || !isAppend(message);
        story.ask(leader, Admin.Kind.JOIN, dies, 30);
        story.within(
                1,
                () -> leader.core.consensus().followers(leader.now()).stream()
                        .anyMatch(f -> !f.member().voter() && f.match() > 0));
        story.house.crash(dies, false);
        for (int i = 0; i < 120; i++) {
            story.step();
        }
        story.network = (to, message) -> true;
        story.within(1, () -> leader.core.consensus().configurationCommitted());
        assertThat(leader.leads()).isTrue();

        CompletableFuture<JoinOutcome> next =
                story.ask(leader, Admin.Kind.JOIN, story.house.join(new Begin.AwaitJoin()), 30);
        story.within(10, next::isDone);

        assertThat(next).isCompletedWithValue(JoinOutcome.VOTER);
    }
}
