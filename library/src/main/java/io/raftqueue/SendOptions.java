package io.raftqueue;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What may go with a message.
 *
 * @param key 1 to 128 printable ASCII characters, or null; carried with the message
 * @param headers strings that come back with the message
 */
public record SendOptions(@Nullable String key, Map<String, String> headers) {
    private static final SendOptions NONE = new SendOptions(null, Map.of());

    /** Checks the key, copies the headers. */
    public SendOptions {
        if (key != null && !key.matches("[\\x20-\\x7e]{1,128}")) {
            throw new IllegalArgumentException(
                    "key \"" + key + "\" is not usable: a key is 1 to 128 printable ASCII characters");
        }
        headers = Map.copyOf(headers);
    }

    /** Neither key nor headers. */
    public static SendOptions none() {
        return NONE;
    }

    /** A key and no headers. */
    public static SendOptions key(String key) {
        return new SendOptions(key, Map.of());
    }

    /** These options with one more header; a name given again has the last value. */
    public SendOptions header(String name, String value) {
        var all = new LinkedHashMap<>(headers);
        all.put(name, value);
        return new SendOptions(key, all);
    }
}
