package io.raftqueue.codec;

/** Messages as stored. */
final class RawCodec implements PayloadCodec<EncodedMessage> {
    static final RawCodec INSTANCE = new RawCodec();

    @Override
    public EncodedPayload encode(EncodedMessage value) {
        return new EncodedPayload(value.payload(), value.contentType(), value.headers());
    }

    @Override
    public EncodedMessage decode(EncodedMessage message) {
        return message;
    }
}
