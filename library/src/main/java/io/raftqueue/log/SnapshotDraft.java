package io.raftqueue.log;

/** A snapshot and the messages alive at its index, not yet on disk. */
public final class SnapshotDraft {
    private final StoredSnapshot snapshot;

    SnapshotDraft(StoredSnapshot snapshot) {
        this.snapshot = snapshot;
    }

    public StoredSnapshot snapshot() {
        return snapshot;
    }
}
