package io.raftqueue.state;

import io.raftqueue.command.WireReader;
import io.raftqueue.command.WireWriter;

/** One queue: a range of consecutive ids, what is known of the messages in it, limits and counters. */
final class Queue {
    private final String name;
    private final long uid;
    private final Backlog backlog;

    private long headId;
    private long taken;
    private long purged;
    private long refused;
    private long maxMessages;
    private long maxBytes;

    /** Whether the batch being applied has touched it; not part of the state. */
    private boolean touched;

    Queue(String name, long uid, long headId) {
        this(name, uid, headId, new Backlog());
    }

    private Queue(String name, long uid, long headId, Backlog backlog) {
        this.name = name;
        this.uid = uid;
        this.headId = headId;
        this.backlog = backlog;
    }

    String name() {
        return name;
    }

    long uid() {
        return uid;
    }

    long headId() {
        return headId;
    }

    long nextId() {
        return headId + backlog.messages();
    }

    long depth() {
        return backlog.messages();
    }

    boolean hasRoomFor(long messages, long bytes) {
        return (maxMessages == 0 || messages <= maxMessages - backlog.messages())
                && (maxBytes == 0 || bytes <= maxBytes - backlog.bytes());
    }

    void add(long bytes, long sentAtMillis) {
        backlog.add(bytes, sentAtMillis);
    }

    void refuse(long messages) {
        refused += messages;
    }

    /** Removes up to {@code max} from the head and says how many. */
    int take(int max) {
        int count = (int) Math.min(max, backlog.messages());
        backlog.remove(count);
        headId += count;
        taken += count;
        return count;
    }

    long purge() {
        long count = backlog.messages();
        backlog.clear();
        headId += count;
        purged += count;
        return count;
    }

    void limit(long messages, long bytes) {
        maxMessages = messages;
        maxBytes = bytes;
    }

    boolean touched() {
        return touched;
    }

    void touched(boolean now) {
        touched = now;
    }

    QueueFigures figures() {
        return new QueueFigures(
                name,
                uid,
                depth(),
                backlog.bytes(),
                headId,
                nextId(),
                backlog.oldestSentAt(),
                depth() + taken + purged,
                taken,
                purged,
                refused,
                maxMessages,
                maxBytes);
    }

    void write(WireWriter out) {
        out.putString(name);
        out.putVarint(uid);
        out.putVarint(headId);
        out.putVarint(taken);
        out.putVarint(purged);
        out.putVarint(refused);
        out.putVarint(maxMessages);
        out.putVarint(maxBytes);
        backlog.write(out);
    }

    static Queue read(WireReader in, String name) {
        long uid = in.getVarint(1, Long.MAX_VALUE, "queue uid");
        long headId = in.getVarint(1, Long.MAX_VALUE, "head id");
        long taken = in.getVarint(0, headId - 1, "taken");
        long purged = in.getVarint(0, headId - 1 - taken, "purged");
        long refused = in.getVarint(0, Long.MAX_VALUE, "refused");
        long maxMessages = in.getVarint(0, Long.MAX_VALUE, "maxMessages");
        long maxBytes = in.getVarint(0, Long.MAX_VALUE, "maxBytes");
        Queue queue = new Queue(name, uid, headId, Backlog.read(in));
        if (queue.nextId() < headId) {
            throw in.malformed("ids of queue " + name + " past the largest number");
        }
        queue.taken = taken;
        queue.purged = purged;
        queue.refused = refused;
        queue.maxMessages = maxMessages;
        queue.maxBytes = maxBytes;
        return queue;
    }
}
