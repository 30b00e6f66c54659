package io.raftqueue.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.consensus.RaftMessage.AppendRequest;
import io.raftqueue.consensus.RaftMessage.AppendResponse;
import io.raftqueue.consensus.RaftMessage.Heartbeat;
import io.raftqueue.consensus.RaftMessage.HeartbeatResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a follower answers when several questions came at once. */
class FollowerAnswersTest {
    private static final UUID CLUSTER = new UUID(0xC1, 1);
    private static final UUID LEADER = new UUID(0xA, 1);
    private static final UUID SELF = new UUID(0xA, 2);

    private final List<RaftMessage> answers = new ArrayList<>();
    /** Others take the room between the question and the append. */
    private boolean roomGoes;

    private final SimulatedStorage storage = new SimulatedStorage() {
        @Override
        public boolean tryAppend(List<Entry> entries) {
            return !roomGoes && super.tryAppend(entries);
        }
    };
    private final Consensus follower = new Consensus(
            ConsensusOptions.defaults(),
            SELF,
            storage,
            (envelope, member) -> answers.add(envelope.message()),
            new SilentListener(),
            new SplittableRandom(1));

    private void comes(RaftMessage message) {
        follower.receive(new Envelope(CLUSTER, LEADER, SELF, message), 1);
    }

    /** A new leader begins with both: were only one answered, its first entry would wait for the next heartbeat. */
    @Test
    void aQuestionAndAHeartbeatOfOneBatchAreBothAnswered() {
        follower.start(null, 1);
        comes(new AppendRequest(1, 0, 0, 0, 0, List.of()));
        comes(new Heartbeat(1, 1, 0, 0));
        follower.flush(1);
        assertThat(answers)
                .hasAtLeastOneElementOfType(HeartbeatResponse.class)
                .hasAtLeastOneElementOfType(AppendResponse.class);
    }

    @Test
    void aHeartbeatAloneIsAnsweredOnce() {
        follower.start(null, 1);
        comes(new Heartbeat(1, 1, 0, 0));
        follower.flush(1);
        follower.flush(1);
        assertThat(answers).singleElement().isInstanceOf(HeartbeatResponse.class);
    }

    @Test
    void whatFoundNoRoomIsNotAnsweredUntilItDoes() {
        AppendRequest request = new AppendRequest(1, 0, 0, 1, 0, List.of(new Entry(1, 1, false, 0, new byte[8])));
        follower.start(null, 1);
        roomGoes = true;
        comes(request);
        follower.flush(1);
        assertThat(answers).isEmpty();
        assertThat(follower.full()).isTrue();
        assertThat(follower.commitIndex()).isZero();

        roomGoes = false;
        comes(request);
        storage.sync();
        follower.durableAdvanced(1);
        follower.flush(1);
        assertThat(answers).contains(new AppendResponse(1, 1, 1));
        assertThat(follower.full()).isFalse();
        assertThat(follower.commitIndex()).isEqualTo(1);
    }
}
