package io.raftqueue.stock;

import java.lang.reflect.Field;
import java.util.List;
import org.jgroups.Address;
import org.jgroups.EmptyMessage;
import org.jgroups.Message;
import org.jgroups.protocols.raft.ELECTION2;
import org.jgroups.protocols.raft.election.BaseElection;
import org.jgroups.protocols.raft.election.VoteRequest;
import org.jgroups.protocols.raft.election.VoteResponse;
import org.jgroups.stack.Protocol;

/**
 * The engine's own ELECTION2, as it is, without its thread: {@link #vote} is one turn of it. What happens while it waits
 * for answers happens in {@link #whileVoting}; who has not answered by then is waited for no longer.
 */
final class StockElection extends ELECTION2 {
    private static final Field STOP_VOTING = stopVoting();

    Runnable whileVoting = () -> {};
    int voteRequests;
    private boolean voting;
    private boolean answered;

    StockElection(StockServer server, Protocol bottom) {
        setId(ELECTION_ID);
        local_addr = server.getAddress();
        raft = server;
        setDownProtocol(bottom);
        setUpProtocol(server);
        voteTimeout(1);
    }

    private static Field stopVoting() {
        try {
            Field field = BaseElection.class.getDeclaredField("stopVoting");
            field.setAccessible(true);
            return field;
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean concerns(Message message) {
        return message.getHeader(ELECTION_ID) != null;
    }

    @Override
    public synchronized boolean isVotingThreadRunning() {
        return voting;
    }

    @Override
    public synchronized BaseElection startVotingThread() {
        if (!voting) {
            try {
                STOP_VOTING.setBoolean(this, false);
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
            voting = true;
        }
        return this;
    }

    /** One turn of the voting thread. */
    void vote() {
        int before = voteRequests;
        runVotingProcess();
        boolean asked = voteRequests > before;
        boolean stopped = !asked || (answered && getVotes().size() == 0);
        voting &= !stopped;
    }

    @Override
    protected void sendVoteRequest(long term) {
        voteRequests++;
        super.sendVoteRequest(term);
        whileVoting.run();
        List.copyOf(getVotes().getMissing()).forEach(getVotes()::remove);
        answered = getVotes().size() > 0;
    }

    boolean majorityIsThere() {
        return isMajorityAvailable();
    }

    /** A vote request arrives. */
    void ask(Address by, long term) {
        up(new EmptyMessage(null).setSrc(by).putHeader(ELECTION_ID, new VoteRequest(term)));
    }

    /** The votes among these messages, as they were given. */
    static List<VoteResponse> votesIn(List<Message> messages) {
        return messages.stream()
                .map(m -> m.getHeader(ELECTION_ID))
                .filter(VoteResponse.class::isInstance)
                .map(VoteResponse.class::cast)
                .toList();
    }
}
