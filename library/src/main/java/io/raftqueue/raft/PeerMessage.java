package io.raftqueue.raft;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What members say to each other. The wire format is {@link PeerCodec}'s. */
@SuppressWarnings("ArrayRecordComponent")
sealed interface PeerMessage {

    /**
     * Who says it to whom.
     *
     * @param clusterId null before the sender belongs to a cluster
     * @param target the incarnation it is meant for; null when the sender does not know who answers at that address
     */
    record Envelope(
            @Nullable UUID clusterId,
            UUID sender,
            String senderId,
            String senderAddress,
            @Nullable UUID target,
            PeerMessage message) {}

    /** A message of the consensus, with its own envelope, in its own encoding. */
    record Consensus(io.raftqueue.consensus.Envelope envelope) implements PeerMessage {}

    /** To the leader: append this batch, an encoded {@code CommandBatch} of the sender's. */
    record Forward(long epoch, long serial, byte[] batch) implements PeerMessage {}

    /** Back: it was not appended. With {@code expectedSerial} > 0 the sender shall resend from there on. */
    record ForwardRefused(long epoch, long expectedSerial) implements PeerMessage {}

    /**
     * Who are you?
     *
     * @param asked the address that was dialled; it comes back in the answer, for the node may give itself another
     */
    record Hello(String asked) implements PeerMessage {}

    /**
     * I am.
     *
     * @param clusterId null when in no cluster
     * @param knowsAsker whether the asker's id or address is one of that cluster's members'
     * @param leaderId empty when not known, as its addresses
     * @param asked as in the question
     */
    record HelloAnswer(
            String id,
            String raftAddress,
            String httpAddress,
            @Nullable UUID clusterId,
            boolean knowsAsker,
            String leaderId,
            String leaderRaftAddress,
            String asked)
            implements PeerMessage {}

    /**
     * Every second, to every other member: this one is up.
     *
     * @param storageFull its disk is nearly full
     */
    record Presence(boolean storageFull) implements PeerMessage {}

    /** From the first of a fixed membership to the others, all of whom are empty: this is our first configuration. */
    record Found(byte[] configuration) implements PeerMessage {}

    /** A membership request, at any member; it finds its way to the leader. */
    record Admin(long requestId, Kind kind, String id, String raftAddress, boolean force, long timeoutMillis)
            implements PeerMessage {
        enum Kind {
            JOIN,
            REMOVE
        }
    }

    /** How it ended. */
    record AdminAnswer(long requestId, Outcome outcome, String text) implements PeerMessage {
        enum Outcome {
            DONE,
            CATCHING_UP,
            UNREACHABLE,
            CONFLICT,
            UNKNOWN_MEMBER,
            /** Not the leader, or no longer: ask again. */
            TRY_AGAIN
        }
    }

    /** A piece of a snapshot for a member that lags behind the log's beginning. */
    record SnapshotChunk(long term, long index, long transferId, long offset, boolean last, byte[] bytes)
            implements PeerMessage {}

    /** The next offset wanted; with {@code installed} the snapshot is in force. */
    record SnapshotProgress(long transferId, long nextOffset, boolean installed) implements PeerMessage {}
}
