package io.raftqueue.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What goes in comes out, and the figures the packer relies on are true. */
class CommandCodecTest {
    private static final UUID NODE = new UUID(1, 2);

    @Test
    void everyCommandComesBackAsItWent() {
        CommandBatch batch = batch(
                new Command.Send("default", message("a")),
                new Command.Send("default", message("")),
                new Command.SendAll("orders", List.of(message("b"), rich("c"), message("d"))),
                new Command.Take("orders", 10),
                new Command.Purge("default"),
                new Command.Configure("default", 100, Long.MAX_VALUE),
                new Command.DeleteQueue("a.b_c-D9"));

        assertThat(CommandCodec.decode(CommandCodec.encode(batch))).isEqualTo(batch);
    }

    @Test
    void aMessageIsFoundByItsSlotAlone() {
        byte[] bytes = CommandCodec.encode(batch(
                new Command.Send("q", message("a")),
                new Command.Take("q", 1),
                new Command.SendAll("r", List.of(message("b"), rich("c"))),
                new Command.Send("q", message("d"))));

        assertThat(CommandCodec.messageCount(bytes)).isEqualTo(4);
        assertThat(CommandCodec.message(bytes, 0)).isEqualTo(message("a"));
        assertThat(CommandCodec.message(bytes, 1)).isEqualTo(message("b"));
        assertThat(CommandCodec.message(bytes, 2)).isEqualTo(rich("c"));
        assertThat(CommandCodec.message(bytes, 3)).isEqualTo(message("d"));
        assertThatThrownBy(() -> CommandCodec.message(bytes, 4))
                .isInstanceOf(MalformedCommandException.class)
                .hasMessageContaining("no slot 4 among 4 messages");
    }

    @Test
    void theSizeIsKnownBeforeEncoding() {
        String longest = "n".repeat(QueueName.MAX_LENGTH);
        CommandBatch batch = batch(
                new Command.Send(longest, rich("ä€😀")),
                new Command.Send(longest, message("x".repeat(200))),
                new Command.SendAll("r", List.of(message("b"))),
                new Command.Take("r", 1_000_000),
                new Command.Configure("r", 1, 1L << 40));

        int size = CommandCodec.encode(batch).length;

        assertThat(CommandCodec.encodedSize(batch)).isEqualTo(size);
        assertThat(batch.commands().stream().mapToInt(CommandCodec::encodedSize).sum())
                .isBetween(size - CommandCodec.MAX_BATCH_OVERHEAD, size + longest.length());
    }

    @Test
    void aMessageStandsAloneInTheSameBytesAsInABatch() {
        byte[] alone = MessageCodec.encode(rich("payload"));
        byte[] batch = CommandCodec.encode(batch(new Command.Send("q", rich("payload"))));

        assertThat(MessageCodec.decode(alone)).isEqualTo(rich("payload"));
        assertThat(alone).hasSize(MessageCodec.encodedSize(rich("payload")));
        assertThat(batch).endsWith(alone);
    }

    @Test
    void aSmallMessageCostsSixteenBytesBesideItsPayload() {
        Command send = new Command.Send("default", message("x".repeat(100)));
        int one = CommandCodec.encodedSize(batch(send));
        int two = CommandCodec.encodedSize(batch(send, send));

        assertThat(two - one).isLessThanOrEqualTo(100 + 16);
    }

    @Test
    void aBatchOverTheLimitIsNotWritten() {
        MessageBody big = new MessageBody(new byte[33 << 20], "application/octet-stream", Map.of(), 0, null);

        assertThatThrownBy(() -> CommandCodec.encode(batch(new Command.SendAll("q", List.of(big, big)))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("over the limit of 67108864");
    }

    @Test
    void whatNoMemberMayProposeIsNoCommand() {
        assertThatThrownBy(() -> new Command.Send("a b", message("x"))).hasMessageContaining("queue name 'a b'");
        assertThatThrownBy(() -> new Command.Purge("")).hasMessageContaining("1 to 128");
        assertThatThrownBy(() -> new Command.Take("q", 0)).hasMessageContaining("asks for 0 messages");
        assertThatThrownBy(() -> new Command.SendAll("q", List.of())).hasMessageContaining("no message");
        assertThatThrownBy(() -> new Command.Configure("q", -1, 0))
                .hasMessageContaining("must be 0 (none) or positive");
        assertThatThrownBy(() -> new CommandBatch(NODE, 1, 0, List.of(new Command.Purge("q"))))
                .hasMessageContaining("serial 0");
        assertThatThrownBy(() -> new MessageBody(new byte[0], "text/plain", Map.of("a", "\ud83d"), 0, null))
                .hasMessageContaining("unpaired surrogate");
    }

    private static CommandBatch batch(Command... commands) {
        return new CommandBatch(NODE, 3, 4, List.of(commands));
    }

    static MessageBody message(String text) {
        return new MessageBody(
                text.getBytes(StandardCharsets.UTF_8), "application/json", Map.of(), 1_700_000_000_000L, null);
    }

    static MessageBody rich(String text) {
        return new MessageBody(
                text.getBytes(StandardCharsets.UTF_8),
                "image/png; größe=1",
                Map.of("trace", "😀 \u0000 ünï", "a", ""),
                -5,
                "key-1");
    }
}
