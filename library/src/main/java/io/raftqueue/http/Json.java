package io.raftqueue.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** JSON as this adapter reads and writes it: strict UTF-8 in, every Unicode character back as it came. */
final class Json {
    private static final int DEEPEST = 10_000;

    // Bodies are bounded before they come here, so nothing inside them needs bounds of its own, except the nesting.
    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            // Names come from clients: they are not to be remembered.
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private Json() {}

    /** A parser of exactly these bytes, which must be UTF-8 without a byte order mark. */
    static JsonParser parser(byte[] bytes) throws IOException {
        CharBuffer chars;
        try {
            chars = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
        } catch (CharacterCodingException e) {
            throw new IOException("it is not UTF-8", e);
        }
        return FACTORY.createParser(chars.array(), chars.arrayOffset(), chars.remaining());
    }

    /** What went wrong in people's words, without the excerpt of the input that Jackson adds. */
    static String complaint(IOException e) {
        if (e instanceof com.fasterxml.jackson.core.JsonProcessingException json) {
            String at = json.getLocation() == null
                    ? ""
                    : " (line " + json.getLocation().getLineNr() + ", column "
                            + json.getLocation().getColumnNr() + ")";
            return json.getOriginalMessage() + at;
        }
        return String.valueOf(e.getMessage());
    }

    /** Nothing but white space may follow. */
    static void expectEnd(JsonParser parser) throws IOException {
        if (parser.nextToken() != null) {
            throw new IOException("something follows the value");
        }
    }

    /** The same JSON without needless white space, nothing else touched; null when the bytes are not one JSON value. */
    static byte @Nullable [] compact(byte[] bytes) {
        try (JsonParser parser = parser(bytes)) {
            if (parser.nextToken() == null) {
                return null;
            }
            parser.skipChildren();
            expectEnd(parser);
        } catch (IOException e) {
            return null;
        }
        return stripWhiteSpace(bytes);
    }

    private static byte[] stripWhiteSpace(byte[] json) {
        var out = new ByteArrayOutputStream(json.length);
        boolean inString = false;
        for (int i = 0; i < json.length; i++) {
            byte b = json[i];
            if (inString) {
                out.write(b);
                if (b == '\\') {
                    out.write(json[++i]);
                } else if (b == '"') {
                    inString = false;
                }
            } else if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                out.write(b);
                inString = b == '"';
            }
        }
        return out.toByteArray();
    }

    /** The text as a JSON string. */
    static String quote(String text) {
        return quote(new StringBuilder(text.length() + 16), text).toString();
    }

    /** Appends the text as a JSON string. Surrogates without their partner stay what they are, as escapes. */
    static StringBuilder quote(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (Character.isHighSurrogate(c)
                            && i + 1 < text.length()
                            && Character.isLowSurrogate(text.charAt(i + 1))) {
                        out.append(c).append(text.charAt(++i));
                    } else if (c < ' ' || Character.isSurrogate(c)) {
                        out.append("\\u")
                                .append(Character.forDigit(c >> 12, 16))
                                .append(Character.forDigit((c >> 8) & 15, 16))
                                .append(Character.forDigit((c >> 4) & 15, 16))
                                .append(Character.forDigit(c & 15, 16));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.append('"');
    }

    /** The kind of a token in people's words. */
    static String kind(@Nullable JsonToken token) {
        if (token == null) {
            return "nothing";
        }
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
            case VALUE_TRUE, VALUE_FALSE -> "a boolean";
            case VALUE_NULL -> "null";
            default -> "something else";
        };
    }
}
