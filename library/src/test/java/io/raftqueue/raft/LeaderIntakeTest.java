package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a leader does with the batches of members: each once, in its order. */
class LeaderIntakeTest {
    private static final UUID A = new UUID(0, 1);
    private static final UUID B = new UUID(0, 2);

    private final Set<UUID> members = new HashSet<>(Set.of(A, B));
    private boolean leads = true;
    private boolean ready = true;
    private boolean accepts = true;
    private boolean proposes = true;
    private final Map<UUID, Long> applied = new HashMap<>();
    private final List<String> appended = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();
    private final LeaderIntake intake = new LeaderIntake(new LeaderIntake.Leadership() {
        @Override
        public boolean ready() {
            return ready;
        }

        @Override
        public boolean leads() {
            return leads;
        }

        @Override
        public boolean isMember(UUID member) {
            return members.contains(member);
        }

        @Override
        public boolean accepts(int bytes) {
            return accepts;
        }

        @Override
        public boolean propose(byte[] batch) {
            if (proposes) {
                appended.add(new String(batch));
            }
            return proposes;
        }

        @Override
        public long lastApplied(UUID member, long epoch) {
            return epoch == 1 ? applied.getOrDefault(member, 0L) : 0;
        }

        @Override
        public void refuse(UUID member, long epoch, long expectedSerial) {
            refused.add((member == A ? "A" : "B") + epoch + ":" + expectedSerial);
        }
    });

    private void comes(UUID member, long epoch, long serial) {
        intake.forwarded(member, epoch, serial, ((member == A ? "A" : "B") + epoch + ":" + serial).getBytes());
    }

    @Test
    void eachMembersBatchesAreAppendedOnceAndInTheirOrder() {
        comes(A, 1, 1);
        comes(B, 1, 1);
        comes(A, 1, 2);
        comes(A, 1, 1);
        comes(A, 1, 2);
        comes(B, 1, 2);
        assertThat(appended).containsExactly("A1:1", "B1:1", "A1:2", "B1:2");
        assertThat(refused).isEmpty();
    }

    @Test
    void aGapIsRefusedWithTheSerialThatIsDue() {
        comes(A, 1, 1);
        comes(A, 1, 3);
        comes(A, 1, 4);
        assertThat(refused).containsExactly("A1:2", "A1:2");
        comes(A, 1, 2);
        comes(A, 1, 3);
        assertThat(appended).containsExactly("A1:1", "A1:2", "A1:3");
    }

    @Test
    void theStateKnowsWhatEarlierTermsApplied() {
        applied.put(A, 7L);
        comes(A, 1, 7);
        comes(A, 1, 9);
        comes(A, 1, 8);
        assertThat(appended).containsExactly("A1:8");
        assertThat(refused).containsExactly("A1:8");
    }

    @Test
    void whatComesBeforeTheNoOpIsAppliedWaitsOnceEach() {
        ready = false;
        for (int i = 0; i < 10; i++) {
            comes(A, 1, 1);
            comes(A, 1, 2);
        }
        assertThat(appended).isEmpty();
        ready = true;
        comes(B, 1, 1); // behind those that wait
        intake.pump();
        assertThat(appended).containsExactly("A1:1", "A1:2", "B1:1");
    }

    @Test
    void aFullDiskMakesBatchesWaitUntilThereIsRoom() {
        accepts = false;
        comes(A, 1, 1);
        intake.pump();
        assertThat(appended).isEmpty();
        accepts = true;
        intake.pump();
        assertThat(appended).containsExactly("A1:1");
    }

    @Test
    void aNewStartOfAMemberCountsAnewAndItsEarlierLifeIsOver() {
        comes(A, 1, 1);
        comes(A, 2, 1);
        comes(A, 1, 2);
        comes(A, 2, 2);
        assertThat(appended).containsExactly("A1:1", "A2:1", "A2:2");
    }

    @Test
    void whoDoesNotLeadRefusesAndForgetsItsTerm() {
        comes(A, 1, 1);
        leads = false;
        intake.termChanged();
        comes(A, 1, 2);
        assertThat(refused).containsExactly("A1:0");
        leads = true;
        comes(A, 1, 1); // of the term before, perhaps lost with it: the state decides
        assertThat(appended).containsExactly("A1:1", "A1:1");
    }

    @Test
    void batchesOfWhoIsNoMemberAreNotAppended() {
        members.remove(B);
        comes(B, 1, 1);
        assertThat(appended).isEmpty();
        members.add(B);
        comes(B, 1, 1);
        assertThat(appended).containsExactly("B1:1");
    }

    @Test
    void aBatchThatMayNotBeProposedWhileLeadershipIsHandedOnIsNotCounted() {
        proposes = false;
        comes(A, 1, 1);
        proposes = true;
        comes(A, 1, 1);
        assertThat(appended).containsExactly("A1:1");
    }
}
