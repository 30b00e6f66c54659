package io.raftqueue.stock;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jgroups.Address;
import org.jgroups.Message;
import org.jgroups.View;

/**
 * The engine, for {@link FaultSchedule}: its own RAFT and its own ELECTION2, on logs without fault. Under them is what
 * JGroups promises: each link keeps its order, out-of-band messages may overtake the others, and views tell who is
 * there, each server at its own time.
 */
final class StockCluster implements EngineCluster {
    private static final String[] NAMES = {"a", "b", "c", "d", "e"};

    private final Promises promises = new Promises();
    private final String[] members;
    private final StockServer[] servers;
    private final FairLog[] logs;
    private final int[] starts;
    private final boolean[] votes;
    private boolean[] side;
    private final List<Integer> seniority = new ArrayList<>();
    private final View[] seen;
    private final List<ArrayDeque<View>> views = new ArrayList<>();
    private final List<ArrayDeque<Message>> ordered = new ArrayList<>();
    private final List<ArrayDeque<Message>> outOfBand = new ArrayList<>();
    private Runnable meanwhile = () -> {};
    private long viewId;

    StockCluster(int size) {
        members = java.util.Arrays.copyOf(NAMES, size);
        servers = new StockServer[size];
        logs = new FairLog[size];
        starts = new int[size];
        votes = new boolean[size];
        side = new boolean[size];
        seen = new View[size];
        for (int i = 0; i < size; i++) {
            logs[i] = new FairLog();
            views.add(new ArrayDeque<>());
        }
        for (int link = 0; link < size * size; link++) {
            ordered.add(new ArrayDeque<>());
            outOfBand.add(new ArrayDeque<>());
        }
        for (int i = 0; i < size; i++) {
            boot(i);
        }
        viewsChange();
    }

    @Override
    public int size() {
        return servers.length;
    }

    @Override
    public Promises promises() {
        return promises;
    }

    @Override
    public void meanwhile(Runnable steps) {
        meanwhile = steps;
    }

    private void boot(int i) {
        String name = members[i] + "#" + ++starts[i];
        try {
            StockServer s = new StockServer(members[i], starts[i], logs[i], members);
            List<Long> replayed = s.state.values;
            for (int place = 1; place <= replayed.size(); place++) {
                promises.applied(name, place, replayed.get(place - 1));
            }
            s.state.listener = (place, value) -> promises.applied(name, place, value);
            s.listener = term -> promises.leads(name, term);
            s.election.whileVoting = () -> {
                send(i);
                meanwhile.run();
            };
            servers[i] = s;
        } catch (Exception e) {
            throw new IllegalStateException(name + " does not start", e);
        }
        seniority.remove((Integer) i);
        seniority.add(i);
    }

    private boolean reach(int from, int to) {
        return servers[from] != null && servers[to] != null && side[from] == side[to];
    }

    /** Who can reach each other gets a view of each other: the longest there first. It is installed by {@link #notice}. */
    private void viewsChange() {
        for (boolean which : new boolean[] {false, true}) {
            List<Address> there = new ArrayList<>();
            for (int i : seniority) {
                if (servers[i] != null && side[i] == which) {
                    there.add(servers[i].getAddress());
                }
            }
            if (!there.isEmpty()) {
                View view = View.create(there.get(0), ++viewId, there);
                for (int i = 0; i < servers.length; i++) {
                    boolean changes = servers[i] != null
                            && side[i] == which
                            && (last(i) == null || !last(i).getMembers().equals(there));
                    if (changes) {
                        views.get(i).add(view);
                    }
                }
            }
        }
    }

    private View last(int i) {
        return views.get(i).isEmpty() ? seen[i] : views.get(i).getLast();
    }

    @Override
    public boolean notice(int i) {
        View view = servers[i] == null ? null : views.get(i).poll();
        if (view == null) {
            return false;
        }
        seen[i] = view;
        servers[i].sees(view);
        send(i);
        return true;
    }

