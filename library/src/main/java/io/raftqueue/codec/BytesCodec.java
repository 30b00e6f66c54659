package io.raftqueue.codec;

/** Bytes as they are. */
final class BytesCodec implements PayloadCodec<byte[]> {
    static final BytesCodec INSTANCE = new BytesCodec();

    @Override
    public EncodedPayload encode(byte[] value) {
        return new EncodedPayload(value, "application/octet-stream");
    }

    @Override
    public byte[] decode(EncodedMessage message) {
        return message.payload();
    }
}
