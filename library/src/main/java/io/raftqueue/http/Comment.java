package io.raftqueue.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /send} takes: the seed's comment. Read as Go's {@code encoding/json} reads it: names match in any case, the
 * last of a doubled name counts, null leaves a string as it is, unknown names are dropped.
 *
 * @param timestamp null when there is none
 */
record Comment(@Nullable String timestamp, String author, String content) {

    /**
     * Reads one comment.
     *
     * @throws IOException saying what is wrong
     */
    static Comment parse(byte[] body) throws IOException {
        try (JsonParser parser = Json.parser(body)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new IOException("it is empty");
            }
            if (first != JsonToken.START_OBJECT) {
                throw new IOException("it is " + Json.kind(first) + ", not an object");
            }
            String timestamp = null;
            String author = "";
            String content = "";
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (name.toLowerCase(Locale.ROOT)) {
                    case "timestamp" -> timestamp = timestamp(name, value, parser);
                    case "author" -> author = string(name, value, parser, author);
                    case "content" -> content = string(name, value, parser, content);
                    default -> parser.skipChildren();
                }
            }
            Json.expectEnd(parser);
            return new Comment(timestamp, author, content);
        }
    }

    private static String string(String name, @Nullable JsonToken value, JsonParser parser, String before)
            throws IOException {
        if (value == JsonToken.VALUE_NULL) {
            return before;
        }
        if (value != JsonToken.VALUE_STRING) {
            throw new IOException("its " + name + " is " + Json.kind(value) + ", not a string");
        }
        return parser.getText();
    }

    private static @Nullable String timestamp(String name, @Nullable JsonToken value, JsonParser parser)
            throws IOException {
        if (value == JsonToken.VALUE_NULL) {
            return null;
        }
        try {
            return Timestamps.normalized(string(name, value, parser, ""));
        } catch (IllegalArgumentException e) {
            throw new IOException("its timestamp is bad: " + e.getMessage(), e);
        }
    }

    /** As it is stored, and sent back by {@code /recieve}: compact, in this order, empty fields left out. */
    byte[] toJson() {
        var json = new StringBuilder(64 + author.length() + content.length()).append('{');
        if (timestamp != null) {
            json.append("\"timestamp\":\"").append(timestamp).append('"');
        }
        field(json, "author", author);
        field(json, "content", content);
        return json.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void field(StringBuilder json, String name, String value) {
        if (!value.isEmpty()) {
            json.append(json.length() > 1 ? "," : "").append('"').append(name).append("\":");
            Json.quote(json, value);
        }
    }
}
