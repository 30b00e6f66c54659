package io.raftqueue.log.disk;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * A file of a {@link SimulatedDisk}. Behind the end of an array are zeros, up to the size: files are made of zeros ahead
 * of their use. An array may be that of a write, or of the file before a restart: it is copied when it changes.
 */
final class SimulatedContent {
    private static final byte[] NOTHING = new byte[0];
    private static final byte[] ZEROS = new byte[256 << 10];

    /** What one write left at {@code position}; {@code bytes} is null for zeros. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Piece(int position, byte[] bytes, int length) {
        int end() {
            return position + length;
        }

        /** The part from {@code at} to {@code to}; of zeros only what the array has. */
        void copyTo(byte[] file, int at, int to) {
            if (bytes != null) {
                System.arraycopy(bytes, at, file, position + at, to - at);
            } else if (position + at < file.length) {
                Arrays.fill(file, position + at, Math.min(file.length, position + to), (byte) 0);
            }
        }

        /** Whether nothing of what the array holds remains. */
        boolean covers(byte[] file) {
            return position == 0 && bytes != null && bytes.length >= file.length;
        }

        /** How long an array must be to hold it. */
        int reach(int to) {
            return bytes == null ? 0 : position + to;
        }
    }

    /** Counts what a power cut decides on: the sectors and names of one directory, in order. */
    static final class Decisions {
        int next;
    }

    boolean named = true;
    int size;
    private byte[] durable = NOTHING;
    private byte[] current = NOTHING;
    private boolean ownsDurable;
    private boolean ownsCurrent;
    private int durableSize;
    private final List<Piece> unforced = new ArrayList<>();

    static SimulatedContent of(byte[] bytes, int size) {
        SimulatedContent content = new SimulatedContent();
        content.durable = bytes;
        content.current = bytes;
        content.size = size;
        content.durableSize = size;
        return content;
    }

    void flip(int at, int mask) {
        reach(at + 1);
        current[at] ^= (byte) mask;
    }

    private void reach(int end) {
        if (current.length < end) {
            current = Arrays.copyOf(current, Math.max(end, current.length * 2));
            ownsCurrent = true;
        } else if (!ownsCurrent) {
            current = current.clone();
            ownsCurrent = true;
        }
    }

    /** Takes {@code length} bytes of the source. */
    void write(ByteBuffer source, int position, int length) {
        write(new Piece(position, take(source, length), length));
    }

    private void write(Piece piece) {
        if (piece.covers(current)) {
            current = piece.bytes;
            ownsCurrent = false;
        } else if (piece.bytes != null || piece.position < current.length) {
            reach(piece.reach(piece.length));
            piece.copyTo(current, 0, piece.length);
        }
        unforced.add(piece);
        size = Math.max(size, piece.end());
    }

    void read(ByteBuffer target, int position, int length) {
        int there = Math.max(0, Math.min(length, current.length - position));
        target.put(current, Math.min(position, current.length), there);
        for (int zeros = length - there; zeros > 0; ) {
            int some = Math.min(zeros, ZEROS.length);
            target.put(ZEROS, 0, some);
            zeros -= some;
        }
    }

    byte[] bytes() {
        return Arrays.copyOf(current, size);
    }

    void force() {
        for (Piece piece : unforced) {
            if (piece.covers(durable)) {
                durable = piece.bytes;
                ownsDurable = false;
                continue;
            }
            int needed = piece.reach(piece.length);
            if (!ownsDurable || durable.length < needed) {
                durable = Arrays.copyOf(durable, Math.max(needed, durable.length));
                ownsDurable = true;
            }
            piece.copyTo(durable, 0, piece.length);
        }
        unforced.clear();
        durableSize = size;
    }

    /** What a power cut leaves of it. */
    SimulatedContent after(IntPredicate survives, Decisions decisions) {
        byte[] bytes = durable;
        ownsDurable = false;
        int end = durableSize;
        for (Piece piece : unforced) {
            for (int at = 0; at < piece.length; ) {
                int to = Math.min(
                        piece.length, at + SimulatedDisk.SECTOR - (piece.position + at) % SimulatedDisk.SECTOR);
                if (survives.test(decisions.next++)) {
                    int needed = piece.reach(to);
                    bytes = bytes.length < needed
                            ? Arrays.copyOf(bytes, needed)
                            : bytes == durable ? bytes.clone() : bytes;
                    piece.copyTo(bytes, at, to);
                    end = Math.max(end, piece.position + to);
                }
                at = to;
            }
        }
        return SimulatedContent.of(bytes, end);
    }

    /** The next bytes; null for zeros only, which need no memory. */
    private static byte[] take(ByteBuffer source, int length) {
        int from = source.position();
        source.position(from + length);
        ByteBuffer written = source.duplicate().position(from).limit(from + length);
        boolean zeros = length > 0 && length <= ZEROS.length && written.get(from) == 0;
        if (zeros && written.mismatch(ByteBuffer.wrap(ZEROS, 0, length)) < 0) {
            return null;
        }
        byte[] bytes = new byte[length];
        written.get(bytes);
        return bytes;
    }
}
