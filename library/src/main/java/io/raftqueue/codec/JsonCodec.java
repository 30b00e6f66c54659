package io.raftqueue.codec;

import com.fasterxml.jackson.databind.ObjectMapper;

/** JSON by Jackson. */
final class JsonCodec<T> implements PayloadCodec<T> {
    private final ObjectMapper mapper;
    private final Class<T> type;

    private JsonCodec(ObjectMapper mapper, Class<T> type) {
        this.mapper = mapper;
        this.type = type;
    }

    static <T> JsonCodec<T> of(Class<T> type) {
        return new JsonCodec<>(new ObjectMapper().findAndRegisterModules(), type);
    }

    @Override
    public EncodedPayload encode(T value) throws Exception {
        return new EncodedPayload(mapper.writeValueAsBytes(value), "application/json");
    }

    @Override
    public T decode(EncodedMessage message) throws Exception {
        return mapper.readValue(message.payload(), type);
    }
}
