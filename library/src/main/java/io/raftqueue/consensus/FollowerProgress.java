package io.raftqueue.consensus;

import io.raftqueue.consensus.FollowerStatus.State;
import java.util.ArrayDeque;

/** What a leader knows of one follower in its term, and what is under way to it. */
final class FollowerProgress {
    private record Sent(long lastIndex, int entries, long bytes) {}

    private final ArrayDeque<Sent> inFlight = new ArrayDeque<>();
    private int inFlightEntries;
    private long inFlightBytes;

    Member member;
    State state = State.PROBE;
    /** On its disk, and equal to ours: counts for commitment. Never falls within a term. */
    long match;
    /** The next entry to send. */
    long next;
    /** A probe is under way, sent at {@link #movedAt}. */
    boolean probing;
    /** When entries last moved: the clock of resends. */
    long movedAt;

    boolean heard;
    /** When it was last heard; the beginning of the term while it was not. */
    long heardAt;
    /** The link to it broke, at {@link #lostAt}, and it was not heard since. */
    private boolean lost;

    private long lostAt;
    /** The newest heartbeat round it answered. */
    long roundAnswered;
    /** The commit index it was last told. */
    long commitTold;
    /** Removed by the configuration of that index: it is told, then dropped. 0 for a member. */
    long removedBy;

    FollowerProgress(Member member, long next, long now) {
        this.member = member;
        this.next = next;
        this.heardAt = now;
        this.movedAt = now;
    }

    void heard(long now) {
        heard = true;
        heardAt = now;
        lost = false;
    }

    void lost(long now) {
        if (!lost) {
            lost = true;
            lostAt = now;
        }
    }

    /** The link to it broke, and it did not come back for so long: no need to wait until it was silent for longer. */
    boolean gone(long now, long nanos) {
        return lost && now - lostAt >= nanos;
    }

    void sent(long lastIndex, int entries, long bytes, long now) {
        if (inFlight.isEmpty()) {
            movedAt = now;
        }
        inFlight.add(new Sent(lastIndex, entries, bytes));
        inFlightEntries += entries;
        inFlightBytes += bytes;
        next = lastIndex + 1;
    }

    boolean windowOpen(ConsensusOptions options) {
        return inFlightEntries < options.windowEntries() && inFlightBytes < options.windowBytes();
    }

    boolean idle() {
        return inFlight.isEmpty();
    }

    int inFlightEntries() {
        return inFlightEntries;
    }

    long inFlightBytes() {
        return inFlightBytes;
    }

    /**
     * Its log equals ours up to {@code verified}, its disk up to {@code durable}.
     *
     * @param toAppend false for the answer to a heartbeat, which also comes from a follower that takes no entries now
     */
    void answered(long verified, long durable, boolean toAppend, long now) {
        match = Math.max(match, durable);
        while (!inFlight.isEmpty() && inFlight.getFirst().lastIndex() <= verified) {
            Sent done = inFlight.removeFirst();
            inFlightEntries -= done.entries();
            inFlightBytes -= done.bytes();
            movedAt = now;
        }
        if (state == State.PROBE && toAppend && verified >= next - 1) {
            state = State.REPLICATE;
            probing = false;
            movedAt = now;
        }
        if (state == State.REPLICATE) {
            if (verified >= next) {
                next = verified + 1;
            } else if (inFlight.isEmpty() && verified < next - 1) {
                probe(Math.max(match, verified) + 1); // it restarted and forgot what this term verified
            }
        }
    }

    /** Ask again where the logs agree, beginning before {@code from}. */
    void probe(long from) {
        state = State.PROBE;
        probing = false;
        next = from;
        inFlight.clear();
        inFlightEntries = 0;
        inFlightBytes = 0;
    }

    void awaitSnapshot() {
        probe(next);
        state = State.SNAPSHOT;
    }
}
