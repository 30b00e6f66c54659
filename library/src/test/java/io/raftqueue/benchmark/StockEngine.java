package io.raftqueue.benchmark;

import io.raftqueue.node.FreePorts;
import java.io.DataInput;
import java.io.DataOutput;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.jgroups.JChannel;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.FD_ALL3;
import org.jgroups.protocols.FRAG4;
import org.jgroups.protocols.MERGE3;
import org.jgroups.protocols.TCP;
import org.jgroups.protocols.TCPPING;
import org.jgroups.protocols.UNICAST3;
import org.jgroups.protocols.VERIFY_SUSPECT2;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.protocols.pbcast.NAKACK2;
import org.jgroups.protocols.pbcast.STABLE;
import org.jgroups.protocols.raft.ELECTION2;
import org.jgroups.protocols.raft.FileBasedLog;
import org.jgroups.protocols.raft.RAFT;
import org.jgroups.raft.RaftHandle;
import org.jgroups.raft.StateMachine;
import org.jgroups.stack.Protocol;

/**
 * jgroups-raft as it comes, tuned as well as we know, its log forced to disk, with a state machine that does nothing: the
 * baseline that our whole queue is measured against. It is not safe: see README.
 */
final class StockEngine implements AutoCloseable {
    static {
        ClassConfigurator.getMagicNumber(RAFT.class); // loads the protocol ids before the first stack is built
    }

    private final List<JChannel> channels = new ArrayList<>();
    private final List<RaftHandle> handles = new ArrayList<>();

    StockEngine(Path directory, int nodes) throws Exception {
        List<Integer> ports = FreePorts.of(nodes);
        List<String> members = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            members.add("n" + i);
        }
        for (int i = 0; i < nodes; i++) {
            RAFT raft = new RAFT()
                    .members(members)
                    .raftId("n" + i)
                    .logDir(directory.toString())
                    .logClass(FileBasedLog.class.getName())
                    .maxLogSize(1L << 40);
            JChannel channel = new JChannel(stack(ports, i, raft));
            channel.setName("n" + i);
            RaftHandle handle = new RaftHandle(channel, new NoState());
            channel.connect("stock");
            raft.logUseFsync(true);
            channels.add(channel);
            handles.add(handle);
        }
    }

    private static Protocol[] stack(List<Integer> ports, int self, RAFT raft) throws Exception {
        List<InetSocketAddress> hosts =
                ports.stream().map(p -> new InetSocketAddress("127.0.0.1", p)).toList();
        TCP tcp = new TCP();
        tcp.setBindAddress(InetAddress.getByName("127.0.0.1"));
        tcp.setBindPort(ports.get(self));
        tcp.setPortRange(0);
        tcp.tcpNodelay(true);
        tcp.nonBlockingSends(true);
        TCPPING ping = new TCPPING();
        ping.initialHosts(hosts);
        GMS gms = new GMS();
        gms.setJoinTimeout(100);
        NAKACK2 nakack = new NAKACK2();
        nakack.useMcastXmit(false);
        return new Protocol[] {
            tcp,
            ping,
            new MERGE3().setMinInterval(1000).setMaxInterval(3000),
            new FD_ALL3().setInterval(500).setTimeout(3000),
            new VERIFY_SUSPECT2().setTimeout(300),
            nakack,
            new UNICAST3(),
            new STABLE(),
            gms,
            new FRAG4().setFragSize(60_000),
            new ELECTION2(),
            raft
        };
    }

    RaftHandle awaitLeader(Duration patience) {
        Awaitility.await().atMost(patience).until(() -> handles.stream().anyMatch(RaftHandle::isLeader));
        return handles.stream().filter(RaftHandle::isLeader).findFirst().orElseThrow();
    }

    static CompletableFuture<byte[]> append(RaftHandle leader, byte[] payload) {
        try {
            return leader.setAsync(payload, 0, payload.length, null);
        } catch (Exception e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public void close() {
        channels.forEach(JChannel::close);
    }

    private static final class NoState implements StateMachine {
        @Override
        public byte[] apply(byte[] data, int offset, int length, boolean serializeResponse) {
            return new byte[0];
        }

        @Override
        public void readContentFrom(DataInput in) {}

        @Override
        public void writeContentTo(DataOutput out) {}
    }
}
