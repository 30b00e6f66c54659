package io.raftqueue.http;

import io.raftqueue.codec.EncodedMessage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Messages as {@code /queues} shows and takes them. */
final class MessageJson {
    static final String FORM = "application/x-www-form-urlencoded";
    private static final String OCTETS = "application/octet-stream";

    private MessageJson() {}

    /**
     * {@code {"messages":[…]}}.
     *
     * @param incomplete the problem that a last take came to, when nobody knows whether it removed a message; else null
     */
    static byte[] list(List<EncodedMessage> messages, @Nullable Answer incomplete) {
        var out = new ByteArrayOutputStream();
        write(out, "{\"messages\":[");
        for (int i = 0; i < messages.size(); i++) {
            write(out, i == 0 ? "" : ",");
            append(out, messages.get(i));
        }
        write(out, "]");
        if (incomplete != null) {
            write(out, ",\"incomplete\":");
            out.write(incomplete.body(), 0, incomplete.body().length - 1); // its LF ends this one, too
        }
        write(out, "}\n");
        return out.toByteArray();
    }

    private static void append(ByteArrayOutputStream out, EncodedMessage message) {
        write(
                out,
                "{\"id\":\"" + message.id() + "\",\"sentAt\":\"" + message.sentAt() + "\",\"contentType\":"
                        + Json.quote(message.contentType()));
        if (message.key() != null) {
            write(out, ",\"key\":" + Json.quote(message.key()));
        }
        if (!message.headers().isEmpty()) {
            var headers = new StringBuilder();
            new TreeMap<>(message.headers()).forEach((name, value) -> {
                Json.quote(headers.append(headers.isEmpty() ? "" : ","), name).append(':');
                Json.quote(headers, value);
            });
            write(out, ",\"headers\":{" + headers + "}");
        }
        byte[] json = isJson(message.contentType()) ? Json.compact(message.payload()) : null;
        String text = json == null && isText(message.contentType()) ? text(message.payload()) : null;
        if (json != null) {
            write(out, ",\"payload\":");
            out.writeBytes(json);
        } else if (text != null) {
            write(out, ",\"payload\":" + Json.quote(text));
        } else {
            write(out, ",\"payloadBase64\":\"" + Base64.getEncoder().encodeToString(message.payload()) + "\"");
        }
        write(out, "}");
    }

    /** Whether a content type says JSON. */
    static boolean isJson(String contentType) {
        String type = withoutParameters(contentType);
        return type.equals(Answer.JSON) || type.endsWith("+json");
    }

    private static boolean isText(String contentType) {
        // Text in another charset is shown as the bytes it is.
        String lower = contentType.toLowerCase(Locale.ROOT);
        return lower.startsWith("text/")
                && (!lower.contains("charset=") || lower.contains("utf-8") || lower.contains("us-ascii"));
    }

    private static String withoutParameters(String contentType) {
        int semicolon = contentType.indexOf(';');
        return (semicolon < 0 ? contentType : contentType.substring(0, semicolon))
                .trim()
                .toLowerCase(Locale.ROOT);
    }

    /** The content type of a body, guessed where the request did not say or said what {@code curl -d} always says. */
    static String contentType(@Nullable String given, byte[] body) {
        if (given != null && !withoutParameters(given).equals(FORM)) {
            return given;
        }
        if (Json.compact(body) != null) {
            return Answer.JSON;
        }
        return text(body) != null ? Answer.TEXT : OCTETS;
    }

    private static @Nullable String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /** The elements of a JSON array, compact; null when it is none. */
    static @Nullable List<byte[]> elements(byte[] body) {
        byte[] json = Json.compact(body);
        if (json == null || json[0] != '[') {
            return null;
        }
        var elements = new ArrayList<byte[]>();
        int depth = 0;
        int begin = 1;
        boolean inString = false;
        for (int i = 1; i < json.length; i++) {
            byte b = json[i];
            if (inString) {
                i += b == '\\' ? 1 : 0;
                inString = b != '"';
            } else if (b == '"') {
                inString = true;
            } else if (b == '[' || b == '{') {
                depth++;
            } else if (depth > 0 && (b == ']' || b == '}')) {
                depth--;
            } else if (depth == 0 && (b == ',' || b == ']')) {
                if (i > begin) {
                    elements.add(java.util.Arrays.copyOfRange(json, begin, i));
                }
                begin = i + 1;
            }
        }
        return elements;
    }

    private static void write(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }
}
