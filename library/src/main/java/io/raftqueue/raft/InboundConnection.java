package io.raftqueue.raft;

import java.net.Socket;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** A connection that somebody opened to this node's Raft port, and what is known of it: the thread that reads it says so. */
final class InboundConnection {
    final Socket socket;
    volatile boolean greeted;
    volatile boolean spoke;
    volatile long heardAt = System.nanoTime();

    InboundConnection(Socket socket) {
        this.socket = socket;
    }

    /** What was known of it at one moment: it goes on changing while it is compared with others. */
    private record Standing(InboundConnection connection, boolean greeted, boolean spoke, long silent) {
        static final Comparator<Standing> WORST_FIRST = Comparator.comparing(Standing::greeted)
                .thenComparing(Standing::spoke)
                .thenComparing(Comparator.comparingLong(Standing::silent).reversed());

        static Standing of(InboundConnection c, long now) {
            return new Standing(c, c.greeted, c.spoke, now - c.heardAt);
        }
    }

    /**
     * Which of these have to go so that at most so many stay: the oldest that did not greet, else one that only greeted,
     * else the one that has been silent for longest.
     */
    static List<InboundConnection> beyond(int most, Collection<InboundConnection> open) {
        long now = System.nanoTime();
        return open.stream()
                .map(c -> Standing.of(c, now))
                .sorted(Standing.WORST_FIRST)
                .limit(Math.max(0, open.size() - most))
                .map(Standing::connection)
                .toList();
    }
}
