package io.raftqueue.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.raftqueue.command.Command;
import io.raftqueue.command.CommandBatch;
import io.raftqueue.command.GoldenBytes;
import io.raftqueue.command.MalformedCommandException;
import io.raftqueue.command.MessageBody;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The bytes of a snapshot, pinned: a node reads what the release before it wrote. */
class GoldenSnapshotTest {
    private static final UUID ONE = UUID.fromString("00112233-4455-6677-0101-010101010101");
    private static final UUID TWO = UUID.fromString("00112233-4455-6677-0202-020202020202");

    private final GoldenBytes snapshots = new GoldenBytes("/golden/snapshots-v1.txt");

    @Test
    void anEmptyStateKeepsItsBytes() {
        assertPinned("empty", new QueueState());
    }

    @Test
    void aStateWithEverythingInItKeepsItsBytes() {
        QueueState state = new QueueState();
        state.advance(2, 2_000);
        state.retainSessions(Set.of(TWO, ONE));
        apply(state, 3, new Command.Configure("orders", 10, 1_000));
        apply(
                state,
                4,
                new Command.SendAll("orders", List.of(message(5, 4_000), message(7, 4_001), message(7, 4_002))),
                new Command.Send("temporary", message(1, 4_003)));
        MessageBody big = message(300, 5_000);
        apply(
                state,
                5,
                new Command.Take("orders", 1),
                new Command.SendAll("orders", List.of(big, big, big, big)),
                new Command.DeleteQueue("temporary"));

        assertPinned("orders", state);
    }

    @Test
    void aNewerFormatIsNamedNotGuessed() {
        assertThatThrownBy(() -> QueueState.restore(new byte[] {2, 0, 0}))
                .isInstanceOf(MalformedCommandException.class)
                .hasMessage("malformed state snapshot: version 2 is not read by this release at byte 1 of 3");
    }

    private void assertPinned(String name, QueueState state) {
        byte[] pinned = snapshots.bytes(name);
        assertThat(hex(state.snapshot())).isEqualTo(hex(pinned));
        assertThat(hex(QueueState.restore(pinned).snapshot())).isEqualTo(hex(pinned));
        assertThat(QueueState.restore(pinned).hash()).isEqualTo(state.hash());
    }

    private static void apply(QueueState state, long index, Command... commands) {
        CommandBatch batch = new CommandBatch(ONE, 2, index - 2, List.of(commands));
        assertThat(state.apply(index, 1_000 * index, batch, Changes.NONE)).isInstanceOf(Outcome.Applied.class);
    }

    private static MessageBody message(int size, long sentAt) {
        return new MessageBody(new byte[size], "text/plain", Map.of(), sentAt, null);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
