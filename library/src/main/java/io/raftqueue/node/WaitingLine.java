package io.raftqueue.node;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for a message of one queue, in order of arrival, and the messages that were removed and found nobody there.
 *
 * <p>The first in line are covered: as many as messages were asked for by takes under way. Whoever moves up is covered
 * like the one whose place he takes, so a claim belongs to the head of the line and not to a caller.
 *
 * <p>Books only, under one lock: whoever leaves the line is returned, to be completed by others outside the lock, since
 * what hangs on a waiter runs in the thread that completes it.
 */
final class WaitingLine {
    /** A take that is to be proposed for the first in line who are not covered, and how long the longest of all may last. */
    record Claim(int messages, long patienceNanos) {}

    private final Set<Waiter> waiters = new LinkedHashSet<>();
    private final PriorityQueue<Popped> kept = new PriorityQueue<>();

    /** Messages asked for by takes under way for waiters. */
    private int claimed;

    private boolean paused;

    /** Why there is nothing to be had any more. */
    private @Nullable Supplier<RuntimeException> ended;

    /** A caller comes: he gets a kept message, or hears of the end; if there is neither he stands in line, if he waits. */
    synchronized void admit(Waiter caller, boolean waits) {
        if (ended != null) {
            caller.completeExceptionally(ended.get());
        } else if (!kept.isEmpty()) {
            caller.complete(kept.remove()); // nothing hangs on a caller who has just come
        } else if (waits) {
            waiters.add(caller);
        }
    }

    /**
     * The caller's wait is over: he leaves the line, unless a take is under way that may serve him. Returns whether he has
     * left now, and is to be answered.
     *
     * @param stopped what he is to hear if he stays and no take serves him; null if he is to have a last look
     * @param whenOverdue run under the lock, once, if he stays
     */
    synchronized boolean waitIsOver(
            Waiter waiter, @Nullable Supplier<RuntimeException> stopped, Consumer<Waiter> whenOverdue) {
        if (!isCovered(waiter)) {
            return waiters.remove(waiter);
        }
        if (stopped != null) {
            waiter.stopped = stopped;
        }
        if (!waiter.overdue) {
            waiter.overdue = true;
            whenOverdue.accept(waiter);
        }
        return false;
    }

    private boolean isCovered(Waiter waiter) {
        int place = 0;
        for (Waiter other : waiters) {
            if (place++ >= claimed) {
                return false;
            }
            if (other == waiter) {
                return true;
            }
        }
        return false;
    }

    synchronized void leave(Waiter waiter) {
        waiters.remove(waiter);
    }

    /** Takes the first out of the line; if there is none, keeps the message and returns null. */
    synchronized @Nullable Waiter nextFor(Popped message) {
        Iterator<Waiter> line = waiters.iterator();
        if (!line.hasNext()) {
            kept.add(message);
            return null;
        }
        Waiter first = line.next();
        line.remove();
        return first;
    }

    /** Takes the first out of the line, up to {@code count}. */
    synchronized List<Waiter> removeFirst(int count) {
        List<Waiter> first = waiters.stream().limit(count).toList();
        first.forEach(waiters::remove);
        return first;
    }

    /** Up to {@code max} of the messages that found nobody, in the queue's order. */
    synchronized List<Popped> takeKept(int max) {
        var messages = new ArrayList<Popped>();
        while (messages.size() < max && !kept.isEmpty()) {
            messages.add(kept.remove());
        }
        return messages;
    }

    synchronized int keptCount() {
        return kept.size();
    }

    /**
     * Covers as many waiters more as there are messages for; null if that is nobody.
     *
     * @param depth how many messages wait: asked under the lock, since takes that have come home make it less
     */
    synchronized @Nullable Claim claim(LongSupplier depth) {
        if (waiters.size() <= claimed || paused || ended != null) {
            return null;
        }
        int wanted = (int) Math.min(Math.min(waiters.size(), depth.getAsLong()) - claimed, Removals.LARGEST_TAKE);
        if (wanted <= 0) {
            return null;
        }
        long patience = 0;
        for (Waiter waiter : waiters) {
            patience = Math.max(patience, waiter.timeoutNanos);
        }
        claimed += wanted;
        return new Claim(wanted, patience);
    }

    /** Takes back a claim. Whoever was in line only for its sake, being overdue, leaves it, and is returned. */
    synchronized List<Waiter> release(Claim claim) {
        claimed -= claim.messages();
        List<Waiter> stranded =
                waiters.stream().skip(claimed).filter(waiter -> waiter.overdue).toList();
        stranded.forEach(waiters::remove);
        return stranded;
    }

    /** No claims until {@link #resume()}. */
    synchronized void pause() {
        paused = true;
    }

    synchronized void resume() {
        paused = false;
    }

    /** Admits nobody from now on, for this reason or an earlier one. All who are not covered leave, and are returned. */
    synchronized List<Waiter> end(Supplier<RuntimeException> why) {
        if (ended == null) {
            ended = why;
        }
        List<Waiter> uncovered = waiters.stream().skip(claimed).toList();
        uncovered.forEach(waiters::remove);
        return uncovered;
    }

    synchronized @Nullable Supplier<RuntimeException> ended() {
        return ended;
    }
}
