package io.raftqueue.command;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The wire format of one message, the same inside a batch and alone (a record carried forward in the log):
 *
 * <pre>
 * form         byte     high half: version, 1; low half: bit 0 headers follow, bit 1 a key follows
 * contentType  varint   0: a string follows; else one of {@link #CONTENT_TYPES}, counted from 1
 * sentAt       signed varint, milliseconds
 * [headers]    varint count, then name and value of each as strings, names ascending
 * [key]        string
 * payload      the rest
 * </pre>
 *
 * Every message has exactly one spelling.
 */
public final class MessageCodec {
    /** Append only: their numbers are on disk. */
    private static final String[] CONTENT_TYPES = {
        "application/json", "text/plain", "application/octet-stream", "text/plain; charset=utf-8"
    };

    private static final int VERSION = 1 << 4;
    private static final int HEADERS = 1;
    private static final int KEY = 2;

    /** No message is shorter. */
    static final int MIN_SIZE = 3;

    private MessageCodec() {}

    public static byte[] encode(MessageBody message) {
        WireWriter out = new WireWriter(encodedSize(message));
        write(message, out);
        return out.toByteArray();
    }

    /** Reads all of {@code bytes}, or throws {@link MalformedCommandException}. */
    public static MessageBody decode(byte[] bytes) {
        return read(new WireReader("message", bytes));
    }

    public static int encodedSize(MessageBody message) {
        int size = 1 + WireWriter.varintSize(zigzag(message.sentAtMillis())) + message.payload().length;
        size += wellKnown(message.contentType()) > 0 ? 1 : 1 + WireWriter.stringSize(message.contentType());
        if (!message.headers().isEmpty()) {
            size += WireWriter.varintSize(message.headers().size());
            for (Map.Entry<String, String> header : message.headers().entrySet()) {
                size += WireWriter.stringSize(header.getKey()) + WireWriter.stringSize(header.getValue());
            }
        }
        String key = message.key();
        return key == null ? size : size + WireWriter.stringSize(key);
    }

    static void write(MessageBody message, WireWriter out) {
        String key = message.key();
        out.putByte(VERSION | (message.headers().isEmpty() ? 0 : HEADERS) | (key == null ? 0 : KEY));
        int wellKnown = wellKnown(message.contentType());
        out.putVarint(wellKnown);
        if (wellKnown == 0) {
            out.putString(message.contentType());
        }
        out.putSigned(message.sentAtMillis());
        if (!message.headers().isEmpty()) {
            out.putVarint(message.headers().size());
            for (Map.Entry<String, String> header : message.headers().entrySet()) {
                out.putString(header.getKey());
                out.putString(header.getValue());
            }
        }
        if (key != null) {
            out.putString(key);
        }
        out.putBytes(message.payload());
    }

    /** Reads to the reader's limit. */
    static MessageBody read(WireReader in) {
        int form = in.getByte();
        if ((form & ~(HEADERS | KEY)) != VERSION) {
            throw in.malformed("message form " + form + " is of no version this release reads");
        }
        String contentType = contentType(in);
        long sentAt = in.getSigned();
        Map<String, String> headers = (form & HEADERS) == 0 ? Map.of() : headers(in);
        String key = (form & KEY) == 0 ? null : in.getString(in.remaining(), "key");
        return new MessageBody(in.getRest(), contentType, headers, sentAt, key);
    }

    private static String contentType(WireReader in) {
        int number = (int) in.getVarint(0, CONTENT_TYPES.length, "content type");
        if (number > 0) {
            return CONTENT_TYPES[number - 1];
        }
        String literal = in.getString(in.remaining(), "content type");
        if (wellKnown(literal) > 0) {
            throw in.malformed("content type " + literal + " spelled out");
        }
        return literal;
    }

    private static Map<String, String> headers(WireReader in) {
        int count = in.getCount(1, Integer.MAX_VALUE, 2, "number of headers");
        Map<String, String> headers = new TreeMap<>();
        @Nullable String previous = null;
        for (int i = 0; i < count; i++) {
            String name = in.getString(in.remaining(), "header name");
            if (previous != null && name.compareTo(previous) <= 0) {
                throw in.malformed("header " + name + " out of order");
            }
            headers.put(name, in.getString(in.remaining(), "header value"));
            previous = name;
        }
        return headers;
    }

    private static int wellKnown(String contentType) {
        for (int i = 0; i < CONTENT_TYPES.length; i++) {
            if (CONTENT_TYPES[i].equals(contentType)) {
                return i + 1;
            }
        }
        return 0;
    }

    private static long zigzag(long value) {
        return (value << 1) ^ (value >> 63);
    }
}
