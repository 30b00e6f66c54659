package io.raftqueue;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message as it stands in the queue.
 *
 * @param id increasing per queue, never reused
 * @param sentAt wall clock of the member that took the send, for people; order does not depend on it
 */
public record Message<T>(
        long id,
        T payload,
        String contentType,
        Map<String, String> headers,
        Instant sentAt,
        @Nullable String key) {}
