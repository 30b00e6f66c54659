package io.raftqueue.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.Event;
import org.jgroups.Message;
import org.jgroups.View;
import org.jgroups.protocols.raft.RAFT;
import org.jgroups.protocols.raft.REDIRECT;
import org.jgroups.protocols.raft.RaftLeaderException;
import org.jgroups.stack.Protocol;
import org.jgroups.util.Util;

/** Rows S1 to S11 on the engine: what its callers and its operators meet. */
final class StockClients {
    private static final String[] MEMBERS = {"a", "b", "c"};
    private static final Address A = StockServer.address("a");
    private static final Address B = StockServer.address("b");
    private static final Address C = StockServer.address("c");

    private StockClients() {}

    /** The engine's own REDIRECT above such a server, what it sends is kept. */
    private static final class Redirect extends REDIRECT {
        final List<Message> sent = new ArrayList<>();

        Redirect(StockServer server) {
            setId(REDIRECT_ID);
            raft = server;
            local_addr = server.getAddress();
            setDownProtocol(new Protocol() {
                @Override
                public Object down(Message message) {
                    sent.add(message);
                    return null;
                }
            });
            setUpProtocol(server.getUpProtocol());
        }

        int open() {
            return requests.size();
        }

        void sees(View view) {
            up(new Event(Event.VIEW_CHANGE, view));
        }

        void receive(Message message, RequestType type, int id, boolean exception) {
            handleEvent(message, new RedirectHeader(type, id, exception));
        }
    }

    static String s1(Path directory) throws Exception {
        StockServer a = new StockServer("a", MEMBERS).leads(1);
        StockServer b = new StockServer("b", MEMBERS);
        CompletableFuture<byte[]> write = a.write(7);
        a.pump();
        a.deliverTo(b);
        b.sent.clear();

        a.setLeaderAndTerm(null);
        b.leads(2).write(8);
        b.pump();
        b.acknowledged(C, 2);

        assertThatThrownBy(write::join).hasMessageContaining("I'm not the leader");
        assertThat(b.state.values).contains(7L);
        return "the caller was told \"I'm not the leader\"; his write was committed all the same";
    }

    static String s2(Path directory) throws Exception {
        StockServer b = new StockServer("b", MEMBERS);
        b.setLeaderAndTerm(A, 1);
        Redirect redirect = new Redirect(b);
        redirect.sees(View.create(A, 1, A, B, C));
        CompletableFuture<byte[]> write = redirect.setAsync(Numbers.command(7), 0, Long.BYTES, null);

        View without = View.create(B, 2, B, C);
        b.sees(without);
        redirect.sees(without);
        b.setLeaderAndTerm(C, 2);

        assertThat(redirect.sent).hasSize(1);
        assertThat(write).isNotDone();
        assertThat(redirect.open()).isEqualTo(1);
        return "the leader died with a forwarded write, another leads: the caller waits for ever, the request stays";
    }

    static String s3(Path directory) throws Exception {
        StockServer a = new StockServer("a", MEMBERS);
        assertThatThrownBy(() -> new Redirect(a).setAsync(new byte[8], 0, 8, null))
                .isInstanceOf(RaftLeaderException.class);
        assertThatThrownBy(() -> a.write(1)).isInstanceOf(IllegalStateException.class);
        a.leads(1);
        CompletableFuture<byte[]> last = a.write(1);
        int written = 1;
        for (; !last.isDone() && written < 100_000; written++) {
            last = a.write(1);
        }
        assertThatThrownBy(last::join).hasMessageContaining("processing queue is full");
        return "three ways to fail: a checked exception, an unchecked one, and a future (\"queue is full\" at write "
                + written + ")";
    }

    static String s4(Path directory) throws Exception {
        StockServer a = new StockServer("a", "a").leads(1);
        Redirect redirect = new Redirect(a);
        a.state.listener = (place, value) -> {
            throw new IllegalArgumentException("apply failed");
        };

        redirect.receive(new BytesMessage(A, Numbers.command(7)).setSrc(B), REDIRECT.RequestType.REQ, 1, false);
        a.pump();

        assertThat(a.commitIndex()).isEqualTo(1);
        byte[] answer = redirect.sent.get(0).getArray();
        assertThat(Util.byteArrayToHexString(answer)).contains("ACED0005");
        return "apply threw: the entry is committed all the same, and the Throwable went out Java-serialized";
    }

    static String s5(Path directory) throws Exception {
        assertThat(new RAFT().maxLogSize()).isEqualTo(1_000_000);
        StockServer a = new StockServer("a", "a").leads(1);
        a.maxLogSize(800); // the default, 1,250 times smaller: so are the writes
        for (int i = 1; i <= 4000; i++) {
            a.write(i);
            a.pump();
        }
        assertThat(a.state.snapshots).isEqualTo(40);
        assertThat(a.state.snapshotBytes).isGreaterThan(20 * 8 * 4000);
        return String.format(
                "40 times max_log_size written into a backlog: 40 snapshots of all of it, %.1f times what was written",
                a.state.snapshotBytes / (8.0 * 4000));
    }

    static String s6(Path directory) throws Exception {
        StockServer a = new StockServer("a", MEMBERS).leads(1);
        CompletableFuture<byte[]> added = a.addServer("d");
        a.pump();
        a.acknowledged(B, 1);
        assertThat(added).isCompleted();
        assertThat(a.members()).hasSize(4);

        StockServer d = new StockServer("d"); // the newcomer gets the whole log
        a.sees(View.create(A, 1, A, B, C, d.getAddress()));
        a.commitTable().get(d.getAddress()).nextIndex(1);
        a.idle();
        a.deliverTo(d);
        d.append(A, 1, 0, 0, 1);

        assertThat(d.members()).containsExactly("d");
        assertThat(d.majority()).isEqualTo(1);
        return "the newcomer holds the whole log and is the only member it knows of: its majority is 1";
    }

    static String s9(Path directory) throws Exception {
        StockServer b = new StockServer("b", MEMBERS);
        b.setLeaderAndTerm(A, 1);
        Redirect redirect = new Redirect(b);
        redirect.setAsync(Numbers.command(7), 0, Long.BYTES, null);
        Planted.read = false;

        byte[] bytes = Util.objectToByteBuffer(new Planted());
        redirect.receive(
                new BytesMessage(B, bytes).setSrc(StockServer.address("stranger")), REDIRECT.RequestType.RSP, 1, true);

        assertThat(Planted.read).isTrue();
        return "an answer from a stranger made it run readObject of a class that he chose";
    }

    /** Any class with a readObject. */
    private static final class Planted implements Serializable {
        private static final long serialVersionUID = 1;
        private static boolean read;

        @SuppressWarnings("UnusedMethod")
        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            read = true;
        }
    }

    static String s11(Path directory) throws Exception {
        StockServer a = new StockServer("a", 1, new FairLog(), MEMBERS).leads(1);
        for (int i = 1; i <= 3; i++) {
            a.write(i);
            a.pump();
        }
        a.acknowledged(B, 3);
        assertThat(a.state.values).hasSize(3);
        a.stop();
        a.log().commitIndex(1); // a commit index need not be durable; the state machine lives on
        a.start();
        a.append(B, 2, 3, 1, 3);

        assertThat(a.state.values).containsExactly(1L, 2L, 3L, 2L, 3L);
        return "started again after stop() it took its commit index from the log, and applied 2 of 3 entries again";
    }
}
