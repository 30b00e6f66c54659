package io.raftqueue.node;

import io.raftqueue.codec.EncodedMessage;
import io.raftqueue.command.MessageBody;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/**
 * A message that this node removed from its queue, on its way to a caller. Its body is being read since the removal, so
 * that it stays at hand however long the message waits for a caller.
 */
record Popped(long queueUid, long id, CompletableFuture<MessageBody> body) implements Comparable<Popped> {

    /** A message as a codec wants it. */
    static EncodedMessage encoded(long id, MessageBody body) {
        return new EncodedMessage(
                id,
                body.payload(),
                body.contentType(),
                body.headers(),
                Instant.ofEpochMilli(body.sentAtMillis()),
                body.key());
    }

    /** In the order of the queue; a queue that was made anew comes after its predecessor. */
    @Override
    public int compareTo(Popped other) {
        int byQueue = Long.compare(queueUid, other.queueUid);
        return byQueue != 0 ? byQueue : Long.compare(id, other.id);
    }
}
