package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.JoinOutcome;
import io.raftqueue.command.Command;
import io.raftqueue.command.MessageBody;
import io.raftqueue.command.Result;
import io.raftqueue.raft.PeerMessage.Admin;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A {@link SimulatedHouse} that is led by the hand: real cores, logs and transfers in one thread, where time passes and
 * messages arrive only when the story says so.
 */
final class HouseStory {
    static final String QUEUE = "default";
    private static final int STEP_MILLIS = 10;

    final SimulatedHouse house = new SimulatedHouse(1);
    /** Told whom each message is for, before it is delivered; false loses it. */
    BiPredicate<SimulatedMember, PeerMessage> network = (to, message) -> true;

    /** Members that found a cluster and have a leader. */
    HouseStory(int voters) {
        house.found(voters);
        within(30, () -> leader() != null);
    }

    @Nullable
    SimulatedMember leaderOrNull() {
        return house.members.stream()
                .filter(m -> SimulatedHouse.runs(m) && m.leads() && m.core.ready())
                .findFirst()
                .orElse(null);
    }

    SimulatedMember leader() {
        return leaderOrNull();
    }

    List<SimulatedMember> followers() {
        SimulatedMember leader = leader();
        return house.members.stream().filter(m -> m.up && m != leader).toList();
    }

    CompletableFuture<Result> send(SimulatedMember at, int bytes, long seconds) {
        MessageBody body = new MessageBody(new byte[bytes], "application/octet-stream", Map.of(), 0, null);
        return submit(at, new Command.Send(QUEUE, body), seconds);
    }

    CompletableFuture<Result> submit(SimulatedMember at, Command command, long seconds) {
        CompletableFuture<Result> result = new CompletableFuture<>();
        at.core.submissions.add(command, result, late -> {}, at.now() + seconds * 1_000_000_000L, at.now());
        return result;
    }

    /** Asks a member for another's joining or removal. */
    CompletableFuture<JoinOutcome> ask(SimulatedMember asked, Admin.Kind kind, SimulatedMember whom, long seconds) {
        CompletableFuture<JoinOutcome> outcome = new CompletableFuture<>();
        asked.core.requests.add(
                kind, whom.name, whom.address, false, outcome, asked.now() + seconds * 1_000_000_000L, asked.now());
        return outcome;
    }

    /** The answer, however long it takes within its deadline. */
    Result answered(CompletableFuture<Result> call) {
        within(60, call::isDone);
        return call.join();
    }

    void within(int seconds, BooleanSupplier condition) {
        for (int i = 0; i < seconds * 1000 / STEP_MILLIS; i++) {
            if (condition.getAsBoolean()) {
                return;
            }
            step();
        }
        assertThat(condition.getAsBoolean())
                .as("within %d s of simulated time", seconds)
                .isTrue();
    }

    void passes(int seconds) {
        for (int i = 0; i < seconds * 1000 / STEP_MILLIS; i++) {
            step();
        }
    }

    void step() {
        house.advance(STEP_MILLIS);
        boolean moved = true;
        for (int round = 0; moved && round < 400; round++) {
            moved = false;
            for (SimulatedMember m : List.copyOf(house.members)) {
                if (SimulatedHouse.runs(m)) {
                    moved |= turn(m);
                } else if (!m.up) {
                    house.dropAllOf(m.slot); // nobody is there to get them
                }
            }
        }
    }

    private boolean turn(SimulatedMember m) {
        boolean moved = false;
        for (int from = 0; from < house.members.size(); from++) {
            if (m.up && house.pending(from, m.slot)) {
                PeerMessage.Envelope message = house.poll(from, m.slot, false);
                moved = true;
                if (network.test(m, message.message()) && m.up) {
                    house.run(m, () -> m.receive(message));
                }
            }
        }
        moved |= m.up && (m.dirty || !m.diskTasks.isEmpty() || !m.raftTasks.isEmpty());
        if (m.up) {
            house.run(m, m::diskWork);
            house.run(m, m::flush);
        }
        return moved;
    }
}
