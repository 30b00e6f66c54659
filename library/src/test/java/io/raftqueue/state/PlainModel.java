package io.raftqueue.state;

import io.raftqueue.command.Command;
import io.raftqueue.command.MessageBody;
import io.raftqueue.command.Result;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The queue's rules as plainly as they can be said: every message is an object in a deque. */
final class PlainModel {
    record Waiting(long id, MessageBody message) {}

    static final class PlainQueue {
        final long uid;
        final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
        long nextId;
        long sent;
        long taken;
        long purged;
        long refused;
        long maxMessages;
        long maxBytes;

        PlainQueue(long uid, long nextId) {
            this.uid = uid;
            this.nextId = nextId;
        }

        long bytes() {
            return waiting.stream().mapToLong(w -> w.message().payload().length).sum();
        }
    }

    final Map<String, PlainQueue> queues = new TreeMap<>();
    private final int maxQueues;
    private long uids;
    private long floor = 1;

    PlainModel(int maxQueues) {
        this.maxQueues = maxQueues;
    }

    Result apply(Command command) {
        PlainQueue queue = queues.get(command.queue());
        if (command instanceof Command.DeleteQueue) {
            queues.remove(command.queue());
            floor = queue == null ? floor : Math.max(floor, queue.nextId);
            return new Result.Deleted(queue != null);
        }
        boolean creates = !(command instanceof Command.Take || command instanceof Command.Purge);
        if (queue == null && !creates) {
            return new Result.Refused(Result.Refusal.NO_SUCH_QUEUE);
        }
        if (queue == null && queues.size() == maxQueues) {
            return new Result.Refused(Result.Refusal.TOO_MANY_QUEUES);
        }
        if (queue == null) {
            queue = new PlainQueue(++uids, floor);
            queues.put(command.queue(), queue);
        }
        if (command instanceof Command.Send send) {
            return send(queue, List.of(send.message()));
        } else if (command instanceof Command.SendAll all) {
            return send(queue, all.messages());
        } else if (command instanceof Command.Take take) {
            return take(queue, take.max());
        } else if (command instanceof Command.Purge) {
            int count = queue.waiting.size();
            queue.waiting.clear();
            queue.purged += count;
            return new Result.Purged(count);
        } else if (command instanceof Command.Configure limits) {
            queue.maxMessages = limits.maxMessages();
            queue.maxBytes = limits.maxBytes();
            return new Result.Configured();
        }
        throw new IllegalArgumentException("no rule for " + command);
    }

    private static Result send(PlainQueue queue, List<MessageBody> messages) {
        long bytes = messages.stream().mapToLong(m -> m.payload().length).sum();
        boolean tooMany = queue.maxMessages > 0 && queue.waiting.size() + messages.size() > queue.maxMessages;
        boolean tooBig = queue.maxBytes > 0 && queue.bytes() + bytes > queue.maxBytes;
        if (tooMany || tooBig) {
            queue.refused += messages.size();
            return new Result.Refused(Result.Refusal.QUEUE_FULL);
        }
        long firstId = queue.nextId;
        for (MessageBody message : messages) {
            queue.waiting.add(new Waiting(queue.nextId++, message));
        }
        queue.sent += messages.size();
        return new Result.Sent(firstId, messages.size());
    }

    private static Result take(PlainQueue queue, int max) {
        List<Waiting> taken = new ArrayList<>();
        long firstId =
                queue.waiting.isEmpty() ? queue.nextId : queue.waiting.peek().id();
        while (taken.size() < max && !queue.waiting.isEmpty()) {
            taken.add(queue.waiting.remove());
        }
        queue.taken += taken.size();
        return new Result.Taken(queue.uid, firstId, taken.size());
    }
}
