package io.raftqueue.raft;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * What the leader does with forwarded batches: appends each member's batches in their order, each once in its term. A batch
 * of another order is refused with the serial that is due, and the member sends again from there.
 *
 * <p>Batches that come before this term's no-op is applied wait: only then does the state know every serial of earlier
 * terms. Owned by the raft thread.
 */
final class LeaderIntake {
    private static final int MAX_EARLY = 1_024;
    private static final long MAX_EARLY_BYTES = 64L << 20;

    /** The leader's log and state, and the way back. */
    interface Leadership {
        /** Leads, its no-op is committed, and everything up to it is applied. */
        boolean ready();

        /** Leads, ready or not. */
        boolean leads();

        /** Whether it is of the newest configuration: nobody else's batches would be applied. */
        boolean isMember(UUID member);

        /** Whether a batch of that size may be appended now: room on disk, and not too much uncommitted. */
        boolean accepts(int bytes);

        /** False when it leads no longer, or hands over: nothing was appended. */
        boolean propose(byte[] batch);

        /** The last serial of that member's epoch which the state has applied; 0 when it knows none. */
        long lastApplied(UUID member, long epoch);

        /** Tells the member that nothing was appended; it resends from {@code expectedSerial} if that is positive. */
        void refuse(UUID member, long epoch, long expectedSerial);
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Early(UUID member, long epoch, long serial, byte[] batch) {}

    private record Numbered(UUID member, long epoch, long serial) {}

    private record Proposed(long epoch, long serial) {}

    private final Leadership leadership;
    private final ArrayDeque<Early> early = new ArrayDeque<>();
    /** What is among the early ones: each is sent again and again while it waits. */
    private final Set<Numbered> waits = new HashSet<>();

    private final Map<UUID, Proposed> proposed = new HashMap<>();
    private long earlyBytes;

    LeaderIntake(Leadership leadership) {
        this.leadership = leadership;
    }

    void forwarded(UUID member, long epoch, long serial, byte[] batch) {
        if (!leadership.leads()) {
            leadership.refuse(member, epoch, 0);
        } else if (!leadership.ready() || !early.isEmpty() || !leadership.accepts(batch.length)) {
            if (early.size() < MAX_EARLY
                    && earlyBytes + batch.length <= MAX_EARLY_BYTES
                    && waits.add(new Numbered(member, epoch, serial))) {
                early.add(new Early(member, epoch, serial, batch));
                earlyBytes += batch.length;
            }
        } else {
            append(member, epoch, serial, batch);
        }
    }

    /** Appends what waited, as far as it may be now. */
    void pump() {
        while (!early.isEmpty()
                && leadership.ready()
                && leadership.accepts(early.element().batch().length)) {
            Early next = early.remove();
            earlyBytes -= next.batch().length;
            waits.remove(new Numbered(next.member(), next.epoch(), next.serial()));
            append(next.member(), next.epoch(), next.serial(), next.batch());
        }
    }

    /** The length of the batch that waits to be appended first; 0 when none does. */
    int firstWaiting() {
        return early.isEmpty() ? 0 : early.element().batch().length;
    }

    private void append(UUID member, long epoch, long serial, byte[] batch) {
        if (!leadership.isMember(member)) {
            return; // what it has under way goes again when it is brought in again
        }
        Proposed last = proposed.get(member);
        long done;
        if (last != null && last.epoch() == epoch) {
            done = last.serial();
        } else if (last != null && last.epoch() > epoch) {
            return; // a message of that member's earlier life
        } else {
            done = leadership.lastApplied(member, epoch);
        }
        if (serial <= done) {
            return; // under way, or applied: the member sees it in its own log
        }
        if (serial > done + 1) {
            leadership.refuse(member, epoch, done + 1);
            return;
        }
        if (leadership.propose(batch)) {
            proposed.put(member, new Proposed(epoch, serial));
        }
    }

    /** A batch of that member was appended and not applied: what is due next is for the state to say. */
    void forget(UUID member) {
        proposed.remove(member);
    }

    /** Leadership began or ended: nothing of an earlier term counts. */
    void termChanged() {
        proposed.clear();
        early.clear();
        waits.clear();
        earlyBytes = 0;
    }
}
