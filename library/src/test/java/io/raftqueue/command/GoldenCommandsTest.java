package io.raftqueue.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The bytes of every command and result, pinned: what one release wrote the next one reads. */
class GoldenCommandsTest {
    private static final UUID NODE = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    private static final long MAY_2022 = 1_652_635_149_000L;

    private final GoldenBytes commands = new GoldenBytes("/golden/commands-v1.txt");
    private final GoldenBytes results = new GoldenBytes("/golden/results-v1.txt");
    private final GoldenBytes messages = new GoldenBytes("/golden/messages-v1.txt");

    @Test
    void commandsKeepTheirBytes() {
        Map<String, CommandBatch> batches = new TreeMap<>();
        batches.put("send", batch(new Command.Send("default", hi())));
        batches.put("send-all", batch(new Command.SendAll("orders", List.of(hi(), empty()))));
        batches.put("take", batch(new Command.Take("orders", 300)));
        batches.put("purge", batch(new Command.Purge("orders")));
        batches.put("configure", batch(new Command.Configure("orders", 1_000, Long.MAX_VALUE)));
        batches.put("delete-queue", batch(new Command.DeleteQueue("orders")));
        batches.put(
                "several",
                new CommandBatch(
                        NODE,
                        0,
                        Long.MAX_VALUE,
                        List.of(
                                new Command.Send("a", empty()),
                                new Command.Take("a", 1),
                                new Command.Send("b", hi()),
                                new Command.Purge("a"))));

        assertThat(commands.names()).containsExactlyElementsOf(batches.keySet());
        batches.forEach((name, batch) -> {
            assertThat(hex(CommandCodec.encode(batch))).as(name).isEqualTo(hex(commands.bytes(name)));
            assertThat(CommandCodec.decode(commands.bytes(name))).as(name).isEqualTo(batch);
        });
    }

    @Test
    void messagesKeepTheirBytes() {
        Map<String, MessageBody> bodies = new TreeMap<>();
        bodies.put("json", hi());
        bodies.put("text", new MessageBody(new byte[0], "text/plain", Map.of(), 0, null));
        bodies.put("bytes", empty());
        bodies.put("utf-8", new MessageBody(new byte[] {'x'}, "text/plain; charset=utf-8", Map.of(), -1, null));
        bodies.put(
                "everything",
                new MessageBody(
                        new byte[] {0, -1}, "image/png", Map.of("trace", "a1", "lang", "ä"), MAY_2022, "key-1"));

        assertThat(messages.names()).containsExactlyElementsOf(bodies.keySet());
        bodies.forEach((name, body) -> {
            assertThat(hex(MessageCodec.encode(body))).as(name).isEqualTo(hex(messages.bytes(name)));
            assertThat(MessageCodec.decode(messages.bytes(name))).as(name).isEqualTo(body);
        });
    }

    @Test
    void resultsKeepTheirBytes() {
        Map<String, List<Result>> lists = new TreeMap<>();
        lists.put("sent", List.of(new Result.Sent(300, 2)));
        lists.put("sent-in-a-row", List.of(new Result.Sent(7, 1), new Result.Sent(8, 1), new Result.Sent(9, 1)));
        lists.put("taken", List.of(new Result.Taken(5, 300, 1), new Result.Taken(5, 301, 1)));
        lists.put("empty", List.of(new Result.Taken(5, 300, 0), new Result.Taken(5, 300, 0)));
        lists.put("purged", List.of(new Result.Purged(1L << 35)));
        lists.put("configured", List.of(new Result.Configured()));
        lists.put("deleted", List.of(new Result.Deleted(true), new Result.Deleted(false)));
        lists.put(
                "refused",
                List.of(
                        new Result.Refused(Result.Refusal.QUEUE_FULL),
                        new Result.Refused(Result.Refusal.TOO_MANY_QUEUES),
                        new Result.Refused(Result.Refusal.NO_SUCH_QUEUE)));

        assertThat(results.names()).containsExactlyElementsOf(lists.keySet());
        lists.forEach((name, list) -> {
            assertThat(hex(ResultCodec.encode(list))).as(name).isEqualTo(hex(results.bytes(name)));
            assertThat(ResultCodec.decode(results.bytes(name))).as(name).isEqualTo(list);
        });
    }

    private static CommandBatch batch(Command command) {
        return new CommandBatch(NODE, 3, 4, List.of(command));
    }

    private static MessageBody hi() {
        return new MessageBody(
                "{\"a\":1}".getBytes(StandardCharsets.UTF_8), "application/json", Map.of(), MAY_2022, null);
    }

    private static MessageBody empty() {
        return new MessageBody(new byte[0], "application/octet-stream", Map.of(), 1, null);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