    /** What it has to say goes onto the links: to its view, or to one. */
    private void send(int from) {
        StockServer sender = servers[from];
        List<Message> messages = List.copyOf(sender.sent);
        sender.sent.clear();
        for (Message message : messages) {
            for (int to = 0; to < servers.length; to++) {
                if (!reach(from, to) || (from == to && message.isFlagSet(Message.TransientFlag.DONT_LOOPBACK))) {
                    continue;
                }
                Address address = servers[to].getAddress();
                boolean meant = message.getDest() == null
                        ? seen[from] != null && seen[from].containsMember(address)
                        : message.getDest().equals(address);
                if (meant) {
                    boolean overtakes = message.isFlagSet(Message.Flag.OOB);
                    (overtakes ? outOfBand : ordered)
                            .get(from * servers.length + to)
                            .add(message);
                }
            }
        }
    }

    @Override
    public boolean deliver(int from, int to) {
        int link = from * servers.length + to;
        Message message = outOfBand.get(link).poll();
        if (message == null) {
            message = ordered.get(link).poll();
        }
        if (message == null) {
            return false;
        }
        boolean member = seen[to] != null && seen[to].containsMember(message.getSrc());
        if (servers[to] != null && member) {
            try {
                servers[to].receive(message);
            } catch (RuntimeException e) {
                return true; // as in a transport: it is logged
            }
            send(to);
        }
        return true;
    }

    @Override
    public boolean work(int i) {
        if (servers[i] == null || !servers[i].hasWork()) {
            return false;
        }
        servers[i].pump();
        send(i);
        return true;
    }

    @Override
    public void tick(int i) {
        StockServer s = servers[i];
        if (s == null) {
            return;
        }
        if (s.election.isVotingThreadRunning() && !votes[i]) {
            votes[i] = true;
            s.election.vote();
            votes[i] = false;
        } else if (!s.hasWork()) {
            s.idle();
        }
        send(i);
    }

    @Override
    public void provokeElection(int i) {
        if (servers[i] != null && seen[i] != null) {
            servers[i].election.runVotingThread(); // its managed operation; it works on the coordinator only
        }
    }

    @Override
    public boolean up(int i) {
        return servers[i] != null;
    }

    @Override
    public boolean leads(int i) {
        return servers[i].isLeader();
    }

    @Override
    public void write(int i, long value) {
        answer(servers[i].write(value), place -> promises.acked(value, place));
    }

    @Override
    public void read(int i) {
        long called = promises.readCalled();
        answer(servers[i].read(), count -> promises.readAnswered(called, count));
    }

    private static void answer(CompletableFuture<byte[]> call, java.util.function.LongConsumer told) {
        call.whenComplete((bytes, error) -> {
            if (error == null) {
                told.accept(ByteBuffer.wrap(bytes).getLong());
            }
        });
    }

    @Override
    public void partition(boolean[] newSide) {
        side = newSide.clone();
        for (int from = 0; from < servers.length; from++) {
            for (int to = 0; to < servers.length; to++) {
                if (side[from] != side[to]) {
                    ordered.get(from * servers.length + to).clear();
                    outOfBand.get(from * servers.length + to).clear();
                }
            }
        }
        viewsChange();
    }

    @Override
    public void crash(int i) {
        if (servers[i] == null || votes[i]) {
            return; // a server that is in the middle of a call ends after it
        }
        servers[i] = null;
        seen[i] = null;
        views.get(i).clear();
        for (int other = 0; other < servers.length; other++) {
            ordered.get(i * servers.length + other).clear();
            ordered.get(other * servers.length + i).clear();
            outOfBand.get(i * servers.length + other).clear();
            outOfBand.get(other * servers.length + i).clear();
        }
        viewsChange();
    }

    @Override
    public void start(int i) {
        boot(i);
        viewsChange();
    }

    @Override
    public List<Long> values(int i) {
        return servers[i].state.values;
    }
}
