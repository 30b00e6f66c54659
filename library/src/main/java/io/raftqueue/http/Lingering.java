package io.raftqueue.http;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.xnio.IoUtils;
import org.xnio.conduits.StreamSourceConduit;

/**
 * Ends a connection whose request was answered before its body was read. Closing it at once would reset it, and the
 * client, still sending, might never see the answer. So what still comes is thrown away for a while, at a pace that all
 * such connections share: endless senders are slowed down, not the others.
 */
final class Lingering {
    private static final long MOST_BYTES = 64 << 20;
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long BYTES_PER_SECOND = 16 << 20;
    private static final long BURST_BYTES = 2 << 20;
    private static final int READS_IN_A_ROW = 16;
    private static final int SOON_MILLIS = 10;
    private static final int LATER_MILLIS = 200;

    /** The pace of all connections of one server together. */
    static Pace pace() {
        return new Pace(BYTES_PER_SECOND, BURST_BYTES);
    }

    private final HttpServerExchange exchange;
    private final HttpServerConnection connection;
    private final StreamSourceConduit conduit;
    private final Pace pace;
    private final long begun = System.nanoTime();
    private long total;

    Lingering(HttpServerExchange exchange, Pace pace) {
        this.exchange = exchange;
        this.connection = (HttpServerConnection) exchange.getConnection();
        this.conduit = connection.getOriginalSourceConduit();
        this.pace = pace;
    }

    /** To be called on the I/O thread, when the answer is written. */
    void start() {
        try {
            conduit.suspendReads();
            connection.getChannel().getSourceChannel().setReadListener(null);
            connection.getOriginalSinkConduit().terminateWrites();
            connection.getOriginalSinkConduit().flush();
            discard();
        } catch (IOException e) {
            end();
        }
    }

    private void discard() {
        boolean allowed = true;
        try (PooledByteBuffer pooled = connection.getByteBufferPool().allocate()) {
            for (int reads = 0; reads < READS_IN_A_ROW && allowed; reads++) {
                pooled.getBuffer().clear();
                int read = conduit.read(pooled.getBuffer());
                if (read < 0) {
                    end();
                    return;
                }
                if (read == 0) {
                    break;
                }
                total += read;
                allowed = pace.allows(read);
            }
            if (total > MOST_BYTES || System.nanoTime() - begun > LONGEST_NANOS || !connection.isOpen()) {
                end();
                return;
            }
            connection
                    .getIoThread()
                    .executeAfter(this::discard, allowed ? SOON_MILLIS : LATER_MILLIS, TimeUnit.MILLISECONDS);
        } catch (IOException | RuntimeException e) {
            end();
        }
    }

    private void end() {
        IoUtils.safeClose(connection);
        exchange.endExchange();
    }
}
