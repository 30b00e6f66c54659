package io.raftqueue.codec;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Text. Sends UTF-8; reads any text (and JSON, which is text) in the charset it says. What is no text, or is malformed
 * in its charset, is a failure: nothing is replaced silently.
 */
enum StringCodec implements PayloadCodec<String> {
    INSTANCE;

    private static final String CONTENT_TYPE = "text/plain; charset=utf-8";
    private static final Pattern TEXT = Pattern.compile("text/.*|application/(.*\\+)?json\\b.*");
    private static final Pattern CHARSET = Pattern.compile(".*;\\s*charset=\"?([a-z0-9._:-]+)\"?.*");

    @Override
    public EncodedPayload encode(String value) throws CharacterCodingException {
        ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(value));
        byte[] exact = new byte[bytes.remaining()];
        bytes.get(exact);
        return new EncodedPayload(exact, CONTENT_TYPE);
    }

    @Override
    public String decode(EncodedMessage message) throws IOException {
        String type = message.contentType().toLowerCase(Locale.ROOT);
        if (!TEXT.matcher(type).matches()) {
            throw new IOException("its content type is " + message.contentType() + ", not text");
        }
        Matcher named = CHARSET.matcher(type);
        Charset charset = named.matches() ? Charset.forName(named.group(1)) : StandardCharsets.UTF_8;
        return charset.newDecoder().decode(ByteBuffer.wrap(message.payload())).toString();
    }
}
