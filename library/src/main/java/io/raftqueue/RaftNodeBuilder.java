package io.raftqueue;

import io.raftqueue.NodeOptions.Begin;
import io.raftqueue.jmx.NodeBeans;
import io.raftqueue.node.ReplicatedNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds and starts a {@link RaftNode}. Each setter checks its value and refuses a second call.
 *
 * <p>How a node begins is explicit, by one of {@link #standalone()}, {@link #bootstrap()}, {@link #members(String...)},
 * {@link #join(String)} and {@link #awaitJoin()}. On a directory that already holds data it only has to agree with that
 * data, and may be left out: the same program works at every start.
 */
public final class RaftNodeBuilder {
    private static final int LARGEST_BATCH = 64 << 20;
    private static final String DEFAULT_ID = "node01";

    private @Nullable String id;
    private @Nullable Path directory;
    private @Nullable Beginning beginning;
    private @Nullable String raftAddress;
    private @Nullable String bindAddress;
    private @Nullable String httpAddress;
    private @Nullable Duration timeout;
    private @Nullable Integer maxMessageBytes;
    private @Nullable Integer maxBatchBytes;
    private @Nullable Long diskWatermarkBytes;
    private @Nullable Boolean fsync;
    private @Nullable Boolean jmx;
    private boolean deleteOnClose;
    private final List<NodeListener> listeners = new ArrayList<>();

    /** What the caller asked for, with the words to say so. */
    private record Beginning(Begin begin, String call) {
        @Override
        public String toString() {
            return call;
        }
    }

    RaftNodeBuilder() {}

    /** The unique name of this node: 1 to 128 characters without blanks, commas or {@code =}. */
    public RaftNodeBuilder id(String id) {
        this.id = Settings.once("id", this.id, Settings.nodeId(id));
        return this;
    }

    /** Where the node keeps its data; made if it is not there. One live node at a time may use it. */
    public RaftNodeBuilder directory(Path directory) {
        this.directory = Settings.once("directory", this.directory, directory);
        return this;
    }

    /** One node for itself, on a free loopback port unless {@link #raftAddress} says otherwise. */
    public RaftNodeBuilder standalone() {
        return begin(new Begin.Standalone(), "standalone()");
    }

    /** Starts a new cluster, of itself, that others may join. */
    public RaftNodeBuilder bootstrap() {
        return begin(new Begin.Bootstrap(), "bootstrap()");
    }

    /**
     * A fixed first membership, the same on every node. This node is the one with its {@link #id}.
     *
     * @param members 1 to 7, each {@code id=host:port}
     */
    public RaftNodeBuilder members(String... members) {
        List<String> checked = Settings.members(members);
        return begin(new Begin.Members(checked), "members(" + String.join(", ", checked) + ")");
    }

    /**
     * Joins an existing cluster through any of its members, trying until it is in.
     *
     * @param raftAddress of that member (its Raft address: no HTTP is needed)
     */
    public RaftNodeBuilder join(String raftAddress) {
        return begin(new Begin.Join(Settings.address("join", raftAddress)), "join(" + raftAddress + ")");
    }

    /** Waits until a member brings this node in, by {@link RaftNode#join} or {@code POST /join}. */
    public RaftNodeBuilder awaitJoin() {
        return begin(new Begin.AwaitJoin(), "awaitJoin()");
    }

    private RaftNodeBuilder begin(Begin begin, String call) {
        this.beginning = Settings.once("how the node begins", this.beginning, new Beginning(begin, call));
        return this;
    }

    /** {@code host:port} at which the other members reach this node; kept as given, resolved at each use. */
    public RaftNodeBuilder raftAddress(String raftAddress) {
        this.raftAddress = Settings.once("raftAddress", this.raftAddress, Settings.address("raftAddress", raftAddress));
        return this;
    }

    /** {@code host:port} to listen on, where that is not the {@link #raftAddress}. */
    public RaftNodeBuilder bindAddress(String bindAddress) {
        this.bindAddress = Settings.once("bindAddress", this.bindAddress, Settings.address("bindAddress", bindAddress));
        return this;
    }

    /** Where this node serves HTTP, told to the other members. It opens no port: the HTTP adapter does. */
    public RaftNodeBuilder httpAddress(String httpAddress) {
        this.httpAddress = Settings.once("httpAddress", this.httpAddress, Settings.address("httpAddress", httpAddress));
        return this;
    }

    /** How long each call waits for the cluster; 10 s unless set. {@link RaftQueue#withTimeout} changes it. */
    public RaftNodeBuilder timeout(Duration timeout) {
        this.timeout = Settings.once("timeout", this.timeout, Settings.duration("timeout", timeout));
        return this;
    }

    /** The largest payload of one message; 1 MiB unless set. */
    public RaftNodeBuilder maxMessageBytes(int bytes) {
        this.maxMessageBytes = Settings.once(
                "maxMessageBytes", this.maxMessageBytes, Settings.between("maxMessageBytes", 1, bytes, 16 << 20));
        return this;
    }

    /** The largest sum of payloads of one {@code sendAll}; 16 MiB unless set. */
    public RaftNodeBuilder maxBatchBytes(int bytes) {
        this.maxBatchBytes = Settings.once(
                "maxBatchBytes", this.maxBatchBytes, Settings.between("maxBatchBytes", 1, bytes, LARGEST_BATCH));
        return this;
    }

    /** Below this much free disk sends are refused, while takes and purges go on. 0 turns the check off. */
    public RaftNodeBuilder diskWatermarkBytes(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("diskWatermarkBytes is " + bytes + ": it is 0 (no check) or more");
        }
        this.diskWatermarkBytes = Settings.once("diskWatermarkBytes", this.diskWatermarkBytes, bytes);
        return this;
    }

    /**
     * Whether each write is forced to the disk before it counts; true unless set.
     *
     * @param fsync false is faster, and a power cut or crash of the machine then loses acknowledged messages and may
     *     let a node vote twice: for tests and throw-away data only
     */
    public RaftNodeBuilder fsync(boolean fsync) {
        this.fsync = Settings.once("fsync", this.fsync, fsync);
        return this;
    }

    /** Whether the node shows itself to JMX (as {@code io.raftqueue:type=Node,node=<id>}); true unless set. */
    public RaftNodeBuilder jmx(boolean jmx) {
        this.jmx = Settings.once("jmx", this.jmx, jmx);
        return this;
    }

    /** Adds a listener, from the start on. May be called for several. */
    public RaftNodeBuilder listener(NodeListener listener) {
        listeners.add(listener);
        return this;
    }

    static RaftNode temporary() {
        try {
            return new RaftNodeBuilder()
                    .directory(Files.createTempDirectory("raftqueue-"))
                    .standalone()
                    .deleteOnClose()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("no temporary directory can be made: " + e.getMessage(), e);
        }
    }

    private RaftNodeBuilder deleteOnClose() {
        deleteOnClose = true;
        return this;
    }

    /**
     * Starts the node: it is up locally when this returns; calls wait for a leader up to their deadline.
     *
     * @throws IllegalStateException when something is not set that must be, or the directory says otherwise: belongs to
     *     another node or cluster, is used by a live process, or is empty and nothing says how to begin
     * @throws NodeFailedException when the directory cannot be read or is damaged
     * @throws UncheckedIOException when the directory cannot be made, or the Raft address cannot be listened on
     */
    public RaftNode start() {
        NodeOptions options = options();
        ReplicatedNode node = ReplicatedNode.start(options);
        if (!Boolean.FALSE.equals(jmx)) {
            node.whenClosed(NodeBeans.register(node)::close);
        }
        return node;
    }

    /** The options as they stand, checked against each other. */
    NodeOptions options() {
        if (directory == null) {
            throw new IllegalStateException(
                    "directory is not set: say where the node keeps its data, .directory(Path.of(\"data/node01\"))");
        }
        Begin begin = beginning == null ? new Begin.Restart() : beginning.begin();
        if (begin instanceof Begin.Restart && isEmpty(directory)) {
            throw new IllegalStateException("directory " + directory
                    + " is empty and nothing says how this node begins: call one of .standalone(), .bootstrap(),"
                    + " .members(..), .join(raftAddress), .awaitJoin()");
        }
        return new NodeOptions(
                idFor(begin),
                directory,
                begin,
                addressFor(begin),
                bindAddress,
                httpAddress == null ? "" : httpAddress,
                timeout == null ? Duration.ofSeconds(10) : timeout,
                maxMessageBytes == null ? 1 << 20 : maxMessageBytes,
                maxBatchBytes == null ? 16 << 20 : maxBatchBytes,
                diskWatermarkBytes == null ? -1 : diskWatermarkBytes,
                fsync == null || fsync,
                deleteOnClose,
                listeners);
    }

    private String idFor(Begin begin) {
        if (id != null) {
            return id;
        }
        if (begin instanceof Begin.Standalone) {
            return DEFAULT_ID;
        }
        if (begin instanceof Begin.Restart) {
            return "";
        }
        throw new IllegalStateException("id is not set: " + beginning
                + " needs the unique name of this node, .id(\"node01\"), the same at every start");
    }

    private String addressFor(Begin begin) {
        if (begin instanceof Begin.Members fixed) {
            String own = null;
            for (String member : fixed.members()) {
                if (member.startsWith(id + "=")) {
                    own = member.substring(member.indexOf('=') + 1);
                }
            }
            if (own == null) {
                throw new IllegalStateException("id " + id + " is not among " + beginning
                        + ": this node must be one of the members, on every node the same list");
            }
            if (raftAddress != null && !raftAddress.equals(own)) {
                throw new IllegalStateException("raftAddress is " + raftAddress + ", but " + beginning + " gives " + id
                        + " the address " + own + ": leave one of the two out");
            }
            return own;
        }
        if (raftAddress != null) {
            return raftAddress;
        }
        if (begin instanceof Begin.Standalone) {
            return "localhost:" + FreePort.find();
        }
        if (begin instanceof Begin.Restart) {
            return "";
        }
        throw new IllegalStateException("raftAddress is not set: " + beginning
                + " needs the address at which the other members reach this node, .raftAddress(\"localhost:3001\")");
    }

    private static boolean isEmpty(Path directory) {
        if (!Files.exists(directory)) {
            return true;
        }
        try (var files = Files.list(directory)) {
            return files.findAny().isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException("directory " + directory + " cannot be read: " + e.getMessage(), e);
        }
    }
}
