package io.raftqueue.command;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a send carries, in the wire format from the first day: payload, content type, headers, sentAt, key. */
@SuppressWarnings("ArrayRecordComponent")
public record MessageBody(
        byte[] payload,
        String contentType,
        Map<String, String> headers,
        long sentAtMillis,
        @Nullable String key) {
    public MessageBody {
        headers = headers.isEmpty() ? Map.of() : java.util.Collections.unmodifiableMap(new TreeMap<>(headers));
    }
}
