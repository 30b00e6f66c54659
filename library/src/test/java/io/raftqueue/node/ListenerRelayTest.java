package io.raftqueue.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.NodeListener;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** From the engine's threads to the listeners'. */
class ListenerRelayTest {

    /** It would be an error on the engine's thread, and stop the node. */
    @Test
    void tellingNeedsNoThreadThatIsNotThereYet() throws Exception {
        var told = new CompletableFuture<Long>();
        NodeListener listener = new NodeListener() {
            @Override
            public void leaderChanged(@Nullable String leaderId, long term) {
                told.complete(term);
            }
        };
        var threads = new AtomicInteger();
        var relay = new ListenerRelay(
                List.of(listener),
                task -> {
                    threads.incrementAndGet();
                    var thread = new Thread(task);
                    thread.setDaemon(true);
                    return thread;
                },
                cause -> {});
        try {
            int before = threads.get();
            relay.leaderChanged("node01", 7);
            assertThat(told.get(5, TimeUnit.SECONDS)).isEqualTo(7);
            assertThat(threads).hasValue(before);
        } finally {
            relay.close();
        }
    }
}
