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
 * A run of a log with a ledger beside it: what was written, what the log has called durable, what it has promised. It may
 * be interrupted anywhere; then {@link #check} tells whether what a restart finds keeps the ledger.
 */
final class RecordedRun {
    private final long seed;
    private final int steps;

    /** What the log holds if nothing is lost. */
    private List<Entry> written = new ArrayList<>();

    private long floor;
    private long promisedTerm;
    private @Nullable UUID promisedVote;
    private long termUnderWay;
    private @Nullable UUID voteUnderWay;
    private boolean promising;

    RecordedRun(long seed, int steps) {
        this.seed = seed;
        this.steps = steps;
    }

    /** Opens a log on the disk and drives it, until the end or whatever interrupts it. */
    void run(SimulatedDisk disk) {
        run(LogFixture.open(disk));
    }

    void run(LogFixture f) {
        Random random = new Random(seed);
        for (int step = 0; step < steps; step++) {
            int choice = random.nextInt(100);
            if (choice < 55) {
                append(f, 1 + random.nextInt(6), 1 + random.nextInt(random.nextInt(20) == 0 ? 6000 : 300));
            } else if (choice < 85) {
                f.log.sync();
                floor = Math.max(floor, f.log.durableIndex());
            } else if (choice < 93) {
                promise(f, f.log.term() + 1, random.nextBoolean() ? new UUID(random.nextLong(), 1) : null);
            } else if (f.log.lastIndex() > 0) {
                cut(f, Math.max(1, f.log.lastIndex() - random.nextInt(random.nextInt(4) == 0 ? 60 : 6)));
            }
        }
        f.close();
        floor = written.size();
    }

    private void append(LogFixture f, int count, int bytes) {
        long first = f.log.lastIndex() + 1;
        if (f.log.term() == 0) {
            promise(f, 1, null);
        }
        List<Entry> batch = LogFixture.entries(first, first + count - 1, f.log.term(), bytes);
        written.addAll(batch);
        try {
            f.log.append(batch);
        } catch (NoSpaceException refused) {
            written = new ArrayList<>(written.subList(0, (int) first - 1));
            assertThat(f.log.lastIndex()).isEqualTo(first - 1);
            throw refused;
        }
        floor = Math.max(floor, f.log.durableIndex());
    }

    private void promise(LogFixture f, long term, @Nullable UUID vote) {
        promising = true;
        termUnderWay = term;
        voteUnderWay = vote;
        f.log.saveTermAndVote(term, vote);
        promisedTerm = term;
        promisedVote = vote;
        promising = false;
    }

    private void cut(LogFixture f, long index) {
        floor = Math.min(floor, index - 1);
        f.log.truncateFrom(index);
        written = new ArrayList<>(written.subList(0, (int) index - 1));
    }

    /** Opens what is left of the directory and compares; then shows that the log goes on from there. */
    void check(SimulatedDisk left, String story) {
        try (LogFixture f = LogFixture.open(left)) {
            long last = f.log.lastIndex();
            assertThat(last).as("%s: durable up to %s", story, floor).isBetween(floor, (long) written.size());
            assertThat(f.log.durableIndex()).as(story).isEqualTo(last);
            for (Entry entry : f.all()) {
                Entry expected = written.get((int) entry.index() - 1);
                assertThat(LogFixture.same(entry, expected))
                        .as("%s: entry %s is %s, was %s", story, entry.index(), entry, expected)
                        .isTrue();
            }
            boolean kept = f.log.term() == promisedTerm && Objects.equals(f.log.votedFor(), promisedVote);
            boolean newer = promising && f.log.term() == termUnderWay && Objects.equals(f.log.votedFor(), voteUnderWay);
            assertThat(kept || newer)
                    .as(
                            "%s: promised %s to %s, found %s to %s",
                            story, promisedTerm, promisedVote, f.log.term(), f.log.votedFor())
                    .isTrue();
            f.log.append(LogFixture.entries(last + 1, last + 60, f.log.term() + 1, 150));
            f.log.sync();
        }
        try (LogFixture again = LogFixture.open(left.crash(n -> false))) {
            assertThat(again.log.lastIndex()).as(story).isGreaterThanOrEqualTo(floor + 60);
        }
    }
}
