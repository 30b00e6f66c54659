package io.raftqueue.http;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.protocol.http.HttpServerConnection;
import java.io.IOException;
import org.xnio.conduits.ConduitStreamSourceChannel;
import org.xnio.conduits.StreamSourceConduit;

/**
 * Tells when the client of a request hangs up while its answer is still to come. Undertow reads nothing in between, so
 * this does; what it reads of a next, pipelined request is given back, and ends the watch. Lives on the connection's I/O
 * thread.
 */
final class HangUpWatch {
    private final HttpServerConnection connection;
    private final StreamSourceConduit conduit;
    private final Runnable hungUp;
    private boolean watching;

    HangUpWatch(HttpServerConnection connection, Runnable hungUp) {
        this.connection = connection;
        this.conduit = connection.getOriginalSourceConduit();
        this.hungUp = hungUp;
    }

    void start() {
        if (watching || connection.getExtraBytes() != null || !connection.isOpen()) {
            return;
        }
        watching = true;
        source().setReadListener(channel -> look());
        conduit.resumeReads();
    }

    void stop() {
        if (watching) {
            watching = false;
            conduit.suspendReads();
            source().setReadListener(null);
        }
    }

    private ConduitStreamSourceChannel source() {
        return connection.getChannel().getSourceChannel();
    }

    private void look() {
        if (!watching) {
            return;
        }
        PooledByteBuffer pooled = connection.getByteBufferPool().allocate();
        boolean kept = false;
        try {
            int read = conduit.read(pooled.getBuffer());
            if (read > 0) {
                pooled.getBuffer().flip();
                connection.ungetRequestBytes(pooled);
                kept = true;
                stop();
            } else if (read < 0) {
                stop();
                hungUp.run();
            }
        } catch (IOException e) {
            // A reset is a hang-up, too.
            stop();
            hungUp.run();
        } finally {
            if (!kept) {
                pooled.close();
            }
        }
    }
}
