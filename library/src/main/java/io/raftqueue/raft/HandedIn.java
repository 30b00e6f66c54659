package io.raftqueue.raft;

import io.raftqueue.command.Command;
import io.raftqueue.command.MessageBody;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What callers have handed in and the raft thread has not come to: bounded as what it keeps itself, since it may be held up
 * for seconds, by the disk for one, and callers that do not wait for their answers would fill the memory. From any thread.
 */
final class HandedIn {
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

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
        long before = bytes.getAndAdd(size);
        if (calls.incrementAndGet() > Submissions.MAX_WAITING || before + size > Submissions.MAX_WAITING_BYTES) {
            leave(size);
            return false;
        }
        return true;
    }

    /** The raft thread has come to it. */
    void leave(long size) {
        bytes.addAndGet(-size);
        calls.decrementAndGet();
    }

    @Override
    public String toString() {
        return calls + " requests with " + bytes + " bytes";
    }
}
