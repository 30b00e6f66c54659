package io.raftqueue.http;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpContinue;
import io.undertow.util.Headers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.channels.StreamSourceChannel;

/**
 * Reads one body without blocking, as it comes, chunked or not. Grows with what has arrived, never with what was
 * announced. Lives on the connection's I/O thread.
 *
 * <p>Undertow's own receiver is not used: it allocates the announced length before it looks at the limit.
 */
final class BodyReader implements ChannelListener<StreamSourceChannel> {
    private static final byte[] NOTHING = {};
    // Reads in one go; then other connections of the same thread have their turn.
    private static final int READS_IN_A_ROW = 2;
    private static final long BYTES_PER_SECOND = 128 << 20;
    private static final long BURST_BYTES = 16 << 20;
    private static final int PAUSE_MILLIS = 50;

    /** How reading ended; exactly one is called, once. */
    interface Outcome {
        void arrived(byte[] body);

        void refused(Answer answer);

        /** The client is gone. */
        void broken();
    }

    private final HttpServerExchange exchange;
    private final int limit;
    private final BodyMemory memory;
    private final Pace pace;
    private final Outcome outcome;
    private byte[] bytes = NOTHING;
    private int size;
    private @Nullable StreamSourceChannel channel;
    private boolean done;

    BodyReader(HttpServerExchange exchange, int limit, BodyMemory memory, Pace pace, Outcome outcome) {
        this.exchange = exchange;
        this.limit = limit;
        this.memory = memory;
        this.pace = pace;
        this.outcome = outcome;
    }

    /** The pace of all large bodies of one server together: a crowd of them must not take both threads. */
    static Pace pace() {
        return new Pace(BYTES_PER_SECOND, BURST_BYTES);
    }

    void start() {
        String announced = exchange.getRequestHeaders().getFirst(Headers.CONTENT_LENGTH);
        if (announced != null && (announced.length() > 18 || Long.parseLong(announced) > limit)) {
            tooLarge();
        } else if (HttpContinue.requiresContinueResponse(exchange)) {
            HttpContinue.sendContinueResponse(exchange, new IoCallback() {
                @Override
                public void onComplete(HttpServerExchange exchange, Sender sender) {
                    exchange.getIoThread().execute(BodyReader.this::read);
                }

                @Override
                public void onException(HttpServerExchange exchange, Sender sender, IOException exception) {
                    end(outcome::broken);
                }
            });
        } else {
            read();
        }
    }

    /** Stops listening; what arrived is dropped. */
    void stop() {
        done = true;
        if (channel != null) {
            channel.suspendReads();
        }
    }

    private void read() {
        if (done) {
            return;
        }
        StreamSourceChannel source = exchange.getRequestChannel();
        if (source == null) {
            throw new IllegalStateException("the body of " + exchange + " is already being read");
        }
        channel = source;
        source.getReadSetter().set(this);
        handleEvent(source);
    }

    @Override
    public void handleEvent(StreamSourceChannel source) {
        if (done) {
            return;
        }
        try (PooledByteBuffer pooled =
                exchange.getConnection().getByteBufferPool().allocate()) {
            ByteBuffer buffer = pooled.getBuffer();
            int before = size;
            for (int reads = 0; reads < READS_IN_A_ROW; reads++) {
                buffer.clear();
                int read = source.read(buffer);
                if (read < 0) {
                    end(() -> outcome.arrived(size == bytes.length ? bytes : Arrays.copyOf(bytes, size)));
                    return;
                }
                if (read == 0) {
                    break;
                }
                if (!append(buffer.flip())) {
                    return;
                }
            }
            if (size > BodyMemory.SMALL && !pace.allows(size - before)) {
                source.suspendReads();
                exchange.getIoThread().executeAfter(() -> handleEvent(source), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
            } else {
                source.resumeReads();
            }
        } catch (IOException e) {
            if (exchange.getConnection().isOpen()) {
                end(() -> outcome.refused(Problem.MALFORMED.answer("the body cannot be read: " + e.getMessage())));
            } else {
                end(outcome::broken);
            }
        }
    }

    private boolean append(ByteBuffer buffer) {
        int more = buffer.remaining();
        if (more > limit - size) {
            tooLarge();
            return false;
        }
        if (size + more > bytes.length) {
            int room = Math.min(limit, Math.max(size + more, 2 * bytes.length));
            if (!memory.reserve(bytes.length, room)) {
                end(() -> outcome.refused(Problem.OVERLOADED.answer(
                        "too many large bodies are under way on this node: try again, or at another node")));
                return false;
            }
            bytes = Arrays.copyOf(bytes, room);
        }
        buffer.get(bytes, size, more);
        size += more;
        return true;
    }

    /** What {@link BodyMemory} counts for this body. */
    int room() {
        return bytes.length;
    }

    private void tooLarge() {
        end(() -> outcome.refused(
                Problem.TOO_LARGE.answer("the body is over the limit of " + limit + " bytes; nothing was stored")));
    }

    private void end(Runnable how) {
        if (!done) {
            stop();
            how.run();
        }
    }
}
