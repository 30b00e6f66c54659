package io.raftqueue.stock;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jgroups.Address;
import org.jgroups.Event;
import org.jgroups.Message;
import org.jgroups.ObjectMessage;
import org.jgroups.View;
import org.jgroups.protocols.raft.AppendEntriesRequest;
import org.jgroups.protocols.raft.AppendEntriesResponse;
import org.jgroups.protocols.raft.AppendResult;
import org.jgroups.protocols.raft.FileBasedLog;
import org.jgroups.protocols.raft.Log;
import org.jgroups.protocols.raft.LogEntries;
import org.jgroups.protocols.raft.LogEntry;
import org.jgroups.protocols.raft.PersistentState;
import org.jgroups.protocols.raft.RAFT;
import org.jgroups.protocols.raft.RaftHeader;
import org.jgroups.protocols.raft.Role;
import org.jgroups.stack.Protocol;
import org.jgroups.util.ByteArrayDataOutputStream;
import org.jgroups.util.ExtendedUUID;
import org.jgroups.util.Runner;

/**
 * The engine's own RAFT, and its ELECTION2, as they are, without channel and threads: messages are handed in, and what
 * they send is kept. Its queue is filled by its own methods and emptied by its own runner's method, {@link #pump}.
 */
final class StockServer extends RAFT {
    static {
        // As it runs in production: the engine's assertions would hide what it does there.
        StockServer.class.getClassLoader().setPackageAssertionStatus("org.jgroups", false);
    }

    /** Told when it begins to lead. */
    interface Listener {
        void leads(long term);
    }

    final String name;
    final List<Message> sent = new ArrayList<>();
    final Numbers state = new Numbers();
    final StockElection election;
    Listener listener = term -> {};

    StockServer(String name, String... members) throws Exception {
        this(name, 1, new FairLog(), members);
    }

    /** Started, by its own start, from what is in this log. Each start has an address of its own, as with JGroups. */
    StockServer(String name, int startedTimes, Log log, String... members) throws Exception {
        this.name = name;
        setId(RAFT_ID);
        local_addr = address(name, startedTimes);
        raftId(name);
        members(Arrays.asList(members));
        state_machine = state;
        log_impl = log;
        Protocol bottom = new Protocol() {
            @Override
            public Object down(Event event) {
                return null;
            }

            @Override
            public Object down(Message message) {
                if (message.getSrc() == null) {
                    message.setSrc(StockServer.this.local_addr);
                }
                sent.add(message);
                return null;
            }
        };
        setDownProtocol(bottom);
        setUpProtocol(new Protocol() {
            @Override
            public Object up(Event event) {
                return null;
            }
        });
        election = new StockElection(this, bottom);
        init();
        runner = new Runner("none", () -> {}, null) {
            @Override
            public synchronized Runner start() {
                return this;
            }
        };
        start();
    }

    static FileBasedLog fileLog(Path directory) throws Exception {
        FileBasedLog log = new FileBasedLog();
        log.init(directory.resolve("log").toString(), Map.of());
        return log;
    }

    static Address address(String name) {
        return address(name, 1);
    }

