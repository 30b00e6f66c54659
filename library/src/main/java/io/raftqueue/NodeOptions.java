package io.raftqueue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything a node is started with; made by {@link RaftNodeBuilder}, which has the defaults and the checks.
 *
 * @param id unique name of the node; empty (with {@link Begin.Restart} only): as its directory says
 * @param directory where the node keeps its data; owned by one live node at a time
 * @param begin how a node whose directory is empty comes to life
 * @param raftAddress host:port as the other members reach this node, kept as given; empty (with {@link Begin.Restart}
 *     only): as its directory says
 * @param bindAddress host:port to listen on, null to listen on {@code raftAddress}
 * @param httpAddress where this node serves HTTP, told to the other members; empty when it does not
 * @param deadline how long a call waits for the cluster unless it says otherwise
 * @param maxMessageBytes largest payload of one message
 * @param maxBatchBytes largest sum of payloads of one {@code sendAll}
 * @param diskWatermarkBytes below this much free disk, sends are refused; negative: the library's default
 * @param fsync false gives up durability: for tests and throw-away data only
 * @param deleteOnClose removes {@code directory} when the node is closed
 * @param listeners told of what happens to the node
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
        long diskWatermarkBytes,
        boolean fsync,
        boolean deleteOnClose,
        List<NodeListener> listeners) {

    /** Copies the listeners. */
    public NodeOptions {
        listeners = List.copyOf(listeners);
    }

    /** The same options with these listeners instead. */
    public NodeOptions withListeners(List<NodeListener> others) {
        return new NodeOptions(
                id,
                directory,
                begin,
                raftAddress,
                bindAddress,
                httpAddress,
                deadline,
                maxMessageBytes,
                maxBatchBytes,
                diskWatermarkBytes,
                fsync,
                deleteOnClose,
                others);
    }

    /** How a node with an empty directory begins. On a directory with data it only has to agree with it. */
    public sealed interface Begin {
        /** One node for itself, on loopback. */
        record Standalone() implements Begin {}

        /** Starts a new cluster, of itself; others may join. */
        record Bootstrap() implements Begin {}

        /**
         * A fixed first membership, the same on every node.
         *
         * @param members each {@code id=host:port}
         */
        record Members(List<String> members) implements Begin {
            /** Copies the list. */
            public Members {
                members = List.copyOf(members);
            }
        }

        /**
         * Asks a member to bring it in, again and again, until it is in.
         *
         * @param raftAddress of any member
         */
        record Join(String raftAddress) implements Begin {}

        /** Waits to be brought in by somebody's join. */
        record AwaitJoin() implements Begin {}

        /** Comes back from its own directory; an error on an empty one. */
        record Restart() implements Begin {}
    }
}
