package io.raftqueue.node;

import io.raftqueue.CodecException;
import io.raftqueue.MessageTooLargeException;
import io.raftqueue.NodeOptions;
import io.raftqueue.SendOptions;
import io.raftqueue.codec.EncodedMessage;
import io.raftqueue.codec.EncodedPayload;
import io.raftqueue.codec.PayloadCodec;
import io.raftqueue.command.MessageBody;
import java.util.LinkedHashMap;
import java.util.Objects;

/** Between users' payloads and the bytes that are stored: the codec, the limits, and what to say when either refuses. */
final class Payloads<T> {
    private static final int LARGEST_EXTRAS = 64 << 10;
    private static final int MOST_IN_A_BATCH = 100_000;

    private final String queue;
    private final PayloadCodec<T> codec;
    private final int largestMessage;
    private final int largestBatch;

    Payloads(String queue, PayloadCodec<T> codec, NodeOptions options) {
        this.queue = queue;
        this.codec = codec;
        this.largestMessage = options.maxMessageBytes();
        this.largestBatch = options.maxBatchBytes();
    }

    MessageBody encode(T payload, SendOptions options) {
        Objects.requireNonNull(payload, "payload");
        EncodedPayload encoded;
        try {
            encoded = codec.encode(payload);
        } catch (Exception e) {
            throw new CodecException(
                    "a " + payload.getClass().getName() + " cannot be encoded for queue " + queue + " by " + codec
                            + ": " + e.getMessage() + "; nothing was sent",
                    null,
                    e);
        }
        if (encoded.bytes().length > largestMessage) {
            throw new MessageTooLargeException("the message for queue " + queue + " has " + encoded.bytes().length
                    + " bytes, more than the limit of " + largestMessage
                    + " (maxMessageBytes); it was not sent: send a reference, or raise the limit");
        }
        var headers = new LinkedHashMap<>(encoded.headers());
        headers.putAll(options.headers());
        long extras = encoded.contentType().length();
        for (var header : headers.entrySet()) {
            extras += header.getKey().length() + header.getValue().length();
        }
        if (extras > LARGEST_EXTRAS) {
            throw new MessageTooLargeException("the headers and content type of the message for queue " + queue
                    + " have " + extras + " characters, more than the limit of " + LARGEST_EXTRAS
                    + "; it was not sent");
        }
        return new MessageBody(
                encoded.bytes(), encoded.contentType(), headers, System.currentTimeMillis(), options.key());
    }

    void checkBatch(int messages, long bytes) {
        if (bytes > largestBatch || messages > MOST_IN_A_BATCH) {
            throw new MessageTooLargeException("the batch for queue " + queue + " has " + messages + " messages of "
                    + bytes + " bytes in all, more than " + MOST_IN_A_BATCH + " messages or " + largestBatch
                    + " bytes (maxBatchBytes); none was sent: send it in parts");
        }
    }

    /** Decodes, or throws the message inside the exception; {@code where} says where else it is now. */
    T decode(EncodedMessage message, String where) {
        try {
            return codec.decode(message);
        } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
            // Errors too, where they are of the codec and its classes: a message that was removed is only here.
            throw new CodecException(
                    "message " + message.id() + " of queue " + queue + " (" + message.contentType() + ", "
                            + message.payload().length + " bytes) cannot be decoded by " + codec + ": "
                            + e.getMessage() + "; " + where + " is in this exception, see undecoded()",
                    message,
                    e);
        }
    }
}
