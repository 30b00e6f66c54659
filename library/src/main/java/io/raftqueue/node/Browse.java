package io.raftqueue.node;

import io.raftqueue.codec.EncodedMessage;
import io.raftqueue.command.MessageBody;
import io.raftqueue.raft.Replica;
import io.raftqueue.state.QueueFigures;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Reads the messages of a queue from the head on, a page at a time: those that waited at the start, without those that were
 * removed before their turn came.
 */
final class Browse implements Iterator<EncodedMessage> {
    private static final int PAGE = 64;

    private final Replica replica;
    private final String queue;
    private final ArrayDeque<Reading> page = new ArrayDeque<>();
    private final long queueUid;
    private final long endId;
    private long nextId;
    private int left;
    private @Nullable EncodedMessage next;

    private record Reading(long id, CompletableFuture<MessageBody> body) {}

    /** Up to {@code limit} messages, as applied here now. */
    Browse(Replica replica, String queue, int limit) {
        this.replica = replica;
        this.queue = queue;
        QueueFigures figures = replica.figures(queue);
        this.queueUid = figures == null ? 0 : figures.uid();
        this.endId = figures == null ? 0 : figures.nextId();
        this.left = figures == null ? 0 : limit;
    }

    @Override
    public boolean hasNext() {
        while (next == null) {
            Reading first = page.poll();
            if (first != null) {
                next = read(first);
            } else if (!turn()) {
                return false;
            }
        }
        return true;
    }

    /** Begins to read the next page; false when there is none. */
    private boolean turn() {
        if (left == 0) {
            return false;
        }
        Replica.Waiting waiting = Calls.await(replica.waiting(queue, nextId, Math.min(PAGE, left)));
        if (waiting.queueUid() != queueUid) {
            return false; // deleted meanwhile, and perhaps made anew
        }
        for (long id : waiting.ids()) {
            if (id < endId) {
                page.add(new Reading(id, replica.body(queueUid, id)));
                nextId = id + 1;
                left--;
            }
        }
        return !page.isEmpty();
    }

    private @Nullable EncodedMessage read(Reading reading) {
        try {
            return Popped.encoded(reading.id(), Calls.await(reading.body()));
        } catch (RuntimeException e) {
            if (isWaiting(reading.id())) {
                throw e;
            }
            return null;
        }
    }

    private boolean isWaiting(long id) {
        QueueFigures figures = replica.figures(queue);
        return figures != null && figures.uid() == queueUid && id >= figures.headId();
    }

    @Override
    public EncodedMessage next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException("queue " + queue + " has no further messages");
        }
        EncodedMessage message = next;
        next = null;
        return message;
    }
}
