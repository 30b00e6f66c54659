package io.raftqueue.consensus;

import io.raftqueue.consensus.RaftMessage.ReadRequest;
import io.raftqueue.consensus.RaftMessage.ReadResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads that were asked for on this server. A leader answers them itself; elsewhere all that came in one batch of inputs
 * travel to the leader as one request, repeated until it is answered, to whoever leads then: a read changes nothing.
 */
final class Reads {
    private record Asked(List<Long> ids, long at) {}

    private final Server server;
    private List<Long> unsent = new ArrayList<>();
    private final Map<Long, Asked> asked = new LinkedHashMap<>();
    /** Begins anywhere, so that an answer to this server's former life is not taken for a new one. */
    private long nextRequest;

    Reads(Server server) {
        this.server = server;
        this.nextRequest = server.random.nextLong();
    }

    void add(long id) {
        unsent.add(id);
    }

    void cancel(long id) {
        unsent.remove(Long.valueOf(id));
        asked.values().forEach(a -> a.ids().remove(Long.valueOf(id)));
        asked.values().removeIf(a -> a.ids().isEmpty());
        if (server.leadership != null) {
            server.leadership.reads.cancelOwn(id);
        }
    }

    void leaderChanged() {
        asked.values().forEach(a -> unsent.addAll(a.ids()));
        asked.clear();
    }

    void returned(List<Long> ids) {
        unsent.addAll(ids);
    }

    /** Before a leader's own flush, so that its reads share the round. */
    void handToLeadership(LeaderReads reads) {
        for (long id : unsent) {
            reads.add(null, id);
        }
        unsent.clear();
    }

    void flush() {
        if (server.leader == null || server.role == RaftRole.LEADER) {
            return;
        }
        long patience = 2 * server.options.heartbeatInterval().toNanos();
        asked.values().removeIf(a -> {
            boolean late = server.now - a.at() >= patience;
            if (late) {
                unsent.addAll(a.ids());
            }
            return late;
        });
        if (!unsent.isEmpty()) {
            long request = nextRequest++;
            asked.put(request, new Asked(unsent, server.now));
            unsent = new ArrayList<>();
            server.send(server.leader, new ReadRequest(server.term(), request));
        }
    }

    void onResponse(ReadResponse r) {
        Asked a = asked.remove(r.readId());
        if (a != null) {
            for (long id : a.ids()) {
                server.listener.readReady(id, r.index());
            }
        }
    }
}
