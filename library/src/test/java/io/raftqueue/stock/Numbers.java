package io.raftqueue.stock;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jgroups.raft.StateMachine;

/** A state machine of the engine: the numbers that were written, in their order. A read is told how many there are. */
final class Numbers implements StateMachine {
    static final long READ = -1;

    /** Told each number that is applied, and its place from 1 on. */
    interface Listener {
        void applied(int place, long value);
    }

    final List<Long> values = new ArrayList<>();
    Listener listener = (place, value) -> {};
    int snapshots;
    long snapshotBytes;

    static byte[] command(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    @Override
    public byte[] apply(byte[] data, int offset, int length, boolean serialize) {
        long value = ByteBuffer.wrap(data, offset, length).getLong();
        if (value != READ) {
            values.add(value);
            listener.applied(values.size(), value);
        }
        return command(values.size());
    }

    @Override
    public void readContentFrom(DataInput in) throws IOException {
        values.clear();
        for (int left = in.readInt(); left > 0; left--) {
            values.add(in.readLong());
        }
    }

    @Override
    public void writeContentTo(DataOutput out) throws IOException {
        out.writeInt(values.size());
        for (long value : values) {
            out.writeLong(value);
        }
        snapshots++;
        snapshotBytes += 4 + 8L * values.size();
    }
}
