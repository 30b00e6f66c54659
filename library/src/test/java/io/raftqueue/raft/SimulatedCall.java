package io.raftqueue.raft;

import io.raftqueue.command.Result;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * A call on one member, as a client sees it.
 *
 * @param queue number of the queue
 * @param value what a send carries; -1 for a take
 * @param node the member's incarnation
 * @param start the how-manieth start of its directory
 */
record SimulatedCall(
        int client,
        SimulatedMember at,
        UUID node,
        long start,
        int queue,
        long value,
        long called,
        CompletableFuture<Result> result) {
    boolean take() {
        return value < 0;
    }

    @Override
    public String toString() {
        return "client " + client + (take() ? "'s take" : "'s send of " + value) + " at " + at.name;
    }
}
