package io.raftqueue.raft;

import io.raftqueue.command.Command;
import io.raftqueue.command.MessageBody;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What callers have handed in and the raft thread has not come to: bounded as what it keeps itself, since it may be held up
 * for seconds, by the disk for one, and callers that do not wait for their answers would fill the memory. From any thread.
 */
final class HandedIn {
    private static final int BYTES_BITS = 40;

    /** Calls in the upper bits, bytes in the lower: each call changes both, in one step. */
    private final AtomicLong counts = new AtomicLong();

    /** Payload bytes, which are what counts. */
    static long size(Command command) {
        if (command instanceof Command.Send send) {
            return send.message().payload().length;
        }
        long size = 0;
        if (command instanceof Command.SendAll all) {
            for (MessageBody message : all.messages()) {
                size += message.payload().length;
            }
        }
        return size;
    }

    /** Whether there is room for one more; if so it is counted. */
    boolean enter(long size) {
        long now = counts.addAndGet(call(size));
        if (calls(now) > Submissions.MAX_WAITING || bytes(now) > Submissions.MAX_WAITING_BYTES) {
            leave(size);
            return false;
        }
        return true;
    }

    /** The raft thread has come to it. */
    void leave(long size) {
        counts.addAndGet(-call(size));
    }

    private static long call(long size) {
        return (1L << BYTES_BITS) + size;
    }

    private static long calls(long counts) {
        return counts >>> BYTES_BITS;
    }

    private static long bytes(long counts) {
        return counts & ((1L << BYTES_BITS) - 1);
    }

    @Override
    public String toString() {
        long now = counts.get();
        return calls(now) + " requests with " + bytes(now) + " bytes";
    }
}
