package io.raftqueue.raft;

import io.raftqueue.NodeOptions.Begin;
import io.raftqueue.Role;
import io.raftqueue.command.CommandCodec;
import io.raftqueue.command.MessageCodec;
import io.raftqueue.log.DataDirectory;
import io.raftqueue.log.LogOptions;
import io.raftqueue.log.NoSpaceException;
import io.raftqueue.log.SegmentedLog;
import io.raftqueue.log.disk.SimulatedDisk;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One member of a {@link SimulatedHouse}: the real core, state, sessions and log, on a simulated disk, with a clock that
 * drifts. What the product runs on other threads waits in queues here until the schedule runs it.
 */
final class SimulatedMember extends SilentEvents {
    private static final LogOptions SMALL_LOG = LogOptions.defaults()
            .withSegmentBytes(4096)
            .withTailCacheBytes(2048)
            .withRetainedEntries(3)
            .withWatermark(0, 0);

    final SimulatedHouse house;
    final int slot;
    final String name;
    final String address;
    final Begin begin;
    final ArrayDeque<Runnable> raftTasks = new ArrayDeque<>();
    final ArrayDeque<Runnable> diskTasks = new ArrayDeque<>();
    SimulatedDisk disk = new SimulatedDisk();
    ReplicaCore core;
    boolean up;
    boolean paused;
    /** For good. */
    boolean stopped;

    boolean dirty;
    /** What is committed here was compared with the others up to this index. */
    long compared;
    /** The state at this index was compared. */
    long comparedState;

    /** When a snapshot of another member took the place of its log. */
    long installedAt = -1;

    double clockRate = 1;
    private long clock;
    private long clockAt;
    private @Nullable DataDirectory directory;
    private SegmentedLog log;

    SimulatedMember(SimulatedHouse house, int slot, String name, Begin begin) {
        this.house = house;
        this.slot = slot;
        this.name = name;
        this.address = SimulatedHouse.address(slot);
        this.begin = begin;
        this.clock = slot * 1_000_000_007L;
    }

    UUID incarnation() {
        return core.world.identity().incarnation();
    }

    boolean leads() {
        return up
                && core.consensus().leader() != null
                && core.consensus().leader().equals(incarnation());
    }

    long now() {
        clock += (long) ((house.now - clockAt) * clockRate);
        clockAt = house.now;
        return clock;
    }

    void start() {
        directory = DataDirectory.open(disk, name, house.identityByName ? () -> new UUID(0xB0B, slot) : house::uuid);
        log = directory.openLog(SMALL_LOG.withFsync(house.forces), SimulatedMember::body, diskTasks::add);
        core = new ReplicaCore(
                new Surroundings(
                        directory.identity(),
                        address,
                        "",
                        begin,
                        SimulatedHouse.OPTIONS,
                        log,
                        directory::adoptCluster,
                        (to, message) -> house.send(this, to, message),
                        Runnable::run,
                        diskTasks::add,
                        raftTasks::add,
                        new SplittableRandom(house.random.nextLong()),
                        house::uuid,
                        () -> house.now,
                        this),
                "./" + name,
                house.rulebook);
        up = true;
        paused = false;
        compared = log.snapshotIndex();
        comparedState = 0;
        house.log(() -> name + " starts as " + brief() + ", epoch "
                + directory.identity().epoch());
        core.start(now());
        dirty = true;
    }

    private static byte[] body(byte[] batch, int slot) {
        return MessageCodec.encode(CommandCodec.message(batch, slot));
    }

    String brief() {
        return Long.toString(directory.identity().incarnation().getLeastSignificantBits());
    }

    /** The process ends; with {@code powerCut}, so does the machine: of what was not forced a random part is gone. */
    void crash(boolean powerCut) {
        house.log(() -> name + (powerCut ? " loses power" : " is killed"));
        up = false;
        dirty = false;
        raftTasks.clear();
        diskTasks.clear();
        disk = powerCut ? disk.crash(i -> house.random.nextBoolean()) : disk.restarted();
    }

    /** Its directory is lost. */
    void wipe() {
        crash(true);
        disk = new SimulatedDisk();
        house.log(() -> name + " lost its directory");
    }

    void receive(PeerMessage.Envelope e) {
        house.log(() -> name + " gets " + SimulatedHouse.brief(e.message()) + " of " + e.senderId());
        core.receive(e, now());
        dirty = true;
    }

    void flush() {
        while (!raftTasks.isEmpty()) {
            raftTasks.remove().run();
            dirty = true;
        }
        if (dirty) {
            dirty = false;
            do {
                core.endOfBatch(now());
            } while (core.behind());
            house.committed.compare(this);
        }
    }

    void tick() {
        core.tick(now());
        dirty = true;
        flush();
    }

    void diskWork() {
        if (!diskTasks.isEmpty()) {
            try {
                diskTasks.remove().run();
            } catch (NoSpaceException full) {
                house.log(() -> name + ": " + full.getMessage());
            }
            dirty = true;
        }
    }

    @Override
    public void roleChanged(Role from, Role to, long term) {
        house.log(() -> name + " becomes " + to + " in term " + term);
        if (to == Role.LEADER) {
            house.elected(this, term);
        }
    }

    @Override
    public void leaderChanged(@Nullable String leaderId, long term) {
        if (!house.sessions) {
            raftTasks.add(() -> core.submissions.fenced(core.submissions.epoch(), now()));
        }
    }

    @Override
    public void membersChanged() {
        house.log(() -> name + " has members " + core.consensus().configuration());
    }
}
