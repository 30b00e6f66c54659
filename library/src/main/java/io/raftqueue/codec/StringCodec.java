package io.raftqueue.codec;

import java.nio.charset.StandardCharsets;

/** Text as UTF-8. */
final class StringCodec implements PayloadCodec<String> {
    static final StringCodec INSTANCE = new StringCodec();

    @Override
    public EncodedPayload encode(String value) {
        return new EncodedPayload(value.getBytes(StandardCharsets.UTF_8), "text/plain; charset=utf-8");
    }

    @Override
    public String decode(EncodedMessage message) {
        return new String(message.payload(), StandardCharsets.UTF_8);
    }
}
