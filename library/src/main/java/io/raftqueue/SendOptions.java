package io.raftqueue;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What may go with a message: string headers, and a de-duplication key (carried; see README for the window). */
public record SendOptions(@Nullable String key, Map<String, String> headers) {
    private static final SendOptions NONE = new SendOptions(null, Map.of());

    public SendOptions {
        headers = Map.copyOf(headers);
    }

    public static SendOptions none() {
        return NONE;
    }

    public static SendOptions key(String key) {
        return new SendOptions(key, Map.of());
    }

    public SendOptions header(String name, String value) {
        var all = new LinkedHashMap<>(headers);
        all.put(name, value);
        return new SendOptions(key, all);
    }
}
