package io.raftqueue.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.consensus.Entry;
import io.raftqueue.log.disk.SimulatedDisk;
import java.util.List;
import java.util.UUID;

/** The directory of a node that has stopped, to be damaged; and what must be true of whoever starts from it afterwards. */
final class StoppedNode {
    static final UUID CANDIDATE = new UUID(77, 88);
    static final long LAST = 120;

    private StoppedNode() {}

    static SimulatedDisk withEntries(boolean cleanly) {
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = LogFixture.open(disk);
        f.log.saveTermAndVote(3, CANDIDATE);
        for (long i = 1; i <= LAST; i += 4) {
            f.log.append(LogFixture.entries(i, i + 3, 3, 150));
            f.log.sync();
        }
        if (cleanly) {
            f.close();
        }
        return disk.killed();
    }

    /** Either all is there and true, or the refusal is of the kind that explains itself. */
    static boolean starts(SimulatedDisk damaged, String story) {
        SimulatedDisk before = damaged.killed();
        try (LogFixture f = LogFixture.open(damaged)) {
            List<Entry> all = f.all();
            assertThat(all).as(story).hasSize((int) LAST);
            for (Entry entry : all) {
                assertThat(LogFixture.same(entry, LogFixture.entry(entry.index(), 3, 150)))
                        .as(story)
                        .isTrue();
            }
            assertThat(f.log.term()).as(story).isEqualTo(3);
            assertThat(f.log.votedFor()).as(story).isEqualTo(CANDIDATE);
            return true;
        } catch (DamagedLogException e) {
            // The start is counted already, and unreadable copies in slots are written again.
            assertThat(e)
                    .as(story)
                    .hasMessageContaining("/simulated/")
                    .hasMessageContaining("Nothing that was acknowledged was changed");
            if (SegmentHeader.sequenceOf(e.file()) >= 0 && before.list().contains(e.file())) {
                assertThat(damaged.bytes(e.file())).as(story).isEqualTo(before.bytes(e.file()));
            }
        } catch (WrongDirectoryException e) {
            assertThat(e).as(story).hasMessageContaining("/simulated");
        }
        return false;
    }

    /** A node with full segments, a snapshot, summaries and a carried file. */
    static SimulatedDisk withMessages() {
        SimulatedDisk disk = new SimulatedDisk();
        LogFixture f = LogFixture.open(disk, LogFixture.SMALL, QueueStory.BODIES);
        QueueStory story = new QueueStory(f.log);
        for (int i = 0; i < 90; i++) {
            story.send(i % 10 == 0 ? 2 : 1, 1, 150);
        }
        story.take(1, 40);
        story.snapshot();
        for (int i = 0; i < 4; i++) {
            f.log.reclaim();
        }
        story.send(2, 3, 100);
        story.take(1, 1);
        f.close();
        assertThat(disk.list()).anyMatch(n -> n.startsWith("carried-")).anyMatch(n -> n.endsWith(".idx"));
        return disk.killed();
    }

    /** Bodies are checked when they are read, so damage shows at the start or with the first reader; never as a body. */
    static boolean servesMessages(SimulatedDisk damaged, String story) {
        try {
            LogFixture f = LogFixture.open(damaged, LogFixture.SMALL, QueueStory.BODIES);
            QueueStory found = new QueueStory(f.log);
            assertThat(found.queues.get(1L)).as(story).containsExactly(42, 82);
            assertThat(found.queues.get(2L)).as(story).containsExactly(1, 13);
            found.checkBodies(story);
            return true;
        } catch (DamagedLogException | WrongDirectoryException e) {
            assertThat(e).as(story).hasMessageContaining("/simulated");
        }
        return false;
    }
}
