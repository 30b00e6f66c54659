package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.JoinOutcome;
import io.raftqueue.OutcomeUnknownException;
import io.raftqueue.raft.PeerMessage.Admin;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What who asks for a removal is told must be true. */
class RemovalStoriesTest {
    private final HouseStory story = new HouseStory(3);

    @Test
    void aRemovalThatWasBegunIsNotCalledUnchanged() {
        SimulatedMember leader = story.leader();
        SimulatedMember gone = story.followers().get(0);
        story.network = (to, message) -> false;
        CompletableFuture<JoinOutcome> removal = new CompletableFuture<>();
        leader.core.requests.add(
                Admin.Kind.REMOVE, gone.name, "", false, removal, leader.now() + 100_000_000L, leader.now());
        story.within(2, removal::isDone);
        story.network = (to, message) -> true;
        story.within(
                30,
                () -> leader.core.consensus().configuration().members().size() == 2
                        && leader.core.consensus().configurationCommitted());
        assertThat(removal.handle((done, why) -> why).join()).isInstanceOf(OutcomeUnknownException.class);
    }
}
