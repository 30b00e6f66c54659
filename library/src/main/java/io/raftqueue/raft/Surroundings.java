package io.raftqueue.raft;

import io.raftqueue.NodeOptions.Begin;
import io.raftqueue.consensus.ConsensusOptions;
import io.raftqueue.log.NodeIdentity;
import io.raftqueue.log.SegmentedLog;
import io.raftqueue.raft.PeerMessage.Envelope;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * All that a {@link ReplicaCore} has of the world: its directory, its way to others, time-free executors and randomness. A
 * simulation gives its own.
 *
 * @param identity of the data directory
 * @param adoptCluster notes on disk which cluster the node entered
 * @param wire sends to a Raft address, best effort, without blocking
 * @param completions runs what callers wait for; in order
 * @param background runs disk work off the raft thread; one thing at a time, in order
 * @param nanoTime for figures only
 * @param raftThread runs something on the raft thread, soon
 */
record Surroundings(
        NodeIdentity identity,
        String raftAddress,
        String httpAddress,
        Begin begin,
        ConsensusOptions consensus,
        SegmentedLog log,
        Consumer<UUID> adoptCluster,
        Wire wire,
        Executor completions,
        Executor background,
        Consumer<Runnable> raftThread,
        RandomGenerator random,
        Supplier<UUID> uuids,
        LongSupplier nanoTime,
        ReplicaEvents events) {

    /** The way to others. */
    interface Wire {
        void send(String raftAddress, Envelope message);
    }
}
