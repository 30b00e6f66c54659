package io.raftqueue.command;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;

/**
 * Reads what {@link WireWriter} wrote, strictly: a value has one spelling only, and no length is believed before the
 * bytes are there. Whatever does not fit ends in a {@link MalformedCommandException}.
 */
public final class WireReader {
    private final String what;
    private final byte[] bytes;
    private int position;
    private int limit;

    /** Reads all of {@code bytes}, which the exception will call {@code what}. */
    public WireReader(String what, byte[] bytes) {
        this(what, bytes, 0, bytes.length);
    }

    WireReader(String what, byte[] bytes, int from, int to) {
        this.what = what;
        this.bytes = bytes;
        this.position = from;
        this.limit = to;
    }

    public MalformedCommandException malformed(String why) {
        return new MalformedCommandException(what, position, bytes.length, why);
    }

    public int position() {
        return position;
    }

    public int remaining() {
        return limit - position;
    }

    /** From now on bytes at and after {@code newLimit} are out of reach. */
    void limit(int newLimit) {
        limit = newLimit;
    }

    /** To be called at the end: nothing may follow. */
    public void end() {
        if (position != limit) {
            throw malformed(remaining() + " bytes too many");
        }
    }

    public int getByte() {
        need(1);
        return bytes[position++] & 0xFF;
    }

    public long getVarint() {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            need(1);
            byte b = bytes[position++];
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                boolean overflow = shift == 63 && b > 1;
                boolean padded = shift > 0 && b == 0;
                if (overflow || padded) {
                    throw malformed(overflow ? "a number over 64 bits" : "a number with padding");
                }
                return value;
            }
            if (shift == 63) {
                throw malformed("a number over 64 bits");
            }
        }
    }

    /** A varint from {@code min} to {@code max}, both not negative. */
    public long getVarint(long min, long max, String name) {
        long value = getVarint();
        if (value < min || value > max) {
            throw malformed(name + " " + Long.toUnsignedString(value) + " outside " + min + " to " + max);
        }
        return value;
    }

    /** A count of things that take at least {@code bytesEach}: no more than what is left can hold. */
    public int getCount(int min, int max, int bytesEach, String name) {
        return (int) getVarint(min, Math.max(min, Math.min(max, remaining() / bytesEach)), name);
    }

    public long getSigned() {
        long raw = getVarint();
        return (raw >>> 1) ^ -(raw & 1);
    }

    public UUID getUuid() {
        return new UUID(getLong(), getLong());
    }

    public long getLong() {
        need(8);
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value = (value << 8) | (bytes[position++] & 0xFF);
        }
        return value;
    }

    public String getString(int maxBytes, String name) {
        int length = (int) getVarint(0, maxBytes, "length of " + name);
        need(length);
        String text = text(length, name);
        position += length;
        return text;
    }

    /** Bytes after their length, as a varint. */
    public byte[] getBytes(String name) {
        int length = (int) getVarint(0, remaining(), "length of " + name);
        need(length);
        position += length;
        return Arrays.copyOfRange(bytes, position - length, position);
    }

    /** All that is left. */
    byte[] getRest() {
        byte[] rest = Arrays.copyOfRange(bytes, position, limit);
        position = limit;
        return rest;
    }

    void skip(int count) {
        need(count);
        position += count;
    }

    int intAt(int at) {
        return (bytes[at] << 24)
                | ((bytes[at + 1] & 0xFF) << 16)
                | ((bytes[at + 2] & 0xFF) << 8)
                | (bytes[at + 3] & 0xFF);
    }

    private String text(int length, String name) {
        for (int i = position; i < position + length; i++) {
            if (bytes[i] < 0) {
                try {
                    return StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes, position, length))
                            .toString();
                } catch (CharacterCodingException e) {
                    throw malformed(name + " is not UTF-8");
                }
            }
        }
        return new String(bytes, position, length, StandardCharsets.ISO_8859_1);
    }

    private void need(int count) {
        if (count > limit - position) {
            throw malformed("ends early: " + count + " bytes wanted, " + remaining() + " left");
        }
    }
}
