package io.raftqueue.consensus;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** What a leader was asked to append: gathered, then written by one append, before anybody is told (paper, 5.3). */
final class Proposals {
    private record Size(long index, int bytes) {}

    private final Server server;
    private final long term;
    private final ArrayDeque<Size> uncommitted = new ArrayDeque<>();
    private List<Entry> buffer = new ArrayList<>();
    private long bufferBytes;
    private long uncommittedBytes;

    Proposals(Server server, long term) {
        this.server = server;
        this.term = term;
    }

    long add(boolean internal, long time, byte[] payload) {
        long index = server.storage.lastIndex() + buffer.size() + 1;
        buffer.add(new Entry(index, term, internal, time, payload));
        uncommitted.add(new Size(index, payload.length));
        uncommittedBytes += payload.length;
        bufferBytes += payload.length;
        return index;
    }

    /** False when the disk has no room: then nothing of it was appended. */
    boolean flush() {
        if (buffer.isEmpty()) {
            return true;
        }
        List<Entry> entries = buffer;
        if (!server.storage.roomFor(bufferBytes) || !server.storage.tryAppend(entries)) {
            return false;
        }
        buffer = new ArrayList<>();
        bufferBytes = 0;
        server.appended(entries);
        return true;
    }

    void committed(long index) {
        while (!uncommitted.isEmpty() && uncommitted.getFirst().index() <= index) {
            uncommittedBytes -= uncommitted.removeFirst().bytes();
        }
    }

    long uncommittedBytes() {
        return uncommittedBytes;
    }
}
