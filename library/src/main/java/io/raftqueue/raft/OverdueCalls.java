package io.raftqueue.raft;

import io.raftqueue.NoLeaderException;
import io.raftqueue.OutcomeUnknownException;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ends the calls that the raft thread does not end in their time: a disk that does not answer holds it up for as long as it
 * likes, and every call has a deadline. From any thread.
 */
final class OverdueCalls implements AutoCloseable {
    /** So often that of the calls that were answered few are still held when memory is collected. */
    private static final long LOOK_MILLIS = 50;

    /** The raft thread knows better what became of a call; so long after the deadline it can still say it. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final String node;
    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
    private final ScheduledThreadPoolExecutor timer;

    OverdueCalls(String node) {
        this.node = node;
        this.timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "raftqueue-overdue-" + node);
            thread.setDaemon(true);
            return thread;
        });
        var unused = timer.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** @param changes whether it may change anything once it is begun */
    Call watch(CompletableFuture<?> caller, long deadlineNanos, boolean changes) {
        Call call = new Call(caller, deadlineNanos, changes);
        calls.add(call);
        return call;
    }

    private void look() {
        long now = System.nanoTime();
        calls.removeIf(call -> call.caller.isDone() || (now - call.deadline >= GRACE_NANOS && end(call)));
    }

    private boolean end(Call call) {
        String what = node + " did not come to this request within its time and "
                + TimeUnit.NANOSECONDS.toSeconds(GRACE_NANOS)
                + " s more: its disk does not answer, or the machine has no time for it; ask another node";
        boolean untouched = call.compareAndSet(false, true);
        call.caller.completeExceptionally(
                untouched || !call.changes
                        ? new NoLeaderException("not applied: " + what + ", retry is safe")
                        : new OutcomeUnknownException("outcome unknown: " + what));
        return true;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    /** Claimed (true) by the raft thread, which begins it, or by the end of its time: whoever is first. */
    static final class Call extends AtomicBoolean {
        private static final long serialVersionUID = 1L;

        private final transient CompletableFuture<?> caller;
        private final long deadline;
        private final boolean changes;

        private Call(CompletableFuture<?> caller, long deadline, boolean changes) {
            this.caller = caller;
            this.deadline = deadline;
            this.changes = changes;
        }

        /** The raft thread has come to it; false when that is too late, and its caller was told that nothing was done. */
        boolean begin() {
            return compareAndSet(false, true);
        }
    }
}
