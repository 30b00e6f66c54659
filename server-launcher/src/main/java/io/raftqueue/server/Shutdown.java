package io.raftqueue.server;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGTERM and SIGINT close what runs and exit 0. The JVM itself would end with 143 or 130 whatever its hooks do, so the
 * hook is the one that ends it.
 */
final class Shutdown {
    private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

    /** Less than the ten seconds that are promised, and that systemd and docker commonly give. */
    private static final Duration LIMIT = Duration.ofSeconds(9);

    private final Runnable close;
    private volatile boolean exiting;

    private Shutdown(Runnable close) {
        this.close = close;
    }

    /** @param close safe to call at any time, on any thread */
    static Shutdown onSignal(Runnable close) {
        var shutdown = new Shutdown(close);
        Runtime.getRuntime().addShutdownHook(new Thread(shutdown::signalled, "shutdown"));
        return shutdown;
    }

    /** From here on the caller closes what runs, and its exit code counts. */
    void exiting() {
        exiting = true;
    }

    private void signalled() {
        if (exiting) {
            return;
        }
        var closed = new CountDownLatch(1);
        var closer = new Thread(
                () -> {
                    try {
                        close.run();
                    } catch (RuntimeException e) {
                        LOG.warn("not everything could be closed: {}", CommandFailure.oneLine(e), e);
                    } finally {
                        closed.countDown();
                    }
                },
                "closer");
        closer.setDaemon(true);
        closer.start();
        try {
            if (!closed.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn(
                        "still not closed after {} s: leaving as a crash would, which loses nothing",
                        LIMIT.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(0);
    }
}