    private static Address address(String name, int startedTimes) {
        return new ExtendedUUID(startedTimes, name.hashCode()).put(raft_id_key, name.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    protected RAFT changeRole(Role role) {
        boolean led = impl() instanceof org.jgroups.protocols.raft.Leader;
        super.changeRole(role);
        if (role == Role.Leader && !led && listener != null) {
            listener.leads(currentTerm());
        }
        return this;
    }

    /** Entries of these terms, from the end of the log on, none of them committed. Their numbers are index and term. */
    StockServer holds(long... terms) {
        LogEntries entries = new LogEntries();
        for (long term : terms) {
            entries.add(new LogEntry(term, Numbers.command(lastAppended() + entries.size() + 1 + 1000 * term)));
        }
        last_appended = log_impl.append(last_appended + 1, entries);
        return this;
    }

    StockServer leads(long term) {
        setLeaderAndTerm(local_addr, term);
        return this;
    }

    /** Starts from a snapshot that names these members. */
    void startsFromSnapshotOf(List<String> members) throws Exception {
        PersistentState written = new PersistentState();
        written.setMembers(members);
        ByteArrayDataOutputStream out = new ByteArrayDataOutputStream();
        written.writeTo(out);
        out.writeInt(0);
        log_impl.setSnapshot(ByteBuffer.wrap(out.buffer(), 0, out.position()));
        state_machine_loaded = false;
        initStateMachineFromLog();
    }

    CompletableFuture<byte[]> write(long value) {
        return setAsync(Numbers.command(value), 0, Long.BYTES, null);
    }

    CompletableFuture<byte[]> read() {
        try {
            return getAsync(Numbers.command(Numbers.READ), 0, Long.BYTES, null);
        } catch (IllegalStateException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    boolean hasWork() {
        return !processing_queue.isEmpty();
    }

    /** Its runner's turn: everything that waits is one batch. */
    void pump() {
        if (hasWork()) {
            try {
                processQueue();
            } catch (RuntimeException e) {
                return; // as in its Runner
            }
        }
    }

    /** Its runner's turn when nothing came for the resend interval. */
    void idle() {
        flushCommitTable();
    }

    void sees(View view) {
        election.up(new Event(Event.VIEW_CHANGE, view));
    }

    /** A message arrives: what is RAFT's waits in its queue, what is the election's is handled at once. */
    void receive(Message message) {
        if (election.concerns(message)) {
            election.up(message);
        } else {
            up(message);
        }
    }

    /** Hands over what it sent so far, to those of these whom it is for, and forgets it. */
    void deliverTo(StockServer... receivers) {
        List<Message> messages = List.copyOf(sent);
        sent.clear();
        for (Message message : messages) {
            for (StockServer receiver : receivers) {
                boolean loops = receiver == this && message.isFlagSet(Message.TransientFlag.DONT_LOOPBACK);
                if (!loops && (message.getDest() == null || message.getDest().equals(receiver.getAddress()))) {
                    receiver.receive(message);
                }
            }
        }
        for (StockServer receiver : receivers) {
            receiver.pump();
        }
    }

    void append(Address leader, long leaderTerm, long prev, long prevTerm, long commit, long... terms) {
        receive(appendRequest(leader, leaderTerm, prev, prevTerm, commit, terms));
        pump();
    }

    static Message appendRequest(
            Address leader, long leaderTerm, long prev, long prevTerm, long commit, long... terms) {
        LogEntries entries = new LogEntries();
        for (long term : terms) {
            entries.add(new LogEntry(term, Numbers.command(prev + entries.size() + 1 + 1000 * term)));
        }
        long entryTerm = terms.length == 0 ? leaderTerm : terms[0];
        return new ObjectMessage(null, terms.length == 0 ? null : entries)
                .setSrc(leader)
                .putHeader(RAFT_ID, new AppendEntriesRequest(leader, leaderTerm, prev, prevTerm, entryTerm, commit));
    }

    void acknowledged(Address by, long index) {
        AppendResult ok = new AppendResult(AppendResult.Result.OK, index);
        receive(new ObjectMessage(local_addr)
                .setSrc(by)
                .putHeader(RAFT_ID, new AppendEntriesResponse(currentTerm(), ok)));
        pump();
    }

    /** How many appends it answered. */
    long answers() {
        return sent.stream()
                .filter(m -> m.getHeader(RAFT_ID) instanceof AppendEntriesResponse)
                .count();
    }

    /** The appends that it sent. */
    List<Message> appends() {
        return sent.stream()
                .filter(m -> m.getHeader(RAFT_ID) instanceof AppendEntriesRequest)
                .toList();
    }

    static long termOf(Message message) {
        RaftHeader header = message.getHeader(RAFT_ID);
        return header.currTerm();
    }

    void askedForVote(Address by, long term) {
        election.ask(by, term);
    }

    long termAt(long index) {
        LogEntry entry = log_impl.get(index);
        return entry == null ? -1 : entry.term();
    }

    /** The number at that index of its log, or -1. */
    long valueAt(long index) {
        LogEntry entry = log_impl.get(index);
        return entry == null || entry.internal()
                ? -1
                : ByteBuffer.wrap(entry.command(), entry.offset(), 8).getLong();
    }

    int resends() {
        return num_resends;
    }

    /** As its runner takes one. */
    void snapshotNow() throws Exception {
        takeSnapshot();
    }
}
