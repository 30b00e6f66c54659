package io.raftqueue.codec;

/**
 * Turns payloads into bytes and back. Called from any thread, off the engine's threads.
 *
 * @param <T> the payload type
 */
public interface PayloadCodec<T> {
    EncodedPayload encode(T value) throws Exception;

    T decode(EncodedMessage message) throws Exception;

    /** JSON by Jackson ({@code application/json}): records and beans; modules on the class path are found. */
    static <T> PayloadCodec<T> json(Class<T> type) {
        return JsonCodec.of(type);
    }

    /** UTF-8 text ({@code text/plain; charset=utf-8}). */
    static PayloadCodec<String> string() {
        return StringCodec.INSTANCE;
    }

    /** Bytes as they are ({@code application/octet-stream}). */
    static PayloadCodec<byte[]> bytes() {
        return BytesCodec.INSTANCE;
    }

    /** The message as stored: content type and headers as given, nothing interpreted. For adapters. */
    static PayloadCodec<EncodedMessage> raw() {
        return RawCodec.INSTANCE;
    }
}
