package io.raftqueue.stock;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.jgroups.Address;
import org.jgroups.Event;
import org.jgroups.Message;
import org.jgroups.View;
import org.jgroups.protocols.MFC;
import org.jgroups.stack.Protocol;

/**
 * Rows C1 to C9 on the engine, jgroups-raft 1.1.4. Each method passes when the engine does what it must not, and says
 * what was seen; when one fails, the engine was mended, and its row can go.
 */
final class StockReplication {
    private static final String[] MEMBERS = {"a", "b", "c"};
    private static final Address B = StockServer.address("b");
    private static final Address C = StockServer.address("c");

    private StockReplication() {}

    static String c1(Path directory) throws Exception {
        StockServer a = new StockServer("a", MEMBERS).leads(1);
        CompletableFuture<byte[]> write = a.write(7);
        a.pump();
        assertThat(a.commitIndex()).isZero();

        a.read();
        a.pump();

        assertThat(a.commitIndex()).isEqualTo(1);
        assertThat(write).isCompleted();
        return "a read on a cut-off leader committed and acked its write: one copy of three";
    }

    static String c2(Path directory) throws Exception {
        StockServer a = new StockServer("a", MEMBERS).holds(1, 1);

        a.append(B, 2, 0, 0, 2); // empty: the new leader's commit index, for its own other entries

        assertThat(a.commitIndex()).isEqualTo(2);
        assertThat(a.termAt(2)).isEqualTo(1);
        assertThat(a.state.values).hasSize(2);
        return "an empty message of the leader of term 2 made it apply its own tail of term 1";
    }

    static String c3(Path directory) throws Exception {
        StockServer a = new StockServer("a", MEMBERS).holds(1, 1);

        a.append(B, 2, 0, 0, 0, 1, 2);

        assertThat(a.termAt(2)).isEqualTo(1);
        assertThat(a.answers()).isEqualTo(1);
        return "entry 2 of term 2 came in a batch from 1 on and was answered OK; entry 2 of term 1 stayed";
    }

    static String c4(Path directory) throws Exception {
        StockServer a = new StockServer("a", MEMBERS).holds(1).leads(2);
        assertThat(a.lastAppended()).as("a no-op at the beginning of the term").isEqualTo(1);

        a.acknowledged(B, 1);

        assertThat(a.commitIndex()).isEqualTo(1);
        return "the leader of term 2 appended no no-op, and committed an entry of term 1 by two copies";
    }

    static String c5(Path directory) throws Exception {
        StockServer a = new StockServer("a", MEMBERS).leads(1);

        a.write(7);
        a.receive(StockServer.appendRequest(B, 9, 0, 0, 0, 9));
        a.pump(); // both in one batch

        assertThat(a.leader()).isEqualTo(B);
        assertThat(a.termAt(1)).isEqualTo(9);
        assertThat(a.termAt(2)).isEqualTo(1);
        assertThat(a.appends()).extracting(StockServer::termOf).containsExactly(1L);
        return "deposed in term 9 it still appended its write as an entry of term 1, and sent it as leader of term 1";
    }

    static String c6(Path directory) throws Exception {
        StockServer a = new StockServer("a", 1, StockDisk.fullDisk(directory), MEMBERS).leads(1);
        StockServer b = new StockServer("b", MEMBERS);

        Quiet.run(() -> {
            a.write(7);
            a.pump();
            a.write(8);
            a.pump();
        });

        assertThat(a.lastAppended()).as("entries on the full disk").isZero();
        assertThat(a.appends()).hasSize(2);
        assertThat(a.isLeader()).isTrue();
        a.deliverTo(b);
        assertThat(b.lastAppended()).isEqualTo(1);
        assertThat(b.valueAt(1)).isEqualTo(7);
        assertThat(b.answers()).isEqualTo(2);
        a.log().close();
        return "with its disk full it sent 7 and then 8 as entry 1, and led on; a follower keeps 7 and acks both";
    }

    static String c7(Path directory) throws Exception {
        StockServer a = new StockServer("a", MEMBERS).holds(1, 1, 1, 1, 1).leads(1);
        StockServer restarted = new StockServer("c", MEMBERS);
        a.sees(View.create(a.getAddress(), 1, a.getAddress(), B, C));

        for (int i = 0; i < 1000; i++) {
            a.write(i);
            a.pump();
            a.deliverTo(restarted);
            restarted.deliverTo(a);
        }

        assertThat(a.lastAppended()).isEqualTo(1005);
        assertThat(a.resends()).isZero();
        assertThat(restarted.lastAppended()).isZero();
        return "1,000 writes, one after the other: nothing was ever sent again, the restarted follower holds 0 of 1,005";
    }

    static String c8(Path directory) throws Exception {
        StockServer a = new StockServer("a", MEMBERS).holds(1).leads(2);
        StockServer b = new StockServer("b", MEMBERS).holds(1, 1, 1, 1, 1);
        StockServer c = new StockServer("c", MEMBERS).holds(1);
        CompletableFuture<byte[]> write = a.write(7);
        a.pump();
        Message entry = a.appends().get(0);
        a.sent.clear();

        b.append(a.getAddress(), 2, 0, 0, 0); // empty, as a read or a resend is: answered OK(5)
        b.deliverTo(a);
        for (StockServer follower : new StockServer[] {b, c}) {
            follower.receive(entry);
            follower.pump();
            follower.deliverTo(a);
            assertThat(follower.valueAt(2)).isEqualTo(7);
        }

        assertThat(a.commitIndex())
                .as("commit index, with the entry acked by all")
                .isLessThan(2);
        assertThat(write).isNotDone();
        return "all three hold the write and acked it, yet it is not committed: an early false ack used up the moment";
    }

    static String c9(Path directory) throws Exception {
        StockServer a = new StockServer("a", MEMBERS).leads(1);
        Protocol network = a.getDownProtocol();
        MFC flowControl = new MFC();
        flowControl.setMaxCredits(10 * Long.BYTES);
        flowControl.addr(a.getAddress());
        flowControl.setDownProtocol(network);
        flowControl.setUpProtocol(a);
        flowControl.init();
        flowControl.down(new Event(Event.VIEW_CHANGE, View.create(a.getAddress(), 1, a.getAddress(), B, C)));
        a.setDownProtocol(flowControl);

        Thread runner = new Thread(
                () -> {
                    for (int i = 0; i < 20 && !Thread.interrupted(); i++) {
                        flowControl.replenish(a.getAddress(), Long.BYTES * 10);
                        flowControl.replenish(B, Long.BYTES * 10); // b and the leader itself keep up, c is frozen
                        a.write(i);
                        a.pump();
                    }
                },
                "stock runner");
        runner.setDaemon(true);
        runner.start();
        try {
            Awaitility.await().until(() -> flowControl.getNumberOfBlockings() > 0 || !runner.isAlive());
            assertThat(runner.isAlive()).as("the runner is still sending").isTrue();
            assertThat(a.lastAppended()).isLessThan(20);
            return "its one thread stood still in flow control after " + a.lastAppended()
                    + " writes that its other follower took: no credits from the frozen one";
        } finally {
            flowControl.stop();
            flowControl.unblock();
            runner.interrupt();
            runner.join(10_000);
        }
    }
}
