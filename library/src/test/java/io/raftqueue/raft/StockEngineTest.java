package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jgroups.Address;
import org.jgroups.protocols.raft.FileBasedLog;
import org.jgroups.protocols.raft.LogEntries;
import org.jgroups.protocols.raft.LogEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Why Raft is our own here: the same schedules as in the consensus' stories, on the RAFT and the log that come with
 * jgroups-raft 1.1.4. Each test passes when the engine does what it must not; when one fails, the engine was mended, and
 * the row of the table in README can go.
 */
class StockEngineTest {
    private static final List<String> MEMBERS = List.of("a", "b", "c");

    private final Address other = StockServer.address("b");

    private static void red(String row, String what) {
        System.out.printf("%-4s stock jgroups-raft 1.1.4: %s%n", row, what);
    }

    @Test
    void c1AReadOnALoneLeaderCommitsItsWriteWithoutAMajority() throws Exception {
        StockServer a = new StockServer("a", MEMBERS);
        a.setLeaderAndTerm(a.getAddress(), 1);
        a.pump(false);
        assertThat(a.commitIndex()).isZero();

        a.pump(true);

        assertThat(a.commitIndex()).isPositive();
        red("C1", "a read on a cut-off leader committed index " + a.commitIndex() + ", one copy of three");
    }

    @Test
    void c2ADeposedLeaderCommitsItsOwnTail() throws Exception {
        StockServer a = new StockServer("a", MEMBERS);
        a.holds(1, 1);

        a.append(other, 2, 0, 0, 2); // empty: the new leader's commit index, for its own other entries

        assertThat(a.commitIndex()).isEqualTo(2);
        assertThat(a.termAt(2)).isEqualTo(1);
        red("C2", "an empty message of the leader of term 2 committed the own tail of term 1");
    }

    @Test
    void c3AnOverlappingBatchIsAcknowledgedAndNotTaken() throws Exception {
        StockServer a = new StockServer("a", MEMBERS);
        a.holds(1, 1);

        a.append(other, 2, 0, 0, 0, 1, 2);

        assertThat(a.termAt(2)).isEqualTo(1);
        assertThat(a.sent).hasSize(1);
        red("C3", "entry 2 of term 2 came in a batch from 1 on and was answered, entry 2 of term 1 stayed");
    }

    @Test
    void c4AnEntryOfAnOldTermIsCommittedByCounting() throws Exception {
        StockServer a = new StockServer("a", MEMBERS);
        a.holds(1);
        a.setLeaderAndTerm(a.getAddress(), 2);
        assertThat(a.lastAppended()).as("a no-op at the beginning of the term").isEqualTo(1);

        a.acknowledged(other, 1);

        assertThat(a.commitIndex()).isEqualTo(1);
        red("C4", "the leader of term 2 appended no no-op, and committed an entry of term 1 by two copies");
    }

    @Test
    void e4TheStoredTermGoesBack(@TempDir Path directory) throws Exception {
        FileBasedLog log = new FileBasedLog();
        log.init(directory.resolve("log").toString(), Map.of());
        log.currentTerm(7);
        LogEntries entries = new LogEntries();
        entries.add(new LogEntry(1, new byte[] {1}));

        log.append(1, entries);

        assertThat(log.currentTerm()).isEqualTo(1);
        log.close();
        red("E4", "the stored term went back from 7 to 1 when an entry was appended");
    }

    @Test
    void e7AnOldLeaderIsNotToldThatItIsOld() throws Exception {
        StockServer a = new StockServer("a", MEMBERS);
        a.setLeaderAndTerm(null, 5);

        a.append(other, 2, 0, 0, 0, 2);

        assertThat(a.lastAppended()).isZero();
        assertThat(a.sent).isEmpty();
        red("E7", "a message of an old term is dropped in silence: that member is never replicated to again");
    }

    @Test
    void e10TheMajorityStaysWhenASnapshotBringsMembers() throws Exception {
        StockServer a = new StockServer("a", List.of("a"));
        a.startsFromSnapshotOf(MEMBERS);

        a.setLeaderAndTerm(a.getAddress(), 1);
        a.pump(false);

        assertThat(a.members()).hasSize(3);
        assertThat(a.commitIndex()).isEqualTo(1);
        red("E10", "with three members out of a snapshot it committed alone: its majority is still " + a.majority());
    }
}
