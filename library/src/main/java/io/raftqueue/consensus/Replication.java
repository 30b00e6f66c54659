package io.raftqueue.consensus;

import io.raftqueue.consensus.FollowerStatus.State;
import io.raftqueue.consensus.RaftMessage.AppendRefused;
import io.raftqueue.consensus.RaftMessage.AppendRequest;
import java.util.List;

/**
 * Sends entries to one follower after another (paper, 5.3; pipelining: thesis 10.2.1). A follower is probed by questions
 * without entries until the logs are known to agree somewhere; from there entries stream, at most a window of them
 * unanswered. Whoever does not answer gets one small probe per heartbeat interval, so a frozen member costs no memory
 * and holds up nobody.
 */
final class Replication {
    private final Server server;
    private final Leadership leadership;

    Replication(Server server, Leadership leadership) {
        this.server = server;
        this.leadership = leadership;
    }

    /** Sends what is due and fits. */
    void send(FollowerProgress f) {
        resendIfLost(f);
        if (f.state == State.PROBE && !f.probing) {
            append(f, List.of());
        } else if (f.state == State.REPLICATE) {
            stream(f);
        }
    }

    private void resendIfLost(FollowerProgress f) {
        if (!server.rules.resendsByTimer()) {
            return;
        }
        long interval = server.options.heartbeatInterval().toNanos();
        if (f.state == State.PROBE && f.probing && server.now - f.movedAt >= interval) {
            f.probing = false;
        } else if (f.state == State.REPLICATE && !f.idle() && server.now - f.movedAt >= 2 * interval) {
            f.probe(f.match + 1);
        }
    }

    private void stream(FollowerProgress f) {
        long last = server.storage.lastIndex();
        while (f.state == State.REPLICATE
                && f.next <= last
                && (f.windowOpen(server.options) || !server.rules.boundsWindow())) {
            long room = Math.max(1, server.options.windowEntries() - f.inFlightEntries());
            List<Entry> entries = f.next < server.storage.firstIndex()
                    ? List.of()
                    : server.storage.entries(f.next, Math.min(last, f.next + room - 1), server.options.batchBytes());
            append(f, entries);
        }
    }

    private void append(FollowerProgress f, List<Entry> entries) {
        long prev = f.next - 1;
        long prevTerm = server.storage.termAt(prev);
        if (prevTerm == -1 || (entries.isEmpty() && f.state == State.REPLICATE)) {
            f.awaitSnapshot();
            server.listener.snapshotNeeded(f.member, leadership.term);
            return;
        }
        server.send(
                f.member.incarnation(),
                new AppendRequest(
                        leadership.term, prev, prevTerm, server.commitIndex, server.time.advance(server.now), entries));
        f.commitTold = server.commitIndex;
        if (entries.isEmpty()) {
            f.probing = true;
            f.movedAt = server.now;
            return;
        }
        long bytes = 0;
        for (Entry e : entries) {
            bytes += e.payload().length;
        }
        f.sent(prev + entries.size(), entries.size(), bytes, server.now);
    }

    void onAnswer(FollowerProgress f, long verified, long durable, boolean toAppend) {
        long last = server.storage.lastIndex();
        long upTo = Math.min(verified, last);
        f.answered(upTo, Math.min(durable, last), toAppend, server.now);
        if (f.state == State.SNAPSHOT && server.storage.termAt(upTo) != -1 && upTo + 1 >= server.storage.firstIndex()) {
            f.probe(upTo + 1);
        }
    }

    void onRefused(FollowerProgress f, AppendRefused r) {
        boolean current = f.state == State.PROBE ? r.prevIndex() == f.next - 1 : f.state == State.REPLICATE;
        if (!current || r.prevIndex() <= f.match) {
            return;
        }
        long hint = TermSearch.lastAtMost(
                server.storage, Math.min(r.hintIndex(), r.prevIndex() - 1), r.hintTerm(), f.match);
        f.probe(Math.max(hint, f.match) + 1);
    }

    void snapshotSent(FollowerProgress f, long index) {
        if (f.state == State.SNAPSHOT) {
            f.probe(Math.max(index, f.match) + 1);
        }
    }

    /** Held back like a probe without answer, so that a failing transfer is not begun again at once. */
    void snapshotFailed(FollowerProgress f) {
        if (f.state == State.SNAPSHOT) {
            f.probe(f.next);
            f.probing = true;
            f.movedAt = server.now;
        }
    }
}
