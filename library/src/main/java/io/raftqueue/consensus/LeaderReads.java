package io.raftqueue.consensus;

import io.raftqueue.consensus.RaftMessage.ReadResponse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Read index (thesis 6.4): a read may be served at the commit index of its time, once a heartbeat round begun after the
 * read was answered by a majority, and never before this term's no-op is committed. One round serves all that wait.
 */
final class LeaderReads {
    /** @param origin null for this server's own reads */
    private record Reader(@Nullable UUID origin, long id) {}

    private final Server server;
    private final Leadership leadership;
    private List<Reader> waiting = new ArrayList<>();
    private List<Reader> inRound = new ArrayList<>();
    private long round;
    private long index;

    LeaderReads(Server server, Leadership leadership) {
        this.server = server;
        this.leadership = leadership;
    }

    void add(@Nullable UUID origin, long id) {
        waiting.add(new Reader(origin, id));
    }

    void cancelOwn(long id) {
        waiting.removeIf(r -> r.origin() == null && r.id() == id);
        inRound.removeIf(r -> r.origin() == null && r.id() == id);
    }

    void flush() {
        confirm();
        if (waiting.isEmpty() || !inRound.isEmpty()) {
            return;
        }
        if (server.rules.readsWaitForNoOp() && !leadership.serving()) {
            return;
        }
        inRound = waiting;
        waiting = new ArrayList<>();
        index = server.commitIndex;
        if (server.rules.readsNeedRound()) {
            round = leadership.heartbeat();
        }
        confirm();
    }

    private void confirm() {
        if (inRound.isEmpty() || (server.rules.readsNeedRound() && !leadership.majorityAnswered(round))) {
            return;
        }
        List<Reader> ready = inRound;
        inRound = new ArrayList<>();
        for (Reader r : ready) {
            if (r.origin() == null) {
                server.listener.readReady(r.id(), index);
            } else {
                server.send(r.origin(), new ReadResponse(leadership.term, r.id(), index));
            }
        }
    }

    /** The own reads that were not answered: the next leader will be asked. Others ask again themselves. */
    List<Long> end() {
        List<Long> own = new ArrayList<>();
        for (List<Reader> readers : List.of(inRound, waiting)) {
            for (Iterator<Reader> i = readers.iterator(); i.hasNext(); ) {
                Reader r = i.next();
                if (r.origin() == null) {
                    own.add(r.id());
                }
            }
        }
        return own;
    }
}
