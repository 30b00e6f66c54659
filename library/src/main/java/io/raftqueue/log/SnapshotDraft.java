package io.raftqueue.log;

import java.util.List;

/** A snapshot and the messages alive at its index, not yet on disk. */
public final class SnapshotDraft {
    private final StoredSnapshot snapshot;
    private final List<LiveQueue> live;

    SnapshotDraft(StoredSnapshot snapshot, List<LiveQueue> live) {
        this.snapshot = snapshot;
        this.live = List.copyOf(live);
    }

    public StoredSnapshot snapshot() {
        return snapshot;
    }

    List<LiveQueue> live() {
        return live;
    }
}
