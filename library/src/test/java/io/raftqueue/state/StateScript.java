package io.raftqueue.state;

import io.raftqueue.command.Command;
import io.raftqueue.command.CommandBatch;
import io.raftqueue.command.CommandCodec;
import io.raftqueue.command.MessageBody;
import io.raftqueue.command.Result;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Plays one script against a state. The script's own words are explained in {@code scripts/README.txt}. The state is
 * replaced by a restored snapshot of itself before every line, so each script is a test of the snapshot too; commands
 * go through their wire format.
 */
final class StateScript implements Changes {
    private QueueState state = new QueueState(4);
    private long index;
    private String node = "n1";
    private final Map<String, Long> epochs = new TreeMap<>();
    private final Map<String, byte[]> batches = new TreeMap<>();
    private final Map<String, String> bodies = new TreeMap<>();
    private final List<String> changes = new ArrayList<>();

    /** What the state answers to one line of the script. */
    String play(String line) {
        state = QueueState.restore(state.snapshot());
        List<String> words = List.of(line.split(" +"));
        List<String> arguments = words.subList(1, words.size());
        return switch (words.get(0)) {
            case "send", "sendall", "take", "purge", "configure", "delete" -> propose(List.of(line));
            case "batch" -> propose(List.of(line.substring("batch ".length()).split(" *; *")));
            case "as" -> {
                node = arguments.get(0);
                yield "ok";
            }
            case "restart" -> {
                epochs.put(node, epoch() + 1);
                yield "epoch " + epoch();
            }
            case "ghost" -> ghost(line.substring("ghost ".length()));
            case "dup" -> apply(batches.get(batchName(epoch(), Long.parseLong(arguments.get(0)))));
            case "gap" -> apply(encode(epoch(), Long.parseLong(arguments.get(0)), List.of("send q lost")));
            case "members" -> members(arguments);
            case "figures" -> figures(arguments.get(0));
            case "queues" -> orNone(state.allFigures().stream().map(QueueFigures::name));
            case "waiting" -> waiting(arguments.get(0), Integer.parseInt(arguments.get(1)));
            case "changes" -> orNone(changes.stream());
            default -> throw new IllegalArgumentException("no such word: " + words.get(0));
        };
    }

    private String propose(List<String> commands) {
        long serial = state.lastSerial(uuid(node), epoch()) + 1;
        byte[] batch = encode(epoch(), serial, commands);
        batches.put(batchName(epoch(), serial), batch);
        return apply(batch);
    }

    /** A batch of the start before the present one. */
    private String ghost(String command) {
        return apply(encode(epoch() - 1, 1, List.of(command)));
    }

    private String apply(byte[] encoded) {
        changes.clear();
        index++;
        CommandBatch batch = CommandCodec.decode(encoded);
        keepBodies(encoded);
        Outcome outcome = state.apply(index, 1_000 * index, batch, this);
        if (outcome instanceof Outcome.Applied applied) {
            return text(applied.results());
        } else if (outcome instanceof Outcome.Duplicate duplicate) {
            List<Result> kept = duplicate.results();
            return kept == null ? "duplicate, answer not kept" : "duplicate of: " + text(kept);
        } else if (outcome instanceof Outcome.Gap gap) {
            return "gap, " + gap.expectedSerial() + " expected";
        } else if (outcome instanceof Outcome.Fenced fenced) {
            return fenced.epoch() < 0 ? "fenced, no member" : "fenced by epoch " + fenced.epoch();
        }
        throw new IllegalStateException("unexpected " + outcome);
    }

    private void keepBodies(byte[] encoded) {
        for (int slot = 0; slot < CommandCodec.messageCount(encoded); slot++) {
            bodies.put(index + "/" + slot, body(CommandCodec.message(encoded, slot)));
        }
    }

    private byte[] encode(long epoch, long serial, List<String> commands) {
        List<Command> parsed = commands.stream().map(this::command).toList();
        return CommandCodec.encode(new CommandBatch(uuid(node), epoch, serial, parsed));
    }

