package io.raftqueue.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Path and query of a request, decoded here and strictly.
 *
 * @param path the segments; {@code /} has none
 */
record Uri(List<String> path, List<Parameter> query) {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");
    private static final int LONGEST_QUOTE = 60;

    /** One {@code name=value} of the query. */
    record Parameter(String name, String value) {}

    /** Takes the two apart as they stand in the request line, not yet decoded. */
    static Uri parse(String rawPath, String rawQuery) {
        var path = new ArrayList<String>();
        if (rawPath.length() > 1) {
            for (String segment : rawPath.substring(1).split("/", -1)) {
                path.add(decode(segment, "the path"));
            }
        }
        var query = new ArrayList<Parameter>();
        for (String pair : rawQuery.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            if (!pair.isEmpty()) {
                query.add(new Parameter(
                        decode(name.replace('+', ' '), "the query"),
                        equals < 0 ? "" : decode(pair.substring(equals + 1).replace('+', ' '), "the query")));
            }
        }
        return new Uri(path, query);
    }

    private static String decode(String text, String where) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        ByteBuffer bytes = ByteBuffer.allocate(text.length() * 3);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '%') {
                bytes.put(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
                continue;
            }
            int high = i + 2 < text.length() ? hex(text.charAt(i + 1)) : -1;
            int low = i + 2 < text.length() ? hex(text.charAt(i + 2)) : -1;
            if (high < 0 || low < 0) {
                throw Problem.MALFORMED.refuse(where + " has a % that is not followed by two hex digits");
            }
            bytes.put((byte) (high << 4 | low));
            i += 2;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            throw Problem.MALFORMED.refuse(where + " is not UTF-8 after decoding its %");
        }
    }

    private static int hex(char c) {
        return c < 128 ? Character.digit(c, 16) : -1;
    }

    /** The value of a parameter, or null; given twice, it is refused. */
    @Nullable
    String parameter(String name) {
        String found = null;
        for (Parameter parameter : query) {
            if (parameter.name().equals(name)) {
                if (found != null) {
                    throw Problem.MALFORMED.refuse(name + " is given twice");
                }
                found = parameter.value();
            }
        }
        return found;
    }

    /** Refuses every parameter but these: for routes where a forgotten one would change what happens. */
    void allowOnly(Set<String> names) {
        for (Parameter parameter : query) {
            if (!names.contains(parameter.name())) {
                throw Problem.MALFORMED.refuse("parameter " + shortened(parameter.name()) + " is not known here"
                        + (names.isEmpty() ? "" : "; known: " + String.join(", ", new java.util.TreeSet<>(names))));
            }
        }
    }

    /** A duration such as {@code 500ms}, {@code 30s}, {@code 5m}, {@code 1h}. */
    Duration duration(String name, Duration least, Duration most, Duration unset) {
        String given = parameter(name);
        if (given == null) {
            return unset;
        }
        Matcher m = DURATION.matcher(given);
        Duration value = null;
        if (m.matches()) {
            long number = Long.parseLong(m.group(1));
            value = switch (m.group(2)) {
                case "ms" -> Duration.ofMillis(number);
                case "s" -> Duration.ofSeconds(number);
                case "m" -> Duration.ofMinutes(number);
                default -> Duration.ofHours(number);
            };
        }
        if (value == null || value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw Problem.MALFORMED.refuse(
                    name + " is " + shortened(given) + ": it is a number and a unit (ms, s, m, h), " + least.toMillis()
                            + "ms to " + most.toSeconds() + "s, such as 2s");
        }
        return value;
    }

    /** A whole number. */
    int number(String name, int least, int most, int unset) {
        String given = parameter(name);
        if (given == null) {
            return unset;
        }
        if (!given.matches("[0-9]{1,9}") || Integer.parseInt(given) < least || Integer.parseInt(given) > most) {
            throw Problem.MALFORMED.refuse(
                    name + " is " + shortened(given) + ": it is a whole number from " + least + " to " + most);
        }
        return Integer.parseInt(given);
    }

    /** True or false; false when not given. */
    boolean flag(String name) {
        String given = parameter(name);
        if (given == null || given.equals("false")) {
            return false;
        }
        if (!given.equals("true")) {
            throw Problem.MALFORMED.refuse(name + " is " + shortened(given) + ": it is true or false");
        }
        return true;
    }

    /** What a client gave, fit for an error message. */
    static String shortened(String given) {
        return "\"" + (given.length() > LONGEST_QUOTE ? given.substring(0, LONGEST_QUOTE) + "…" : given) + "\"";
    }

    /** Text as one segment of a path. */
    static String encode(String segment) {
        return java.net.URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
