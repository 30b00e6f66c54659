package io.raftqueue.codec;

import java.util.Map;

/** What a codec makes of a value: bytes, their content type, and headers to add to those of the send. */
@SuppressWarnings("ArrayRecordComponent")
public record EncodedPayload(byte[] bytes, String contentType, Map<String, String> headers) {
    public EncodedPayload(byte[] bytes, String contentType) {
        this(bytes, contentType, Map.of());
    }
}
