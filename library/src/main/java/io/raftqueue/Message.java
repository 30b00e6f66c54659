package io.raftqueue;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message as it stands in the queue.
 *
 * @param id increasing per queue, never reused
 * @param payload decoded by the queue's codec
 * @param contentType as the codec, or the HTTP request, that sent it said
 * @param headers as sent
 * @param sentAt wall clock of the member that took the send, for people; order does not depend on it
 * @param key as sent, or null
 * @param <T> the payload type
 */
public record Message<T>(
        long id,
        T payload,
        String contentType,
        Map<String, String> headers,
        Instant sentAt,
        @Nullable String key) {}
