package io.raftqueue.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.raftqueue.command.Command;
import io.raftqueue.command.CommandBatch;
import io.raftqueue.command.MessageBody;
import io.raftqueue.command.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What the host of the state relies on, beside the rules that the scripts tell. */
class QueueStateTest {
    private static final UUID NODE = new UUID(1, 1);
    private static final UUID OTHER = new UUID(-1, 1);

    private final QueueState state = new QueueState();

    @Test
    void anEntryIsGivenOnce() {
        state.apply(7, 70, batch(1), Changes.NONE);

        assertThatThrownBy(() -> state.apply(7, 80, batch(2), Changes.NONE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("entry 7 was given to a state that has applied up to 7");
        assertThatThrownBy(() -> state.advance(6, 0)).isInstanceOf(IllegalStateException.class);
        assertThat(state.appliedIndex()).isEqualTo(7);
        assertThat(state.lastSerial(NODE, 1)).isEqualTo(1);
    }

    @Test
    void indexAndTimeAreInTheSnapshotButNotInTheHash() {
        state.apply(7, 70, batch(1), Changes.NONE);
        long hash = state.hash();

        state.advance(9, 60);

        assertThat(state.hash()).isEqualTo(hash);
        QueueState restored = QueueState.restore(state.snapshot());
        assertThat(restored.appliedIndex()).isEqualTo(9);
        assertThat(restored.time()).as("cluster time never goes back").isEqualTo(70);
        assertThat(restored.hash()).isEqualTo(hash);
    }

    @Test
    void answersAreFoundByEpochAndSerial() {
        state.apply(1, 0, batch(1), Changes.NONE);
        state.apply(2, 0, batch(2), Changes.NONE);

        assertThat(state.answers(NODE, 1, 2)).containsExactly(new Result.Deleted(false));
        assertThat(state.answers(NODE, 1, 3)).isNull();
        assertThat(state.answers(NODE, 2, 2)).isNull();
        assertThat(state.answers(OTHER, 1, 1)).isNull();
        assertThat(state.lastSerial(NODE, 1)).isEqualTo(2);
        assertThat(state.lastSerial(NODE, 2)).isZero();
    }

    @Test
    void theHashTellsMembersWithDifferentSessionsApart() {
        QueueState one = new QueueState();
        QueueState two = new QueueState();
        one.retainSessions(Set.of(NODE, OTHER));
        two.retainSessions(Set.of(OTHER, NODE));
        assertThat(one.hash()).isEqualTo(two.hash());

        two.retainSessions(Set.of(NODE));

        assertThat(one.hash()).isNotEqualTo(two.hash());
    }

    @Test
    void whatARemovedMemberHadUnderWayIsNotAppliedAgainWhenItComesBack() {
        state.retainSessions(Set.of(NODE, OTHER));
        state.apply(1, 0, batch(1), Changes.NONE);
        state.retainSessions(Set.of(OTHER));

        QueueState restored = QueueState.restore(state.snapshot());
        restored.retainSessions(Set.of(NODE, OTHER));

        assertThat(restored.apply(2, 0, batch(1), Changes.NONE)).isEqualTo(new Outcome.Fenced(2));
        assertThat(restored.apply(3, 0, batch(2), Changes.NONE)).isEqualTo(new Outcome.Fenced(2));
        assertThat(restored.sessionEpoch(NODE)).isEqualTo(2);
    }

    @Test
    void keptTakesAreThoseOfTheKeptAnswers() {
        Command take = new Command.Take("q", 2);
        Command send = new Command.Send("q", new MessageBody(new byte[1], "", Map.of(), 0, null));
        state.apply(1, 0, new CommandBatch(NODE, 1, 1, List.of(send, send, send, take, send)), Changes.NONE);
        state.apply(2, 0, new CommandBatch(OTHER, 1, 1, List.of(take, take)), Changes.NONE);
        state.apply(3, 0, new CommandBatch(NODE, 1, 2, List.of(send, take)), Changes.NONE);

        long uid = state.figures("q").uid();
        QueueState restored = QueueState.restore(state.snapshot());
        assertThat(restored.keptTakes(NODE)).containsExactly(new Result.Taken(uid, 1, 2), new Result.Taken(uid, 5, 1));
        assertThat(restored.keptTakes(OTHER)).containsExactly(new Result.Taken(uid, 3, 2));
        assertThat(restored.keptTakes(new UUID(5, 5))).isEmpty();

        for (int serial = 3; serial <= QueueState.KEPT_ANSWERS + 1; serial++) {
            state.apply(1 + serial, 0, batch(serial), Changes.NONE);
        }
        assertThat(state.keptTakes(NODE))
                .as("the first answer is no longer kept")
                .containsExactly(new Result.Taken(uid, 5, 1));
        state.apply(100, 0, new CommandBatch(NODE, 2, 1, List.of(send)), Changes.NONE);
        assertThat(state.keptTakes(NODE)).as("another start").isEmpty();
    }

    @Test
    void keptAnswersAreBoundedInBytesToo() {
        int last = 40;
        for (int serial = 1; serial <= last; serial++) {
            state.apply(serial, 0, wordy(serial, 10_000), Changes.NONE);
        }

        assertThat(state.answers(NODE, 1, last)).hasSize(10_000);
        assertThat(state.answers(NODE, 1, last - 1)).hasSize(10_000);
        assertThat(state.answers(NODE, 1, last - 3)).isNull();
        assertThat(state.snapshot().length).isLessThan(QueueState.KEPT_ANSWER_BYTES + 1_000);
    }

    @Test
    void theNewestAnswerIsKeptHoweverLong() {
        state.apply(1, 0, batch(1), Changes.NONE);
        state.apply(2, 0, wordy(2, 60_000), Changes.NONE);

        assertThat(state.answers(NODE, 1, 1)).isNull();
        assertThat(state.answers(NODE, 1, 2)).hasSize(60_000);
        assertThat(QueueState.restore(state.snapshot()).hash()).isEqualTo(state.hash());
    }

    private static CommandBatch batch(long serial) {
        return new CommandBatch(NODE, 1, serial, List.of(new Command.DeleteQueue("nothing")));
    }

    /** Answers of two kinds in turn, which no run makes shorter. */
    private static CommandBatch wordy(long serial, int commands) {
        List<Command> turns = new ArrayList<>();
        for (int i = 0; i < commands / 2; i++) {
            turns.add(new Command.DeleteQueue("nothing"));
            turns.add(new Command.Take("nothing", 1));
        }
        return new CommandBatch(NODE, 1, serial, turns);
    }
}
