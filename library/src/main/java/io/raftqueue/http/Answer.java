package io.raftqueue.http;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What goes back to the client. The array is not copied.
 *
 * @param contentType null when there is no body
 */
@SuppressWarnings("ArrayRecordComponent")
record Answer(int status, @Nullable String contentType, byte[] body, Map<String, String> headers) {
    static final String JSON = "application/json";
    static final String TEXT = "text/plain; charset=utf-8";

    private static final byte[] NOTHING = {};

    /** A status and nothing more. */
    static Answer empty(int status) {
        return new Answer(status, null, NOTHING, Map.of());
    }

    /** JSON, compact; the final LF is added here. */
    static Answer json(int status, CharSequence json) {
        return new Answer(status, JSON, bytes(json + "\n"), Map.of());
    }

    /** Text, whose last line must end with LF. */
    static Answer text(int status, CharSequence text) {
        return new Answer(status, TEXT, bytes(text.toString()), Map.of());
    }

    /** An answer of bytes as they are. */
    static Answer of(int status, String contentType, byte[] body) {
        return new Answer(status, contentType, body, Map.of());
    }

    /** This answer with one more header. */
    Answer with(String name, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Answer(status, contentType, body, more);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
