package io.raftqueue.raft;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Which process speaks for a data directory. Where two live ones do, one runs on a copy: it would vote and acknowledge in
 * the name of the other, a second time. The first is heard, the second refused until the first has ended or fallen silent.
 * Each process is told by a random number of its own, for both copies count their starts alike. From any thread.
 */
final class LiveStarts {
    private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final int REMEMBERED = 256;

    /** What to do with a message. */
    enum Verdict {
        HEAR,
        /** Perhaps the successor of a process that has just ended, perhaps more than that. */
        IGNORE,
        /** Both spoke after each other: nobody's successor. */
        REFUSE
    }

    /** @param otherAt when another process spoke first; 0 when none did */
    private record Live(long start, long heardAt, long otherAt) {}

    /** The ones heard last; those of strangers are many. */
    private final Map<UUID, Live> live = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Live> eldest) {
            return size() > REMEMBERED;
        }
    };

    synchronized Verdict spoke(UUID incarnation, long start, long now) {
        Live known = live.get(incarnation);
        if (known == null || (known.start() != start && now - known.heardAt() >= SILENT_NANOS)) {
            live.put(incarnation, new Live(start, now, 0));
            return Verdict.HEAR;
        }
        if (known.start() == start) {
            live.put(incarnation, new Live(start, now, known.otherAt()));
            return Verdict.HEAR;
        }
        if (known.otherAt() == 0) {
            live.put(incarnation, new Live(known.start(), known.heardAt(), now));
            return Verdict.IGNORE;
        }
        return known.heardAt() - known.otherAt() > 0 ? Verdict.REFUSE : Verdict.IGNORE;
    }

    /** A connection of that process ended: the next one to speak may be its successor. */
    synchronized void ended(UUID incarnation, long start) {
        Live known = live.get(incarnation);
        if (known != null && known.start() == start) {
            live.remove(incarnation);
        }
    }
}
