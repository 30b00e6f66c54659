package io.raftqueue.state;

import org.jspecify.annotations.Nullable;

/** Joins neighbouring changes of one batch: 64 sends in a row are told as one. */
final class ChangeRuns {
    private final Changes changes;
    private final long index;

    /** The queue of the run that is still open; null when none is. */
    private @Nullable Queue open;

    private boolean storing;
    private long firstId;
    private long count;
    private int firstSlot;

    ChangeRuns(Changes changes, long index) {
        this.changes = changes;
        this.index = index;
    }

    void stored(Queue queue, long id, int messages, int slot) {
        if (messages == 0) {
            return;
        }
        if (open == queue && storing && firstId + count == id && firstSlot + count == slot) {
            count += messages;
        } else {
            begin(queue, true, id, messages);
            firstSlot = slot;
        }
    }

    void removed(Queue queue, long id, long messages) {
        if (messages == 0) {
            return;
        }
        if (open == queue && !storing && firstId + count == id) {
            count += messages;
        } else {
            begin(queue, false, id, messages);
        }
    }

    void dropped(Queue queue) {
        flush();
        changes.queueDropped(queue.uid(), queue.name());
    }

    void flush() {
        Queue queue = open;
        if (queue == null) {
            return;
        }
        open = null;
        if (storing) {
            changes.stored(queue.uid(), queue.name(), firstId, (int) count, index, firstSlot);
        } else {
            changes.removed(queue.uid(), firstId, count);
        }
    }

    private void begin(Queue queue, boolean nowStoring, long id, long messages) {
        flush();
        open = queue;
        storing = nowStoring;
        firstId = id;
        count = messages;
    }
}
