package io.raftqueue.node;

import io.raftqueue.NodeListener;
import io.raftqueue.NodeOptions;
import io.raftqueue.RaftQueue;
import io.raftqueue.codec.PayloadCodec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/** A node over a {@link LoneReplica}, for tests that need a hand on what the engine does. */
public final class LoneNode implements AutoCloseable {
    public final ReplicatedNode node;
    public final LoneReplica replica;

    public LoneNode(NodeListener... listeners) {
        var opened = new LoneReplica[1];
        var options = new NodeOptions(
                "node01",
                Path.of("unused"),
                new NodeOptions.Begin.Standalone(),
                "localhost:1",
                null,
                "",
                Duration.ofSeconds(5),
                1_000,
                4_000,
                0,
                true,
                false,
                List.of(listeners));
        node = ReplicatedNode.start(options, given -> opened[0] = new LoneReplica(given));
        replica = opened[0];
    }

    /** The queue {@code orders}, of strings. */
    public RaftQueue<String> queue() {
        return node.queue("orders", PayloadCodec.string());
    }

    /** A call that blocks, begun. */
    static <V> FutureTask<V> onItsOwnThread(Callable<V> call) {
        var task = new FutureTask<>(call);
        var thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    @Override
    public void close() {
        node.close();
    }
}
