package io.raftqueue.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes in comes out, and what is wrong is refused rather than guessed. */
class CodecsTest {
    record Order(String id, int cents) {}

    record Meeting(String title, Instant at) {}

    /** A bean of the old kind. */
    public static final class Bean {
        private String name = "";

        public String getName() {
            return name;
        }

        public void setName(String name) {
            this.name = name;
        }
    }

    private static EncodedMessage message(String contentType, String payload) {
        return new EncodedMessage(
                7, payload.getBytes(StandardCharsets.UTF_8), contentType, Map.of(), Instant.EPOCH, null);
    }

    private static <T> T roundTrip(PayloadCodec<T> codec, T value) throws Exception {
        EncodedPayload encoded = codec.encode(value);
        return codec.decode(
                new EncodedMessage(7, encoded.bytes(), encoded.contentType(), encoded.headers(), Instant.EPOCH, null));
    }

    @Test
    void jsonTakesRecordsAndBeans() throws Exception {
        assertThat(roundTrip(PayloadCodec.json(Order.class), new Order("A-1", 990)))
                .isEqualTo(new Order("A-1", 990));
        var bean = new Bean();
        bean.setName("Größe 漢字 😀");
        assertThat(roundTrip(PayloadCodec.json(Bean.class), bean).getName()).isEqualTo("Größe 漢字 😀");
    }

    @Test
    void jsonFindsModulesOnTheClassPath() throws Exception {
        var meeting = new Meeting("review", Instant.parse("2022-05-15T17:19:09Z"));
        PayloadCodec<Meeting> codec = PayloadCodec.json(Meeting.class);
        assertThat(new String(codec.encode(meeting).bytes(), StandardCharsets.UTF_8))
                .isEqualTo("{\"title\":\"review\",\"at\":\"2022-05-15T17:19:09Z\"}");
        assertThat(roundTrip(codec, meeting)).isEqualTo(meeting);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "null",
                "[]",
                "{\"id\":\"A\",\"cents\":1} trailing",
                "{\"id\":\"A\",\"cents\":1}{}",
                "{\"id\":\"A\",\"cents\":1,\"colour\":\"red\"}",
                "{\"id\":\"A\",\"id\":\"B\",\"cents\":1}",
                "{\"id\":\"A\",\"cents\":\"many\"}"
            })
    void jsonRefusesWhatIsNotExactlyTheType(String json) {
        assertThatThrownBy(() -> PayloadCodec.json(Order.class).decode(message("application/json", json)))
                .isInstanceOf(java.io.IOException.class);
    }

    @Test
    void jsonRefusesOtherContentTypes() {
        assertThatThrownBy(() -> PayloadCodec.json(Order.class).decode(message("text/plain", "{}")))
                .hasMessage("its content type is text/plain, not JSON");
    }

    @Test
    void jsonTypesWithSuffixOrParameterAreJson() throws Exception {
        for (String type : List.of("application/json; charset=utf-8", "Application/JSON", "application/vnd.x+json")) {
            assertThat(PayloadCodec.json(Order.class).decode(message(type, "{\"id\":\"A\",\"cents\":1}")))
                    .isEqualTo(new Order("A", 1));
        }
    }

    @Test
    void jsonWithYourMapperIsAsLenientAsYours() throws Exception {
        var lenient = new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        PayloadCodec<Order> codec = JsonCodec.of(Order.class, lenient);
        assertThat(codec.decode(message("application/json", "{\"id\":\"A\",\"cents\":1,\"more\":2}")))
                .isEqualTo(new Order("A", 1));
        assertThatThrownBy(() -> codec.decode(message("application/json", "{\"id\":\"A\",\"cents\":1}]")))
                .isInstanceOf(java.io.IOException.class);
    }

    @Test
    void jsonTakesGenericTypes() throws Exception {
        PayloadCodec<List<Order>> codec = JsonCodec.of(new TypeReference<>() {}, new ObjectMapper());
        assertThat(roundTrip(codec, List.of(new Order("A", 1)))).containsExactly(new Order("A", 1));
    }

    @Test
    void stringsKeepEveryCharacter() throws Exception {
        String all = "a\0b\n\t\"\\ Größe 漢字 😀 \u2028";
        assertThat(roundTrip(PayloadCodec.string(), all)).isEqualTo(all);
    }

    @Test
    void stringsAreNeverRepairedSilently() {
        assertThatThrownBy(() -> PayloadCodec.string().encode("half a pair: \ud800"))
                .isInstanceOf(java.nio.charset.CharacterCodingException.class);
        var broken = new EncodedMessage(7, new byte[] {(byte) 0xc3}, "text/plain", Map.of(), Instant.EPOCH, null);
        assertThatThrownBy(() -> PayloadCodec.string().decode(broken))
                .isInstanceOf(java.nio.charset.CharacterCodingException.class);
        assertThatThrownBy(() -> PayloadCodec.string().decode(message("application/octet-stream", "a")))
                .hasMessageContaining("not text");
    }

    @Test
    void stringsReadTheCharsetThatIsSaid() throws Exception {
        var latin = new EncodedMessage(
                7, new byte[] {(byte) 0xe4}, "text/plain; charset=ISO-8859-1", Map.of(), Instant.EPOCH, null);
        assertThat(PayloadCodec.string().decode(latin)).isEqualTo("ä");
        assertThat(PayloadCodec.string().decode(message("application/json", "{}")))
                .isEqualTo("{}");
    }

    @Test
    void bytesAreCopied() throws Exception {
        byte[] mine = {1, 2, 3};
        EncodedPayload encoded = PayloadCodec.bytes().encode(mine);
        mine[0] = 9;
        assertThat(encoded.bytes()).containsExactly(1, 2, 3);
        assertThat(roundTrip(PayloadCodec.bytes(), new byte[] {0, -1})).containsExactly(0, -1);
    }

    @Test
    void rawKeepsContentTypeAndHeaders() throws Exception {
        var stored = new EncodedMessage(7, new byte[] {1}, "image/png", Map.of("a", "b"), Instant.EPOCH, null);
        EncodedPayload encoded = PayloadCodec.raw().encode(stored);
        assertThat(encoded.contentType()).isEqualTo("image/png");
        assertThat(encoded.headers()).isEqualTo(Map.of("a", "b"));
        assertThat(PayloadCodec.raw().decode(stored)).isSameAs(stored);
    }
}
