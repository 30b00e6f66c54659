package io.raftqueue.command;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;

/**
 * Bytes in the making. Varints are LEB128 with the least significant group first; fixed-width numbers are big-endian;
 * strings are UTF-8 after their length in bytes.
 */
public final class WireWriter {
    private byte[] bytes;
    private int size;

    public WireWriter(int capacity) {
        bytes = new byte[capacity];
    }

    /** How many bytes a varint takes. */
    public static int varintSize(long value) {
        // ceil(significant bits / 7), at least 1; Long.numberOfLeadingZeros(0) is 64, hence the | 1
        return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
    }

    /** How many bytes {@link #putString} takes. */
    public static int stringSize(String text) {
        int utf8 = utf8Size(text);
        return varintSize(utf8) + utf8;
    }

    public void putByte(int value) {
        ensure(1);
        bytes[size++] = (byte) value;
    }

    /** Any long; small unsigned values are short. */
    public void putVarint(long value) {
        ensure(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[size++] = (byte) ((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /** Any long; values near zero, negative ones too, are short. */
    public void putSigned(long value) {
        putVarint((value << 1) ^ (value >> 63));
    }

    public void putUuid(UUID uuid) {
        putLong(uuid.getMostSignificantBits());
        putLong(uuid.getLeastSignificantBits());
    }

    public void putLong(long value) {
        ensure(8);
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes[size++] = (byte) (value >>> shift);
        }
    }

    public void putBytes(byte[] source) {
        ensure(source.length);
        System.arraycopy(source, 0, bytes, size, source.length);
        size += source.length;
    }

    public void putString(String text) {
        int utf8 = utf8Size(text);
        putVarint(utf8);
        if (utf8 == text.length()) {
            ensure(utf8);
            for (int i = 0; i < utf8; i++) {
                bytes[size++] = (byte) text.charAt(i);
            }
        } else {
            putBytes(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Leaves room for bytes that are set later by {@link #setInt}. */
    public void skip(int count) {
        ensure(count);
        size += count;
    }

    public void setInt(int position, int value) {
        bytes[position] = (byte) (value >>> 24);
        bytes[position + 1] = (byte) (value >>> 16);
        bytes[position + 2] = (byte) (value >>> 8);
        bytes[position + 3] = (byte) value;
    }

    public int size() {
        return size;
    }

    /** The bytes written; the writer is not to be used after it. */
    public byte[] toByteArray() {
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }

    private static int utf8Size(String text) {
        int length = text.length();
        int utf8 = length;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                // a surrogate pair is two chars and four bytes: one more for each half
                utf8 += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
            }
        }
        return utf8;
    }

    private void ensure(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(size + more, bytes.length + (bytes.length >> 1)));
        }
    }
}
