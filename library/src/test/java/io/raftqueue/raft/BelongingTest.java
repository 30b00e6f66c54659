package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.NodeOptions.Begin;
import io.raftqueue.NodeStatus;
import io.raftqueue.consensus.Configuration;
import io.raftqueue.consensus.ConsensusOptions;
import io.raftqueue.consensus.Entry;
import io.raftqueue.consensus.InternalEntryCodec;
import io.raftqueue.consensus.Member;
import io.raftqueue.consensus.RaftMessage;
import io.raftqueue.consensus.RaftMessage.AppendRequest;
import io.raftqueue.consensus.RaftMessage.Heartbeat;
import io.raftqueue.log.DataDirectory;
import io.raftqueue.log.LogOptions;
import io.raftqueue.log.SegmentedLog;
import io.raftqueue.log.disk.SimulatedDisk;
import io.raftqueue.log.disk.SimulatedDisk.PowerCut;
import io.raftqueue.raft.PeerMessage.Admin;
import io.raftqueue.raft.PeerMessage.AdminAnswer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

/** How a node comes into a cluster, whatever ends in the middle of it. */
class BelongingTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final UUID CLUSTER = new UUID(0xC1, 1);
    private static final UUID LEADER = new UUID(0x1EAD, 1);
    private static final UUID SELF = new UUID(0x5E1F, 1);

    private SimulatedDisk disk = new SimulatedDisk();
    private final List<PeerMessage> said = new ArrayList<>();
    private long now = 1;
    private long membersChanged;

    /** A node with nobody around. */
    private ReplicaCore start(Begin begin) {
        DataDirectory directory = DataDirectory.open(disk, "node02", () -> SELF);
        Queue<Runnable> tasks = new ArrayDeque<>();
        SegmentedLog log = directory.openLog(
                LogOptions.defaults().withSegmentBytes(4096).withWatermark(0, 0), (b, i) -> b, tasks::add);
        ReplicaCore core = new ReplicaCore(
                new Surroundings(
                        directory.identity(),
                        "app2:3001",
                        "",
                        begin,
                        ConsensusOptions.defaults(),
                        log,
                        directory::adoptCluster,
                        (to, sent) -> said.add(sent.message()),
                        Runnable::run,
                        tasks::add,
                        tasks::add,
                        new SplittableRandom(1),
                        () -> CLUSTER,
                        () -> now,
                        new SilentEvents() {
                            @Override
                            public void membersChanged() {
                                membersChanged++;
                            }
                        }),
                "./node02");
        core.start(now);
        return core;
    }

    private void pass(ReplicaCore core, int millis) {
        for (int i = 0; i < millis; i += 20) {
            now += 20 * MILLI;
            core.tick(now);
            core.endOfBatch(now);
        }
    }

    private void hears(ReplicaCore core, RaftMessage message) {
        receives(core, new PeerMessage.Consensus(new io.raftqueue.consensus.Envelope(CLUSTER, LEADER, SELF, message)));
    }

    private void receives(ReplicaCore core, PeerMessage message) {
        core.receive(new PeerMessage.Envelope(CLUSTER, LEADER, "node01", "app1:3001", SELF, message), now);
        core.endOfBatch(now);
    }

    private static Entry configuration(long index, boolean withSelf) {
        List<Member> members = new ArrayList<>(List.of(new Member("node01", LEADER, "app1:3001", "", true)));
        if (withSelf) {
            members.add(new Member("node02", SELF, "app2:3001", "", false));
        }
        return new Entry(index, 1, true, 0, InternalEntryCodec.encode(new Configuration(CLUSTER, members)));
    }

    private long knocks() {
        long knocks = said.stream().filter(Admin.class::isInstance).count();
        said.clear();
        return knocks;
    }

    @Test
    void aFoundingMayBeCutOffAtAnyMoment() {
        List<IntPredicate> survivals = List.of(i -> true, i -> false, i -> i % 2 == 0, i -> i % 2 == 1);
        boolean cutOff = true;
        for (int operation = 1; cutOff; operation++) {
            cutOff = false;
            for (IntPredicate survives : survivals) {
                disk = new SimulatedDisk().faultIn(operation, SimulatedDisk.Fault.POWER_CUT);
                try {
                    pass(start(new Begin.Bootstrap()), 500);
                } catch (PowerCut expected) {
                    cutOff = true;
                }
                disk = disk.crash(survives);
                ReplicaCore again = start(new Begin.Bootstrap());
                pass(again, 500);
                assertThat(again.ready())
                        .as("cut off at operation %s", operation)
                        .isTrue();
                assertThat(again.consensus().configuration().members()).hasSize(1);
            }
        }
    }

    @Test
    void whoIsCalledByALeaderAndThenForgottenGoesOnAsking() {
        ReplicaCore core = start(new Begin.Join("app1:3001"));
        pass(core, 1_000);
        assertThat(knocks()).isPositive();
        hears(core, new AppendRequest(1, 0, 0, 0, 0, List.of(configuration(1, false), configuration(2, true))));
        for (int i = 0; i < 10; i++) {
            pass(core, 400);
            hears(core, new Heartbeat(1, i, 1, 0));
        }
        assertThat(knocks()).as("while a leader is heard").isZero();
        pass(core, 10_000);
        assertThat(knocks())
                .as("what made it a member was lost with that leader")
                .isPositive();
    }

    private NodeStatus status(ReplicaCore core) {
        StatusBoard board = new StatusBoard(core);
        board.post(now, true);
        return board.status();
    }

    @Test
    void whoReadsOfTheTimeBeforeItCameWasNotRemoved() {
        ReplicaCore core = start(new Begin.Join("app1:3001"));
        hears(core, new AppendRequest(1, 0, 0, 1, 0, List.of(configuration(1, false))));
        assertThat(status(core).removed()).isFalse();
        assertThat(status(core).notReady()).containsExactly("catching up: no member yet, applied 1");
        hears(core, new AppendRequest(1, 1, 1, 2, 0, List.of(configuration(2, true))));
        assertThat(status(core).removed()).isFalse();
        hears(core, new AppendRequest(1, 2, 1, 3, 0, List.of(configuration(3, false))));
        assertThat(status(core).removed()).isTrue();
        assertThat(status(core).notReady().toString()).contains("removed from cluster");
    }

    private void readsOfItsRemoval(ReplicaCore core, long commitIndex) {
        hears(
                core,
                new AppendRequest(
                        1,
                        0,
                        0,
                        commitIndex,
                        0,
                        List.of(configuration(1, false), configuration(2, true), configuration(3, false))));
    }

    /** Until it is committed, the others may still need this node. */
    @Test
    void aRemovalIsToldOnceItIsCommitted() {
        ReplicaCore core = start(new Begin.Join("app1:3001"));
        readsOfItsRemoval(core, 2);
        assertThat(status(core).removed()).isFalse();
        assertThat(status(core).notReady())
                .containsExactly(
                        "being removed from cluster 0000, which is not known to be committed: do not stop it yet");
        hears(core, new Heartbeat(1, 1, 3, 0));
        assertThat(status(core).removed()).isTrue();
    }

    @Test
    void aRemovalOfAnEarlierRunIsToldOnceTheLeaderSaysSo() {
        readsOfItsRemoval(start(new Begin.Join("app1:3001")), 3);
        disk = disk.killed();
        ReplicaCore again = start(new Begin.Join("app1:3001"));
        assertThat(status(again).removed()).isFalse();
        long told = membersChanged;
        receives(
                again,
                new AdminAnswer(MembershipWiring.KNOCK, AdminAnswer.Outcome.UNKNOWN_MEMBER, "node02 was removed"));
        assertThat(status(again).removed()).isTrue();
        assertThat(membersChanged).isEqualTo(told + 1);
        hears(again, new AppendRequest(1, 3, 1, 4, 0, List.of(configuration(4, true))));
        assertThat(status(again).removed()).as("brought in again").isFalse();
    }

    @Test
    void whoWasRemovedDoesNotComeBackByItself() {
        ReplicaCore core = start(new Begin.Join("app1:3001"));
        readsOfItsRemoval(core, 3);
        said.clear();
        pass(core, 20_000);
        assertThat(knocks()).isZero();
        disk = disk.killed();
        pass(start(new Begin.Join("app1:3001")), 20_000);
        assertThat(knocks()).as("nor when it is started again").isZero();
    }
}
