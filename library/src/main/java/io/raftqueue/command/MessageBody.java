package io.raftqueue.command;

import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a send carries, in the wire format from the first day. Equal by content. The payload is not copied: do not
 * change it.
 *
 * @param headers in the order of their names, whatever the order given
 * @param sentAtMillis wall clock of the member that took the send, for people
 * @param key the caller's de-duplication key
 */
@SuppressWarnings("ArrayRecordComponent")
public record MessageBody(
        byte[] payload,
        String contentType,
        Map<String, String> headers,
        long sentAtMillis,
        @Nullable String key) {
    public MessageBody {
        headers = headers.isEmpty() ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(headers));
        requireUnicode("content type", contentType);
        headers.forEach((name, value) -> {
            requireUnicode("header name", name);
            requireUnicode("header value", value);
        });
        if (key != null) {
            requireUnicode("key", key);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MessageBody that
                && sentAtMillis == that.sentAtMillis
                && contentType.equals(that.contentType)
                && headers.equals(that.headers)
                && Objects.equals(key, that.key)
                && Arrays.equals(payload, that.payload);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(payload) + Objects.hash(contentType, headers, sentAtMillis, key);
    }

    @Override
    public String toString() {
        return "MessageBody[" + payload.length + " bytes of " + contentType + ", headers " + headers + ", sentAt "
                + sentAtMillis + ", key " + key + "]";
    }

    /** UTF-8 cannot carry half a surrogate pair; better refused here than changed on the way. */
    private static void requireUnicode(String what, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (Character.isLowSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    throw new IllegalArgumentException(
                            what + " is not Unicode text: unpaired surrogate at character " + i);
                }
                i++;
            }
        }
    }
}
