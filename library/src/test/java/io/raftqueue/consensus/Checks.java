package io.raftqueue.consensus;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The invariants of Raft (paper, figure 3), looked at as things happen; what is broken becomes a verdict. */
final class Checks {
    private final SimulatedCluster cluster;
    private final Map<Long, UUID> leaderOfTerm = new HashMap<>();
    /** What was committed anywhere: entry i at place i-1. */
    final List<Entry> committed = new ArrayList<>();

    /** In which term. */
    private final List<Long> committedIn = new ArrayList<>();

    private long acknowledged;
    private final Map<Long, Long> readFloor = new HashMap<>();
    final List<String> verdicts = new ArrayList<>();
    int leaderChangesWithTail;
    int elections;
    int configurationsCommitted;
    private long newestConfiguration = 1;

    Checks(SimulatedCluster cluster) {
        this.cluster = cluster;
    }

    void wrong(String what) {
        if (verdicts.size() < 20) {
            verdicts.add(what);
            cluster.log(() -> "WRONG: " + what);
        }
    }

    /** Election safety; leader completeness. */
    void elected(SimulatedServer server, long term) {
        elections++;
        UUID other = leaderOfTerm.putIfAbsent(term, server.incarnation);
        if (other != null) {
            wrong("election safety: " + server.name() + " leads term " + term + ", and so does " + other);
        }
        for (int i = committed.size(); i > 0 && i > server.storage.snapshotIndex(); i--) {
            if (committedIn.get(i - 1) < term
                    && server.storage.termAt(i) != committed.get(i - 1).term()) {
                wrong("leader completeness: " + server.name() + ", elected in term " + term + ", lacks entry " + i);
                break;
            }
        }
        for (SimulatedServer s : cluster.servers) {
            long last = s.storage.lastIndex();
            if (last > committed.size() && s.storage.termAt(last) < term && s.storage.termAt(last) > 1) {
                leaderChangesWithTail++;
                break;
            }
        }
    }

    /** State machine safety: at each index all servers commit the same entry. */
    void committed(SimulatedServer server, long upTo) {
        if (server.applied + 1 < server.storage.firstIndex()) {
            wrong("state: " + server.name() + " stands at " + server.applied + ", but its log begins at "
                    + server.storage.firstIndex());
            return;
        }
        for (long i = server.applied + 1; i <= upTo; i++) {
            if (i > server.storage.lastIndex()) {
                wrong("commit: " + server.name() + " commits " + i + ", but its log ends at "
                        + server.storage.lastIndex());
                return;
            }
            Entry e = server.storage.entry(i);
            if (i == committed.size() + 1) {
                committed.add(e);
                committedIn.add(server.storage.term());
            } else if (i <= committed.size()) {
                Entry first = committed.get((int) i - 1);
                if (first.term() != e.term() || !Arrays.equals(first.payload(), e.payload())) {
                    wrong("state machine safety: " + server.name() + " commits " + i + " of term " + e.term()
                            + ", another committed it of term " + first.term());
                }
            } else {
                wrong("commit: " + server.name() + " commits " + i + " beyond " + committed.size());
            }
        }
    }

    void installed(SimulatedServer server, SnapshotPoint point) {
        if (point.index() > committed.size()
                || committed.get((int) point.index() - 1).term() != point.term()) {
            wrong("snapshot: " + server.name() + " installs " + point.index() + ", which was never committed so");
        }
    }

    void configuration(Configuration newest, long index, boolean isCommitted) {
        if (isCommitted && index > newestConfiguration) {
            newestConfiguration = index;
            configurationsCommitted++;
        }
    }

    void acknowledged(long index) {
        acknowledged = Math.max(acknowledged, index);
    }

    void readCalled(long readId) {
        readFloor.put(readId, acknowledged);
    }

    /** Reads see all that was acknowledged before they were called. */
    void readPromised(long readId, long index) {
        if (index < readFloor.getOrDefault(readId, 0L)) {
            wrong("stale read: promised at " + index + ", but " + readFloor.get(readId)
                    + " was acknowledged before it was called");
        }
    }
}
