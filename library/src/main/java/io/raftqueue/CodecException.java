package io.raftqueue;

import io.raftqueue.codec.EncodedMessage;
import org.jspecify.annotations.Nullable;

/** A payload could not be encoded, or a message not decoded; in the latter case it carries the message, undropped. */
public final class CodecException extends RaftQueueException {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable EncodedMessage undecoded;

    public CodecException(String message, @Nullable EncodedMessage undecoded, Throwable cause) {
        super(undecoded == null ? Retry.NOT_APPLIED : Retry.USELESS, message, cause);
        this.undecoded = undecoded;
    }

    /** The message that could not be decoded, with id, content type and bytes; null when encoding failed. */
    public @Nullable EncodedMessage undecoded() {
        return undecoded;
    }
}
