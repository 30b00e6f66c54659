package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.JoinOutcome;
import io.raftqueue.MembershipException;
import io.raftqueue.MembershipException.Reason;
import io.raftqueue.NodeOptions.Begin;
import io.raftqueue.OutcomeUnknownException;
import io.raftqueue.raft.PeerMessage.Admin;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
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

    @Test
    void theLeaderIsRemovedThoughTheNextOneHasNotHeardEverybodyYet() {
        SimulatedMember leader = story.leader();
        SimulatedMember next = story.followers().get(0);
        SimulatedMember slow = story.followers().get(1);
        story.network = (to, message) -> to != slow;
        story.answered(story.send(leader, 10, 5)); // so the slow one is not chosen to lead

        CompletableFuture<JoinOutcome> removal = story.ask(next, Admin.Kind.REMOVE, leader, 10);
        story.within(1, next.core::ready);
        for (int i = 0; i < 30; i++) {
            story.step();
        }
        assertThat(removal).isNotDone();
        story.network = (to, message) -> true;
        story.within(5, removal::isDone);

        assertThat(removal).isCompleted();
        assertThat(members(next)).isEqualTo(2);
    }

    @Test
    void aRemovalThatWouldCostTheMajorityIsRefusedBeforeItsCallerGoes() {
        SimulatedMember leader = story.leader();
        SimulatedMember dead = story.followers().get(0);
        SimulatedMember alive = story.followers().get(1);
        story.house.crash(dead, false);
        story.passes(5);

        CompletableFuture<JoinOutcome> removal = story.ask(leader, Admin.Kind.REMOVE, alive, 10);
        story.within(3, removal::isDone);

        assertThat(removal.handle((done, why) -> why).join()).hasMessageContaining("bring members back first");
        assertThat(members(leader)).isEqualTo(3);
    }

    @Test
    void aRemovalEndsAJoinOfTheSameNodeThatIsStillUnderWay() {
        aRemovalEndsAJoin(false);
    }

    @Test
    void soItDoesWhenTheJoinIsAskedForAgainBecauseItsAnswerWasLost() {
        aRemovalEndsAJoin(true);
    }

    private void aRemovalEndsAJoin(boolean firstAnswerIsLost) {
        SimulatedMember leader = story.leader();
        SimulatedMember asked = story.followers().get(0);
        SimulatedMember newcomer = story.house.join(new Begin.AwaitJoin());
        AtomicBoolean loses = new AtomicBoolean(firstAnswerIsLost);
        // The newcomer says who it is and gets nothing more: a learner that stays far behind.
        story.network = (to, message) -> to == newcomer
                ? message instanceof PeerMessage.Hello
                : !(message instanceof PeerMessage.AdminAnswer && loses.getAndSet(false));
        CompletableFuture<JoinOutcome> join = story.ask(asked, Admin.Kind.JOIN, newcomer, 30);
        story.within(5, () -> members(leader) == 4);

        CompletableFuture<JoinOutcome> removal = story.ask(leader, Admin.Kind.REMOVE, newcomer, 10);
        story.within(10, removal::isDone);
        story.passes(30);

        assertThat(removal).isCompleted();
        assertThat(loses).isFalse();
        assertThat(members(leader)).isEqualTo(3);
        assertThat(join.handle((done, why) -> why).join())
                .isInstanceOfSatisfying(
                        MembershipException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CONFLICT))
                .hasMessageContaining("its removal was asked for after this join");
    }

    private static int members(SimulatedMember leader) {
        return leader.core.consensus().configuration().members().size();
    }
}
