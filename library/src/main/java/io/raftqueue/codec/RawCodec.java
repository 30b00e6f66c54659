package io.raftqueue.codec;

/** The message as stored. Of what is sent, only payload, content type and headers count; the rest is made anew. */
enum RawCodec implements PayloadCodec<EncodedMessage> {
    INSTANCE;

    @Override
    public EncodedPayload encode(EncodedMessage value) {
        return new EncodedPayload(value.payload(), value.contentType(), value.headers());
    }

    @Override
    public EncodedMessage decode(EncodedMessage message) {
        return message;
    }
}