    private Command command(String line) {
        String[] words = line.split(" +");
        String queue = words[1];
        return switch (words[0]) {
            case "send" -> new Command.Send(queue, message(words[2]));
            case "sendall" ->
                new Command.SendAll(
                        queue, Arrays.stream(words).skip(2).map(this::message).toList());
            case "take" -> new Command.Take(queue, words.length > 2 ? Integer.parseInt(words[2]) : 1);
            case "purge" -> new Command.Purge(queue);
            case "configure" -> new Command.Configure(queue, Long.parseLong(words[2]), Long.parseLong(words[3]));
            case "delete" -> new Command.DeleteQueue(queue);
            default -> throw new IllegalArgumentException("no such command: " + line);
        };
    }

    private MessageBody message(String text) {
        return new MessageBody(
                text.getBytes(StandardCharsets.UTF_8), "text/plain", Map.of(), 1_000 * (index + 1), null);
    }

    private String text(List<Result> results) {
        return results.stream().map(this::text).collect(Collectors.joining("; "));
    }

    private String text(Result result) {
        if (result instanceof Result.Sent sent) {
            return "sent " + ids(sent.firstId(), sent.count());
        } else if (result instanceof Result.Taken taken) {
            return taken.count() == 0 ? "empty" : "took " + taken(taken);
        } else if (result instanceof Result.Purged purged) {
            return "purged " + purged.count();
        } else if (result instanceof Result.Configured) {
            return "configured";
        } else if (result instanceof Result.Deleted deleted) {
            return deleted.existed() ? "deleted" : "nothing to delete";
        } else if (result instanceof Result.Refused refused) {
            return "refused " + refused.why();
        }
        throw new IllegalStateException("unexpected " + result);
    }

    private String taken(Result.Taken taken) {
        List<String> texts = new ArrayList<>();
        for (long id = taken.firstId(); id < taken.firstId() + taken.count(); id++) {
            texts.add(id + "=" + bodies.get(bodyName(taken.queueUid(), id)));
        }
        return String.join(" ", texts);
    }

    private String members(List<String> names) {
        state.retainSessions(names.stream().map(StateScript::uuid).collect(Collectors.toCollection(TreeSet::new)));
        return "ok";
    }

    private String figures(String queue) {
        QueueFigures f = state.figures(queue);
        if (f == null) {
            return "no such queue";
        }
        return "uid %d, waiting %d of %d bytes, head %d sent at %d, next %d; sent %d taken %d purged %d refused %d; limits %d %d"
                .formatted(
                        f.uid(),
                        f.depth(),
                        f.bytes(),
                        f.headId(),
                        f.headSentAtMillis() / 1000,
                        f.nextId(),
                        f.sent(),
                        f.taken(),
                        f.purged(),
                        f.refused(),
                        f.maxMessages(),
                        f.maxBytes());
    }

    private String waiting(String queue, int limit) {
        return orNone(state.waiting(queue, limit).stream().map(String::valueOf));
    }

    @Override
    public void stored(long queueUid, String queue, long firstId, int count, long at, int firstSlot) {
        changes.add("stored " + queue + " " + ids(firstId, count) + " from slot " + firstSlot);
        for (int i = 0; i < count; i++) {
            bodies.put(bodyName(queueUid, firstId + i), bodies.get(at + "/" + (firstSlot + i)));
        }
    }

    @Override
    public void removed(long queueUid, long firstId, long count) {
        changes.add("removed #" + queueUid + " " + ids(firstId, count));
    }

    @Override
    public void queueDropped(long queueUid, String queue) {
        changes.add("dropped " + queue + " #" + queueUid);
    }

    @Override
    public void figures(QueueFigures figures) {
        changes.add("figures " + figures.name() + " " + figures.depth());
    }

    private static String orNone(Stream<String> items) {
        String joined = items.collect(Collectors.joining(", "));
        return joined.isEmpty() ? "none" : joined;
    }

    private static String ids(long first, long count) {
        return count == 1 ? "" + first : first + ".." + (first + count - 1);
    }

    private static String body(MessageBody message) {
        return new String(message.payload(), StandardCharsets.UTF_8);
    }

    private static String bodyName(long queueUid, long id) {
        return "#" + queueUid + " " + id;
    }

    private String batchName(long epoch, long serial) {
        return node + " " + epoch + " " + serial;
    }

    private long epoch() {
        return epochs.getOrDefault(node, 1L);
    }

    private static UUID uuid(String name) {
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    }
}
