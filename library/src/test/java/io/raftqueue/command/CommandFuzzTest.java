package io.raftqueue.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * Whatever the bytes, reading them gives a value or a {@link MalformedCommandException}; and since every value has one
 * spelling only, bytes that are read are written again as they were. Seeded: the seed of a failure is in its message.
 */
class CommandFuzzTest {
    private static final int ROUNDS = 60_000;

    @Test
    void batches() {
        fuzz(random -> CommandCodec.encode(batch(random)), bytes -> CommandCodec.encode(CommandCodec.decode(bytes)));
    }

    @Test
    void messagesOfABatchBySlot() {
        fuzz(random -> CommandCodec.encode(batch(random)), bytes -> {
            for (int slot = 0; slot < Math.min(20, CommandCodec.messageCount(bytes)); slot++) {
                CommandCodec.message(bytes, slot);
            }
            return bytes;
        });
    }

    @Test
    void messages() {
        fuzz(random -> MessageCodec.encode(message(random)), bytes -> MessageCodec.encode(MessageCodec.decode(bytes)));
    }

    @Test
    void results() {
        fuzz(random -> ResultCodec.encode(results(random)), bytes -> ResultCodec.encode(ResultCodec.decode(bytes)));
    }

    @Test
    void batchesOfRandomCommandsComeBackAsTheyWent() {
        for (long seed = 0; seed < 3_000; seed++) {
            CommandBatch batch = batch(new Random(seed));
            byte[] bytes = CommandCodec.encode(batch);
            assertThat(CommandCodec.decode(bytes)).as("seed %d", seed).isEqualTo(batch);
            assertThat(CommandCodec.encodedSize(batch)).as("seed %d", seed).isEqualTo(bytes.length);
            List<Result> results = results(new Random(seed));
            assertThat(ResultCodec.decode(ResultCodec.encode(results)))
                    .as("seed %d", seed)
                    .isEqualTo(results);
        }
    }

    private static void fuzz(java.util.function.Function<Random, byte[]> valid, UnaryOperator<byte[]> readAndWrite) {
        int read = 0;
        for (long seed = 0; seed < ROUNDS; seed++) {
            Random random = new Random(seed);
            byte[] bytes = random.nextInt(8) == 0 ? noise(random) : Mutations.mutated(valid.apply(random), random);
            try {
                byte[] again = readAndWrite.apply(bytes);
                read++;
                if (!Arrays.equals(again, bytes)) {
                    fail("seed %d: %s was read, but is written as %s", seed, hex(bytes), hex(again));
                }
            } catch (MalformedCommandException e) {
                if (e.offset() < 0 || e.offset() > bytes.length) {
                    fail("seed %d: offset outside the bytes: %s".formatted(seed, e.getMessage()), e);
                }
            } catch (RuntimeException | OutOfMemoryError e) {
                fail("seed %d: %s ends in %s".formatted(seed, hex(bytes), e), e);
            }
        }
        assertThat(read).as("mutations that were still readable").isBetween(ROUNDS / 200, ROUNDS - 1);
    }

    private static byte[] noise(Random random) {
        byte[] bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
        if (bytes.length > 0 && random.nextBoolean()) {
            bytes[0] = 1;
        }
        return bytes;
    }

    private static CommandBatch batch(Random random) {
        List<Command> commands = new ArrayList<>();
        for (int i = random.nextInt(6); i >= 0; i--) {
            commands.add(command(random));
        }
        return new CommandBatch(
                new UUID(random.nextLong(), random.nextLong()),
                random.nextLong() >>> 1 + random.nextInt(60),
                (random.nextLong() >>> 2 + random.nextInt(60)) + 1,
                commands);
    }

    private static Command command(Random random) {
        String queue = random.nextInt(3) == 0 ? "n".repeat(1 + random.nextInt(128)) : "q" + random.nextInt(2);
        return switch (random.nextInt(6)) {
            case 0 -> new Command.Send(queue, message(random));
            case 1 -> {
                List<MessageBody> messages = new ArrayList<>();
                for (int i = random.nextInt(5); i >= 0; i--) {
                    messages.add(message(random));
                }
                yield new Command.SendAll(queue, messages);
            }
            case 2 -> new Command.Take(queue, 1 + (random.nextInt(Integer.MAX_VALUE) >>> random.nextInt(31)));
            case 3 -> new Command.Purge(queue);
            case 4 ->
                new Command.Configure(
                        queue,
                        random.nextLong() >>> 1 + random.nextInt(60),
                        random.nextLong() >>> 1 + random.nextInt(60));
            default -> new Command.DeleteQueue(queue);
        };
    }

    private static MessageBody message(Random random) {
        byte[] payload = new byte[random.nextInt(5) == 0 ? random.nextInt(300) : random.nextInt(5)];
        random.nextBytes(payload);
        Map<String, String> headers = new TreeMap<>();
        for (int i = random.nextInt(5) - 2; i > 0; i--) {
            headers.put(text(random), text(random));
        }
        String[] types = {"application/json", "text/plain", "application/octet-stream", text(random)};
        return new MessageBody(
                payload,
                types[random.nextInt(types.length)],
                headers,
                random.nextLong() >> random.nextInt(64),
                random.nextInt(3) == 0 ? text(random) : null);
    }

    private static String text(Random random) {
        String[] pieces = {"a", "Z", "0", " ", "ä", "€", "\uFFFD", "😀", "\u0000", "\n"};
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(pieces[random.nextInt(pieces.length)]);
        }
        return text.toString();
    }

    private static List<Result> results(Random random) {
        List<Result> results = new ArrayList<>();
        for (int i = random.nextInt(8); i >= 0; i--) {
            results.add(
                    switch (random.nextInt(6)) {
                        case 0 -> new Result.Sent(random.nextInt(3), random.nextInt(3));
                        case 1 -> new Result.Taken(random.nextInt(2), random.nextInt(3), random.nextInt(3));
                        case 2 -> new Result.Purged(random.nextLong() >>> 1 + random.nextInt(60));
                        case 3 -> new Result.Configured();
                        case 4 -> new Result.Deleted(random.nextBoolean());
                        default -> new Result.Refused(Result.Refusal.values()[random.nextInt(3)]);
                    });
        }
        return results;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
