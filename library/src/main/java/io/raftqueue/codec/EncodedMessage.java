package io.raftqueue.codec;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A message as bytes: what is stored, and what a codec decodes. The array is not copied; do not change it. */
@SuppressWarnings("ArrayRecordComponent")
public record EncodedMessage(
        long id,
        byte[] payload,
        String contentType,
        Map<String, String> headers,
        Instant sentAt,
        @Nullable String key) {}
