package io.raftqueue.state;

import io.raftqueue.command.Command;
import io.raftqueue.command.MessageBody;
import io.raftqueue.command.QueueName;
import io.raftqueue.command.Result;
import io.raftqueue.command.WireReader;
import io.raftqueue.command.WireWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The queues by name, and what each command does to them. */
final class Queues {
    /** Sorted, so that every walk over it is the same on every member. */
    private final TreeMap<String, Queue> byName = new TreeMap<>();

    private int maxQueues;

    /** The uid of the next queue; none is given out twice. */
    private long nextUid = 1;

    /** The first id of the next queue: above all ids of all deleted ones, so that no name ever sees an id again. */
    private long idFloor = 1;

    /** Of the batch being applied. */
    private final List<Queue> touched = new ArrayList<>();

    Queues(int maxQueues) {
        this.maxQueues = maxQueues;
    }

    @Nullable
    Queue find(String name) {
        return byName.get(name);
    }

    Collection<Queue> all() {
        return byName.values();
    }

    /** The results of the commands, in order. */
    List<Result> apply(long index, List<Command> commands, Changes changes) {
        List<Result> results = new ArrayList<>(commands.size());
        ChangeRuns runs = new ChangeRuns(changes, index);
        int slot = 0;
        Queue queue = null;
        for (Command command : commands) {
            if (queue == null || !queue.name().equals(command.queue())) {
                queue = byName.get(command.queue());
            }
            if (command instanceof Command.Send send) {
                queue = queue == null ? create(send.queue()) : queue;
                results.add(send(queue, send.message(), slot, runs));
                slot++;
            } else if (command instanceof Command.SendAll all) {
                queue = queue == null ? create(all.queue()) : queue;
                results.add(sendAll(queue, all.messages(), slot, runs));
                slot += all.messages().size();
            } else if (command instanceof Command.Take take) {
                results.add(take(queue, take.max(), runs));
            } else if (command instanceof Command.Purge) {
                results.add(purge(queue, runs));
            } else if (command instanceof Command.Configure configure) {
                queue = queue == null ? create(configure.queue()) : queue;
                results.add(configure(queue, configure));
            } else if (command instanceof Command.DeleteQueue) {
                results.add(delete(queue, runs));
                queue = null;
            }
        }
        runs.flush();
        tellFigures(changes);
        return results;
    }

    void write(WireWriter out) {
        out.putVarint(maxQueues);
        out.putVarint(nextUid);
        out.putVarint(idFloor);
        out.putVarint(byName.size());
        byName.values().forEach(queue -> queue.write(out));
    }

    static Queues read(WireReader in) {
        Queues queues = new Queues((int) in.getVarint(0, Integer.MAX_VALUE, "most queues allowed"));
        queues.nextUid = in.getVarint(1, Long.MAX_VALUE, "next queue uid");
        queues.idFloor = in.getVarint(1, Long.MAX_VALUE, "id floor");
        int count = in.getCount(0, queues.maxQueues, 10, "number of queues");
        String previous = "";
        for (int i = 0; i < count; i++) {
            String name = in.getString(QueueName.MAX_LENGTH, "queue name");
            if (!QueueName.isValid(name) || name.compareTo(previous) <= 0) {
                throw in.malformed("queue name '" + name + "' not allowed here");
            }
            Queue queue = Queue.read(in, name);
            if (queue.uid() >= queues.nextUid) {
                throw in.malformed("queue " + name + " has a uid not given out yet");
            }
            queues.byName.put(name, queue);
            previous = name;
        }
        return queues;
    }

    /** A new queue, or null when there are as many as there may be. */
    private @Nullable Queue create(String name) {
        if (byName.size() >= maxQueues) {
            return null;
        }
        Queue queue = new Queue(name, nextUid++, idFloor);
        byName.put(name, queue);
        return queue;
    }

    private Result send(@Nullable Queue queue, MessageBody message, int slot, ChangeRuns runs) {
        if (queue == null) {
            return new Result.Refused(Result.Refusal.TOO_MANY_QUEUES);
        }
        touch(queue);
        if (!queue.hasRoomFor(1, message.payload().length)) {
            queue.refuse(1);
            return new Result.Refused(Result.Refusal.QUEUE_FULL);
        }
        long id = queue.nextId();
        queue.add(message.payload().length, message.sentAtMillis());
        runs.stored(queue, id, 1, slot);
        return new Result.Sent(id, 1);
    }

    private Result sendAll(@Nullable Queue queue, List<MessageBody> messages, int slot, ChangeRuns runs) {
        if (queue == null) {
            return new Result.Refused(Result.Refusal.TOO_MANY_QUEUES);
        }
        touch(queue);
        long bytes = 0;
        for (MessageBody message : messages) {
            bytes += message.payload().length;
        }
        if (!queue.hasRoomFor(messages.size(), bytes)) {
            queue.refuse(messages.size());
            return new Result.Refused(Result.Refusal.QUEUE_FULL);
        }
        long firstId = queue.nextId();
        for (MessageBody message : messages) {
            queue.add(message.payload().length, message.sentAtMillis());
        }
        runs.stored(queue, firstId, messages.size(), slot);
        return new Result.Sent(firstId, messages.size());
    }

    private Result take(@Nullable Queue queue, int max, ChangeRuns runs) {
        if (queue == null) {
            return new Result.Refused(Result.Refusal.NO_SUCH_QUEUE);
        }
        long firstId = queue.headId();
        int count = queue.take(max);
        if (count > 0) {
            touch(queue);
            runs.removed(queue, firstId, count);
        }
        return new Result.Taken(queue.uid(), firstId, count);
    }

    private Result purge(@Nullable Queue queue, ChangeRuns runs) {
        if (queue == null) {
            return new Result.Refused(Result.Refusal.NO_SUCH_QUEUE);
        }
        touch(queue);
        long firstId = queue.headId();
        long count = queue.purge();
        runs.removed(queue, firstId, count);
        return new Result.Purged(count);
    }

    private Result configure(@Nullable Queue queue, Command.Configure limits) {
        if (queue == null) {
            return new Result.Refused(Result.Refusal.TOO_MANY_QUEUES);
        }
        touch(queue);
        queue.limit(limits.maxMessages(), limits.maxBytes());
        return new Result.Configured();
    }

    private Result delete(@Nullable Queue queue, ChangeRuns runs) {
        if (queue == null) {
            return new Result.Deleted(false);
        }
        idFloor = Math.max(idFloor, queue.nextId());
        byName.remove(queue.name());
        touched.remove(queue);
        runs.dropped(queue);
        return new Result.Deleted(true);
    }

    private void touch(Queue queue) {
        if (!queue.touched()) {
            queue.touched(true);
            touched.add(queue);
        }
    }

    private void tellFigures(Changes changes) {
        for (Queue queue : touched) {
            queue.touched(false);
            changes.figures(queue.figures());
        }
        touched.clear();
    }
}
