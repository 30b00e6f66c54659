package io.raftqueue.node;

import io.raftqueue.codec.EncodedMessage;
import io.raftqueue.command.MessageBody;
import io.raftqueue.raft.Replica;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A message that this node removed from its queue, on its way to a caller, who reads its body. */
final class Popped implements Comparable<Popped> {
    private final Replica replica;
    private final long queueUid;
    private final long id;

    /** Guarded by this. */
    private @Nullable CompletableFuture<MessageBody> body;

    Popped(Replica replica, long queueUid, long id) {
        this.replica = replica;
        this.queueUid = queueUid;
        this.id = id;
    }

    long id() {
        return id;
    }

    /**
     * Reads the body, once: off the engine's threads, since it may come from the disk, and soon, since the log need not
     * keep what was removed.
     */
    synchronized CompletableFuture<MessageBody> body() {
        if (body == null) {
            body = replica.body(queueUid, id);
        }
        return body;
    }

    /** Has the body read now, for whoever comes for it. */
    void read() {
        var unused = body();
    }

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
