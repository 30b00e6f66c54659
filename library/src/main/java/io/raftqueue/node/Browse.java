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

/** Reads the bodies of waiting messages, a few ahead. Those that were removed before their turn are left out. */
final class Browse implements Iterator<EncodedMessage> {
    private static final int AHEAD = 64;

    private final Replica replica;
    private final String queue;
    private final long queueUid;
    private final Iterator<Long> ids;
    private final ArrayDeque<Reading> readings = new ArrayDeque<>();
    private @Nullable EncodedMessage next;

    private record Reading(long id, CompletableFuture<MessageBody> body) {}

    Browse(Replica replica, String queue, Replica.Waiting waiting) {
        this.replica = replica;
        this.queue = queue;
        this.queueUid = waiting.queueUid();
        this.ids = waiting.ids().iterator();
    }

    @Override
    public boolean hasNext() {
        while (next == null) {
            while (readings.size() < AHEAD && ids.hasNext()) {
                long id = ids.next();
                readings.add(new Reading(id, replica.body(queueUid, id)));
            }
            Reading first = readings.poll();
            if (first == null) {
                return false;
            }
            next = read(first);
        }
        return true;
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
