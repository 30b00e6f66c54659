package io.raftqueue.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.consensus.Entry;
import io.raftqueue.log.disk.SimulatedDisk;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A follower through changing leaders, with a ledger beside it: it votes, takes tails that the next leader cuts off again,
 * applies what is committed, makes snapshots, reclaims, and is given whole snapshots when it lags. What is committed lies
 * in the log of a leader that never stops. It may be interrupted anywhere; then {@link #check} looks at what is left.
 */
final class FollowerRun {
    private static final int MOST_PIECES = 60;

    private final Random random;
    private final QueueStory leader;
    /** The leader's state after each entry. */
    private final List<byte[]> states = new ArrayList<>(List.of(new byte[0]));
    /** What the follower's log holds if nothing is lost. */
    private List<Entry> written = new ArrayList<>();

    private long term = 1;
    private long floor;
    private long committed;
    private long installing;
    private long promisedTerm;
    private @Nullable UUID promisedVote;
    private long termUnderWay;
    private @Nullable UUID voteUnderWay;

    int cuts;
    int installs;
    int refusals;

    FollowerRun(long seed) {
        random = new Random(seed);
        leader = new QueueStory(LogFixture.open(new SimulatedDisk(), LogFixture.SMALL, QueueStory.BODIES).log);
    }

    void run(SimulatedDisk disk, int steps, Runnable afterEachStep) {
        LogFixture f = LogFixture.open(disk, LogFixture.SMALL, QueueStory.BODIES);
        QueueStory own = new QueueStory(f.log);
        for (int step = 0; step < steps; step++) {
            try {
                step(f.log, own);
            } catch (NoSpaceException refused) {
                refusals++;
            }
            afterEachStep.run();
        }
        f.close();
        floor = written.size();
    }

    private void step(SegmentedLog log, QueueStory own) {
        int choice = random.nextInt(100);
        if (choice < 40) {
            leaderGoesOn(1 + random.nextInt(4));
            follow(log, own, leader.applied);
        } else if (choice < 52) {
            lead(log);
        } else if (choice < 60) {
            log.sync();
            floor = log.durableIndex();
        } else if (choice < 66) {
            promise(log, ++term, random.nextBoolean() ? new UUID(random.nextLong(), 1) : null);
        } else if (choice < 78) {
            own.snapshot();
        } else if (choice < 92) {
            log.reclaim();
        } else {
            leaderGoesOn(10 + random.nextInt(20));
            leader.snapshot();
            install(log, own);
        }
    }

    private void leaderGoesOn(int entries) {
        if (random.nextInt(3) == 0) {
            leader.log.saveTermAndVote(++term, null);
        }
        for (int i = 0; i < entries; i++) {
            long queue = 1 + random.nextInt(3);
            if (random.nextInt(5) < 3) {
                leader.send(queue, 1 + random.nextInt(4), 8 + random.nextInt(200));
            } else {
                leader.take(queue, 1 + random.nextInt(5));
            }
            states.add(QueueStory.encode(leader.queues));
        }
    }

    /** The follower leads for a moment; no majority has what it writes then. */
    private void lead(SegmentedLog log) {
        promise(log, ++term, null);
        long first = log.lastIndex() + 1;
        append(log, LogFixture.entries(first, first + random.nextInt(12), term, 20 + random.nextInt(400)));
    }

    /** What the leader has up to the index, in the place of whatever else is there; then it is committed. */
    private void follow(SegmentedLog log, QueueStory own, long index) {
        if (leader.log.term() > log.term()) {
            promise(log, leader.log.term(), null);
        }
        long next = committed + 1;
        while (next <= Math.min(index, log.lastIndex()) && log.termAt(next) == leader.log.termAt(next)) {
            next++;
        }
        if (next <= log.lastIndex()) {
            floor = Math.min(floor, next - 1);
            log.truncateFrom(next);
            written = new ArrayList<>(written.subList(0, (int) next - 1));
            cuts++;
        }
        append(log, leader.log.entries(next, index, Integer.MAX_VALUE));
        log.sync();
        floor = log.durableIndex();
        committed = index;
        own.applyTo(index);
    }

    private void append(SegmentedLog log, List<Entry> entries) {
        List<Entry> before = written;
        written = new ArrayList<>(before);
        written.addAll(entries);
        try {
            log.append(entries);
        } catch (NoSpaceException refused) {
            written = before;
            throw refused;
        } finally {
            floor = Math.max(floor, log.durableIndex());
        }
    }

    private void promise(SegmentedLog log, long newTerm, @Nullable UUID vote) {
        termUnderWay = newTerm;
        voteUnderWay = vote;
        log.saveTermAndVote(newTerm, vote);
        promisedTerm = newTerm;
        promisedVote = vote;
    }

    private void install(SegmentedLog log, QueueStory own) {
        if (leader.log.term() > log.term()) {
            promise(log, leader.log.term(), null);
        }
        List<MessageRange> taken = takenLately();
        SnapshotReceiver receiver = log.receiveSnapshot();
        try (SnapshotSource source = leader.log.openSnapshotSource(snapshot -> taken)) {
            for (int i = 0; i < MOST_PIECES && !receiver.complete(); i++) {
                receiver.write(receiver.offset(), source.read(receiver.offset(), 2000));
            }
        }
        if (!receiver.complete()) {
            receiver.close();
            return;
        }
        installing = leader.log.snapshotIndex();
        StoredSnapshot installed;
        try {
            installed = receiver.install();
        } catch (NoSpaceException refused) {
            installing = 0;
            throw refused;
        }
        if (installed != null) {
            own.load(installed);
            written = new ArrayList<>(leader.log.entries(1, installed.index(), Integer.MAX_VALUE));
            floor = installed.index();
            committed = installed.index();
            installs++;
            for (MessageRange range : taken) {
                assertThat(log.holds(range)).as("%s, asked for", range).isTrue();
                for (long id = range.firstId(); id < range.end(); id++) {
                    byte[] body = log.body(range.queueUid(), id);
                    assertThat(body).isEqualTo(QueueStory.body(range.queueUid(), id, body.length));
                }
            }
        }
        installing = 0;
    }

    /** Something that was taken of each queue that it can be asked for: the leader, who reclaims nothing, has all. */
    private List<MessageRange> takenLately() {
        List<MessageRange> taken = new ArrayList<>();
        leader.queues.forEach((uid, figures) -> {
            if (figures[0] > 1 && random.nextInt(3) > 0) {
                long first = 1 + random.nextLong(figures[0] - 1);
                taken.add(new MessageRange(uid, first, 1 + random.nextLong(figures[0] - first)));
            }
        });
        return taken;
    }

    /** Opens what is left of the directory and compares; then catches up with the leader. */
    void check(SimulatedDisk left, String story) {
        try (LogFixture f = LogFixture.open(left, LogFixture.SMALL, QueueStory.BODIES)) {
            boolean justInstalled = installing > 0 && f.log.snapshotIndex() == installing;
            long applied = justInstalled ? installing : committed;
            long last = f.log.lastIndex();
            if (justInstalled) {
                assertThat(last).as(story).isEqualTo(installing);
            } else {
                assertThat(last).as("%s: durable up to %s", story, floor).isBetween(floor, (long) written.size());
                for (Entry entry : f.all()) {
                    assertThat(LogFixture.same(entry, written.get((int) entry.index() - 1)))
                            .as("%s: entry %s", story, entry)
                            .isTrue();
                }
            }
            boolean kept = f.log.term() == promisedTerm && Objects.equals(f.log.votedFor(), promisedVote);
            boolean newer = f.log.term() == termUnderWay && Objects.equals(f.log.votedFor(), voteUnderWay);
            assertThat(kept || newer).as("%s: term %s", story, f.log.term()).isTrue();
            QueueStory own = new QueueStory(f.log, applied);
            assertThat(QueueStory.encode(own.queues)).as(story).isEqualTo(states.get((int) applied));
            own.checkBodies(story);

            f.log.truncateFrom(applied + 1);
            if (applied < leader.applied) {
                f.log.append(leader.log.entries(applied + 1, leader.applied, Integer.MAX_VALUE));
            }
            own.applyTo(leader.applied);
            own.snapshot();
            f.log.reclaim();
            f.log.reclaim();
            f.log.reclaim();
            own.checkBodies(story + ", later");
        }
        try (LogFixture again = LogFixture.open(left.crash(n -> false), LogFixture.SMALL, QueueStory.BODIES)) {
            QueueStory own = new QueueStory(again.log);
            assertThat(QueueStory.encode(own.queues)).as(story).isEqualTo(QueueStory.encode(leader.queues));
            own.checkBodies(story + ", and again");
        }
    }
}
