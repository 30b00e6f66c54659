package io.raftqueue.raft;

import java.io.DataInput;
import java.io.DataOutput;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jgroups.Address;
import org.jgroups.Message;
import org.jgroups.ObjectMessage;
import org.jgroups.protocols.raft.AppendEntriesRequest;
import org.jgroups.protocols.raft.AppendEntriesResponse;
import org.jgroups.protocols.raft.AppendResult;
import org.jgroups.protocols.raft.InMemoryLog;
import org.jgroups.protocols.raft.LogEntries;
import org.jgroups.protocols.raft.LogEntry;
import org.jgroups.protocols.raft.PersistentState;
import org.jgroups.protocols.raft.RAFT;
import org.jgroups.raft.StateMachine;
import org.jgroups.stack.Protocol;
import org.jgroups.util.ByteArrayDataOutputStream;
import org.jgroups.util.ExtendedUUID;

/**
 * The engine's own RAFT, as it is, one object without channel and threads: messages are handed in, and what it sends is
 * kept. Its queue is pumped batch by batch, as its runner does.
 */
final class StockServer extends RAFT {
    final List<Message> sent = new ArrayList<>();

    StockServer(String name, List<String> members) throws Exception {
        local_addr = address(name);
        raftId(name);
        members(members);
        state_machine = new Nothing();
        log_impl = new InMemoryLog();
        log_impl.init(UUID.randomUUID().toString(), Map.of());
        setDownProtocol(new Protocol() {
            @Override
            public Object down(Message message) {
                sent.add(message);
                return null;
            }
        });
        init();
    }

    static Address address(String name) {
        return ExtendedUUID.randomUUID(name).put(raft_id_key, name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    /** Entries of these terms, from index 1 on, in the log, none of them committed. */
    void holds(long... terms) {
        LogEntries entries = new LogEntries();
        for (long term : terms) {
            entries.add(new LogEntry(term, new byte[] {(byte) term}));
        }
        log_impl.append(1, entries);
        last_appended = log_impl.lastAppended();
        raft_state.reload();
    }

    /** Starts from a snapshot that names these members. */
    void startsFromSnapshotOf(List<String> members) throws Exception {
        PersistentState written = new PersistentState();
        written.setMembers(members);
        ByteArrayDataOutputStream out = new ByteArrayDataOutputStream();
        written.writeTo(out);
        log_impl.setSnapshot(ByteBuffer.wrap(out.buffer(), 0, out.position()));
        initStateMachineFromLog();
    }

    /** One batch of its runner: a write, or a read. */
    CompletableFuture<byte[]> pump(boolean read) {
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        process(List.of(new DownRequest(answer, new byte[] {1}, 0, 1, false, null, read)));
        return answer;
    }

    void append(Address leader, long leaderTerm, long prev, long prevTerm, long commit, long... terms) {
        LogEntries entries = new LogEntries();
        for (long term : terms) {
            entries.add(new LogEntry(term, new byte[] {(byte) (term * 10)}));
        }
        long entryTerm = terms.length == 0 ? leaderTerm : terms[0];
        Message message = new ObjectMessage(local_addr, terms.length == 0 ? null : entries).setSrc(leader);
        handleUpRequest(message, new AppendEntriesRequest(leader, leaderTerm, prev, prevTerm, entryTerm, commit));
    }

    void acknowledged(Address by, long index) {
        AppendResult ok = new AppendResult(AppendResult.Result.OK, index);
        handleUpRequest(new ObjectMessage(local_addr).setSrc(by), new AppendEntriesResponse(currentTerm(), ok));
    }

    long termAt(long index) {
        LogEntry entry = log_impl.get(index);
        return entry == null ? -1 : entry.term();
    }

    private static final class Nothing implements StateMachine {
        @Override
        public byte[] apply(byte[] data, int offset, int length, boolean serialize) {
            return new byte[0];
        }

        @Override
        public void readContentFrom(DataInput in) {}

        @Override
        public void writeContentTo(DataOutput out) {}
    }
}
