package io.raftqueue.stock;

import io.raftqueue.consensus.ConsensusProofs;
import io.raftqueue.log.LogProofs;
import io.raftqueue.raft.ReplicaProofs;
import java.util.ArrayList;
import java.util.List;

/** The table: each way in which jgroups-raft 1.1.4 is found to fail, shown on it, and shown not to be a way of ours. */
final class EngineTable {
    /**
     * One row.
     *
     * @param id its name in README and in comments
     * @param what goes wrong
     * @param stock plays it on the engine, and fails if nothing goes wrong
     * @param here play it on ours, and fail if anything goes wrong
     */
    record Row(String id, String what, Proof.Schedule stock, List<Proof> here) {}

    private EngineTable() {}

    static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        row(rows, "C1", "a read commits what no majority has", StockReplication::c1);
        row(rows, "C2", "a deposed leader applies its own tail", StockReplication::c2);
        row(rows, "C3", "an overlapping batch is acked, not taken", StockReplication::c3);
        row(rows, "C4", "old terms' entries committed by counting", StockReplication::c4);
        row(rows, "C5", "a deposed leader appends and sends", StockReplication::c5);
        row(rows, "C6", "sent before it is appended", StockReplication::c6);
        row(rows, "C7", "never catches up under load", StockReplication::c7);
        row(rows, "C8", "acked by all, not committed", StockReplication::c8);
        row(rows, "C9", "one frozen follower stops everybody", StockReplication::c9);
        row(rows, "E1", "vote and ack at the same time", StockElections::e1);
        row(rows, "E2", "an old leader installed in a new term", StockElections::e2);
        row(rows, "E3", "votes of other terms count", StockElections::e3);
        row(rows, "E4", "the term goes back, votes are forgotten", StockElections::e4);
        row(rows, "E5", "elected by an old membership", StockElections::e5);
        row(rows, "E6", "the pre-vote waits for all, for ever", StockElections::e6);
        row(rows, "E7", "who has a higher term is left behind", StockElections::e7);
        row(rows, "E8", "learners and strangers are a majority", StockElections::e8);
        row(rows, "E9", "an isolated leader leads for 40 s", StockElections::e9);
        row(rows, "E10", "the majority of before the snapshot", StockElections::e10);
        row(rows, "E11", "a learner raises the term for ever", StockElections::e11);
        row(rows, "E12", "two clusters merge, two leaders", StockElections::e12);
        row(rows, "E13", "an empty disk votes by its old name", StockElections::e13);
        row(rows, "D1", "fsync is off", StockDisk::d1);
        row(rows, "D2", "I/O errors are printed", StockDisk::d2);
        row(rows, "D3", "snapshots and votes are not forced", StockDisk::d3);
        row(rows, "D4", "a snapshot without its index", StockDisk::d4);
        row(rows, "D5", "no checksums", StockDisk::d5);
        row(rows, "D6", "dropping a prefix copies the rest", StockDisk::d6);
        row(rows, "D7", "two open one directory", StockDisk::d7);
        row(rows, "D8", "a cache beside the log", StockDisk::d8);
        row(rows, "D9", "an installed snapshot loses the log", StockDisk::d9);
        row(rows, "D10", "left-over and partial files", StockDisk::d10);
        row(rows, "D11", "a commit index ahead of the log", StockDisk::d11);
        row(rows, "S1", "told it failed, yet it was committed", StockClients::s1);
        row(rows, "S2", "a forwarded call never ends", StockClients::s2);
        row(rows, "S3", "one failure, three forms", StockClients::s3);
        row(rows, "S4", "Throwables travel Java-serialized", StockClients::s4);
        row(rows, "S5", "snapshots cost what the backlog weighs", StockClients::s5);
        row(rows, "S6", "a newcomer knows only itself", StockClients::s6);
        row(rows, "S9", "any class is deserialized for anybody", StockClients::s9);
        row(rows, "S11", "a second start applies again", StockClients::s11);
        return rows;
    }

    private static void row(List<Row> rows, String id, String what, Proof.Schedule stock) {
        List<Proof> here = new ArrayList<>(ConsensusProofs.of(id));
        here.addAll(LogProofs.of(id));
        here.addAll(ReplicaProofs.of(id));
        rows.add(new Row(id, what, stock, here));
    }
}
