package io.raftqueue.log;

import java.util.Arrays;

/** Growing bytes, big-endian, with variable-length numbers. */
final class ByteSink {
    private byte[] bytes;
    private int length;

    ByteSink(int expected) {
        bytes = new byte[Math.max(16, expected)];
    }

    int length() {
        return length;
    }

    byte[] toArray() {
        return Arrays.copyOf(bytes, length);
    }

    /** The bytes so far, with room behind them: valid up to {@link #length()} until the next change. */
    byte[] backing() {
        return bytes;
    }

    ByteSink putByte(int value) {
        ensure(1);
        bytes[length++] = (byte) value;
        return this;
    }

    ByteSink putInt(int value) {
        ensure(Integer.BYTES);
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (value >>> shift);
        }
        return this;
    }

    ByteSink putLong(long value) {
        return putInt((int) (value >>> 32)).putInt((int) value);
    }

    ByteSink put(byte[] source) {
        return put(source, 0, source.length);
    }

    ByteSink put(byte[] source, int from, int count) {
        ensure(count);
        System.arraycopy(source, from, bytes, length, count);
        length += count;
        return this;
    }

    /** Seven bits a byte, lowest first; for numbers that are not negative. */
    ByteSink putVarint(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            putByte(((int) rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        return putByte((int) rest);
    }

    private void ensure(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
