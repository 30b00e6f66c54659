package io.raftqueue.consensus;

import org.jspecify.annotations.Nullable;

/** Where messages leave. Best effort: it may lose, double and reorder; it must not block and not call back. */
public interface Outbox {
    /**
     * Sends.
     *
     * @param envelope goes to the incarnation {@code envelope.to()}
     * @param member its record in the newest configuration; null for a server that is in none, which is answered where
     *     it was heard from
     */
    void send(Envelope envelope, @Nullable Member member);
}
