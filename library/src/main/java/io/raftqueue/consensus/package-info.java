/**
 * Raft without threads, clock, I/O and randomness of its own, as in Ongaro and Ousterhout's paper and Ongaro's thesis.
 *
 * <p>To read it: {@link io.raftqueue.consensus.Consensus} is the door; {@link io.raftqueue.consensus.RaftMessage} what
 * servers say to each other; {@code Server} what one server is, with its terms and roles; {@code Inbox} who may say what;
 * {@code Election}; {@code FollowerLog} and {@code Leadership}, the two sides of the log; {@code Replication} and
 * {@code FollowerProgress}, how entries get to one follower; {@code LeaderReads} and {@code Reads}; {@code
 * ConfigurationChange}. The host gives it a {@link io.raftqueue.consensus.RaftStorage}, an
 * {@link io.raftqueue.consensus.Outbox} and a {@link io.raftqueue.consensus.ConsensusListener}.
 *
 * <p>What it must keep is told by the stories in its tests, one by one, and by simulated clusters in their millions;
 * {@code Rules} are the seams at which the tests switch a cure off to see that it is missed.
 */
@NullMarked
package io.raftqueue.consensus;

import org.jspecify.annotations.NullMarked;
