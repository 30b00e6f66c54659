package io.raftqueue.jmx;

import io.raftqueue.codec.EncodedMessage;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * One message in the table that {@link QueueMXBean#browse} shows.
 *
 * @param payload the text, or Base64 of what is no UTF-8; cut after 1,000 characters
 */
public record MessageRow(long id, String sentAt, String contentType, String headers, int bytes, String payload) {
    private static final int LONGEST = 1_000;

    static MessageRow of(EncodedMessage message) {
        return new MessageRow(
                message.id(),
                message.sentAt().toString(),
                message.contentType(),
                message.headers().toString(),
                message.payload().length,
                shown(message.payload()));
    }

    private static String shown(byte[] payload) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(payload))
                    .toString();
        } catch (CharacterCodingException noText) {
            text = Base64.getEncoder().encodeToString(payload);
        }
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }
}
