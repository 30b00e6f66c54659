package io.raftqueue.codec;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Locale;

/**
 * JSON by Jackson, {@code application/json}. Records and beans need nothing; modules on the class path (such as
 * {@code jackson-datatype-jsr310} for {@code java.time}) are found.
 *
 * <p>It is strict where silence would lose data: unknown properties, doubled properties, anything after the value, a JSON
 * {@code null}, and a message whose content type is not JSON are failures, and the message is kept in the exception. Give
 * it an {@link ObjectMapper} of your own to be as lenient as that one is; only what follows the value is refused always.
 *
 * @param <T> the payload type
 */
public final class JsonCodec<T> implements PayloadCodec<T> {
    private static final String CONTENT_TYPE = "application/json";

    private final ObjectWriter writer;
    private final ObjectReader reader;

    private JsonCodec(ObjectMapper mapper, JavaType type) {
        this.writer = mapper.writerFor(type);
        this.reader = mapper.readerFor(type).with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    }

    /** For a class, with a mapper of our own. */
    public static <T> JsonCodec<T> of(Class<T> type) {
        return of(type, strictMapper(type));
    }

    /** For a class, with your mapper; do not reconfigure it later. */
    public static <T> JsonCodec<T> of(Class<T> type, ObjectMapper mapper) {
        return new JsonCodec<>(mapper, mapper.constructType(type));
    }

    /** For a generic type, such as {@code new TypeReference<List<Order>>() {}}, with your mapper. */
    public static <T> JsonCodec<T> of(TypeReference<T> type, ObjectMapper mapper) {
        return new JsonCodec<>(mapper, mapper.constructType(type));
    }

    private static ObjectMapper strictMapper(Class<?> type) {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return JsonMapper.builder()
                .addModules(ObjectMapper.findModules(context != null ? context : type.getClassLoader()))
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .build();
    }

    @Override
    public EncodedPayload encode(T value) throws IOException {
        return new EncodedPayload(writer.writeValueAsBytes(value), CONTENT_TYPE);
    }

    @Override
    public T decode(EncodedMessage message) throws IOException {
        if (!isJson(message.contentType())) {
            throw new IOException("its content type is " + message.contentType() + ", not JSON");
        }
        T value = reader.readValue(message.payload());
        if (value == null) {
            throw new IOException("it is a JSON null, which is no payload");
        }
        return value;
    }

    private static boolean isJson(String contentType) {
        int semicolon = contentType.indexOf(';');
        String type = (semicolon < 0 ? contentType : contentType.substring(0, semicolon))
                .trim()
                .toLowerCase(Locale.ROOT);
        return type.equals(CONTENT_TYPE) || type.endsWith("+json");
    }

    @Override
    public String toString() {
        return "JsonCodec of " + reader.getValueType();
    }
}
