package io.raftqueue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything a node is started with; made by {@link RaftNodeBuilder}, which has the defaults and the checks.
 *
 * @param raftAddress host:port as the other members reach this node, kept as given
 * @param bindAddress host:port to listen on, null to listen on {@code raftAddress}
 * @param httpAddress where this node serves HTTP, told to the other members; empty when it does not
 */
public record NodeOptions(
        String id,
        Path directory,
        Begin begin,
        String raftAddress,
        @Nullable String bindAddress,
        String httpAddress,
        Duration deadline,
        int maxMessageBytes,
        int maxBatchBytes,
        int maxQueues,
        long diskWatermarkBytes,
        boolean fsync,
        boolean deleteOnClose,
        List<NodeListener> listeners) {

    /** How a node with an empty directory begins. On a directory with data it only has to agree with it. */
    public sealed interface Begin {
        /** One node for itself, on loopback. */
        record Standalone() implements Begin {}

        /** Starts a new cluster, of itself; others may join. */
        record Bootstrap() implements Begin {}

        /** A fixed first membership, the same on every node: {@code id=host:port}. */
        record Members(List<String> members) implements Begin {
            public Members {
                members = List.copyOf(members);
            }
        }

        /** Asks the member at this Raft address to bring it in, again and again, until it is in. */
        record Join(String raftAddress) implements Begin {}

        /** Waits to be brought in by somebody's join. */
        record AwaitJoin() implements Begin {}

        /** Comes back from its own directory; an error on an empty one. */
        record Restart() implements Begin {}
    }
}
