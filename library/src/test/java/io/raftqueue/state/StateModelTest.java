package io.raftqueue.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.command.Command;
import io.raftqueue.command.CommandBatch;
import io.raftqueue.command.CommandCodec;
import io.raftqueue.command.MalformedCommandException;
import io.raftqueue.command.MessageBody;
import io.raftqueue.command.Mutations;
import io.raftqueue.command.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Random batches of three members, with repetitions, gaps and restarts, against a plain model. A second state is
 * replaced by a restored snapshot of itself after every step and must never differ. Seeded: -Dseed=N plays one.
 */
class StateModelTest {
    private static final int MAX_QUEUES = 4;
    private static final int STEPS = 300;

    @Test
    void theStateIsThePlainModelAndItsSnapshotIsAllOfIt() {
        Long one = Long.getLong("seed");
        for (long seed = one == null ? 0 : one; seed < (one == null ? 250 : one + 1); seed++) {
            try {
                new Run(seed).play();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    /** One story. Batches go through their wire format. */
    private static final class Run implements Changes {
        private final Random random;
        private final PlainModel model = new PlainModel(MAX_QUEUES);
        private final QueueState state = new QueueState(MAX_QUEUES);
        private QueueState restored = new QueueState(MAX_QUEUES);
        private final long[] epochs = {1, 1, 1};
        private final List<List<Sent>> sent = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());

        /** What the changes told: the bodies that wait, by queue uid and id, and the figures by name. */
        private final Map<Long, TreeMap<Long, MessageBody>> bodies = new TreeMap<>();

        private final Map<String, QueueFigures> figures = new TreeMap<>();
        private byte[] encoded = new byte[0];
        private long index;

        private record Sent(long epoch, byte[] batch, List<Result> results) {}

        Run(long seed) {
            random = new Random(seed);
        }

        void play() {
            for (int step = 0; step < STEPS; step++) {
                int member = random.nextInt(3);
                switch (random.nextInt(12)) {
                    case 0 -> repeat(member);
                    case 1 -> skipAhead(member);
                    case 2 -> restart(member);
                    default -> propose(member);
                }
                compare();
            }
        }

        private void propose(int member) {
            CommandBatch batch = batch(member, serial(member) + 1);
            List<Result> expected = batch.commands().stream().map(model::apply).toList();
            byte[] bytes = CommandCodec.encode(batch);
            assertThat(apply(bytes)).isEqualTo(new Outcome.Applied(expected));
            sent.get(member).add(new Sent(epochs[member], bytes, expected));
        }

        private void repeat(int member) {
            List<Sent> all = sent.get(member);
            if (all.isEmpty()) {
                return;
            }
            int back = random.nextInt(Math.min(all.size(), 20));
            Sent old = all.get(all.size() - 1 - back);
            Outcome outcome = apply(old.batch());
            if (old.epoch() < state.sessions().get(node(member)).epoch()) {
                assertThat(outcome).isInstanceOf(Outcome.Fenced.class);
            } else {
                List<Result> kept = back < QueueState.KEPT_ANSWERS ? old.results() : null;
                assertThat(outcome).isEqualTo(new Outcome.Duplicate(kept));
            }
        }

        private void skipAhead(int member) {
            long next = serial(member) + 1;
            byte[] bytes = CommandCodec.encode(batch(member, next + 1 + random.nextInt(3)));
            assertThat(apply(bytes)).isEqualTo(new Outcome.Gap(next));
        }

        private void restart(int member) {
            epochs[member] += 1 + random.nextInt(2);
        }

        private Outcome apply(byte[] bytes) {
            index += 1 + random.nextInt(3);
            encoded = bytes;
            Outcome outcome = state.apply(index, index * 10, CommandCodec.decode(bytes), this);
            Outcome twin = restored.apply(index, index * 10, CommandCodec.decode(bytes), Changes.NONE);
            assertThat(twin).isEqualTo(outcome);
            return outcome;
        }

        private void compare() {
            byte[] snapshot = state.snapshot();
            restored = QueueState.restore(restored.snapshot());
            assertThat(restored.snapshot()).isEqualTo(snapshot);
            assertThat(restored.hash()).isEqualTo(state.hash());
            assertThat(restored.allFigures()).isEqualTo(state.allFigures());
            assertThat(state.allFigures()).containsExactlyElementsOf(figures.values());
            assertThat(figures.keySet()).isEqualTo(model.queues.keySet());
            model.queues.forEach((name, queue) -> assertThat(figures.get(name)).isEqualTo(plainFigures(name, queue)));
            model.queues.forEach((name, queue) -> {
                List<Long> ids =
                        queue.waiting.stream().map(PlainModel.Waiting::id).toList();
                List<MessageBody> messages =
                        queue.waiting.stream().map(PlainModel.Waiting::message).toList();
                TreeMap<Long, MessageBody> known = bodies.getOrDefault(queue.uid, new TreeMap<>());
                assertThat(state.waiting(name, Integer.MAX_VALUE)).isEqualTo(ids);
                assertThat(known.keySet()).containsExactlyElementsOf(ids);
                assertThat(known.values()).containsExactlyElementsOf(messages);
            });
        }

        /** So few messages wait here that bytes and times are exact. */
        private static QueueFigures plainFigures(String name, PlainModel.PlainQueue queue) {
            PlainModel.Waiting head = queue.waiting.peek();
            return new QueueFigures(
                    name,
                    queue.uid,
                    queue.waiting.size(),
                    queue.bytes(),
                    head == null ? queue.nextId : head.id(),
                    queue.nextId,
                    head == null ? 0 : head.message().sentAtMillis(),
                    queue.sent,
                    queue.taken,
                    queue.purged,
                    queue.refused,
                    queue.maxMessages,
                    queue.maxBytes);
        }

        @Override
        public void stored(long queueUid, String queue, long firstId, int count, long at, int firstSlot) {
            assertThat(at).isEqualTo(index);
            for (int i = 0; i < count; i++) {
                bodies.computeIfAbsent(queueUid, uid -> new TreeMap<>())
                        .put(firstId + i, CommandCodec.message(encoded, firstSlot + i));
            }
        }

        @Override
        public void removed(long queueUid, long firstId, long count) {
            for (long id = firstId; id < firstId + count; id++) {
                assertThat(bodies.get(queueUid).remove(id)).isNotNull();
            }
        }

        @Override
        public void queueDropped(long queueUid, String queue) {
            bodies.remove(queueUid);
            figures.remove(queue);
        }

        @Override
        public void figures(QueueFigures now) {
            figures.put(now.name(), now);
        }

        private CommandBatch batch(int member, long serial) {
            List<Command> commands = new ArrayList<>();
            for (int i = random.nextInt(5); i >= 0; i--) {
                commands.add(command());
            }
            return new CommandBatch(node(member), epochs[member], serial, commands);
        }

        private Command command() {
            String queue = "q" + random.nextInt(MAX_QUEUES + 1);
            return switch (random.nextInt(20)) {
                case 0 -> new Command.DeleteQueue(queue);
                case 1 -> new Command.Purge(queue);
                case 2 -> new Command.Configure(queue, random.nextInt(3) * 5L, random.nextInt(3) * 30L);
                case 3, 4, 5, 6, 7 -> new Command.Take(queue, 1 + random.nextInt(4));
                case 8, 9, 10 -> new Command.SendAll(queue, List.of(message(), message(), message()));
                default -> new Command.Send(queue, message());
            };
        }

        private MessageBody message() {
            return new MessageBody(new byte[random.nextInt(9)], "text/plain", Map.of(), random.nextInt(100_000), null);
        }

        private long serial(int member) {
            return state.lastSerial(node(member), epochs[member]);
        }

        private static UUID node(int member) {
            return new UUID(member - 1L, 7);
        }
    }

    @Test
    void damagedSnapshotsAreRefusedOrReadAsTheyStand() {
        Run run = new Run(1);
        run.play();
        byte[] snapshot = run.state.snapshot();
        int refused = 0;
        for (long seed = 0; seed < 20_000; seed++) {
            byte[] bytes = Mutations.mutated(snapshot, new Random(seed));
            try {
                assertThat(QueueState.restore(bytes).snapshot())
                        .as("seed %d", seed)
                        .isEqualTo(bytes);
            } catch (MalformedCommandException e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(5_000, 19_999);
    }
}
