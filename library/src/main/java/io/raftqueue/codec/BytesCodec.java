package io.raftqueue.codec;

/** Bytes as they are, whatever their content type. Copies, so that nobody else's changes are seen. */
enum BytesCodec implements PayloadCodec<byte[]> {
    INSTANCE;

    @Override
    public EncodedPayload encode(byte[] value) {
        return new EncodedPayload(value.clone(), "application/octet-stream");
    }

    @Override
    public byte[] decode(EncodedMessage message) {
        return message.payload().clone();
    }
}
