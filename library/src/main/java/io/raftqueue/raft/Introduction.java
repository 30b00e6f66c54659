package io.raftqueue.raft;

import io.raftqueue.NodeOptions.Begin;
import io.raftqueue.consensus.Configuration;
import io.raftqueue.consensus.InternalEntryCodec;
import io.raftqueue.consensus.Member;
import io.raftqueue.raft.PeerMessage.Found;
import io.raftqueue.raft.PeerMessage.Hello;
import io.raftqueue.raft.PeerMessage.HelloAnswer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * How a node with an empty directory finds its cluster: it founds one, asks a member to be let in, or waits. A fixed
 * membership is founded by its first member (by name), once every other one has answered that it is empty too; so a member
 * that lost its disk never founds a second cluster beside the first. Owned by the raft thread.
 */
final class Introduction {
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long MAX_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** The node. */
    interface Host {
        /** In a cluster already, as a member or adopted by one. */
        boolean belongs();

        /** Nobody needs to be asked any more to let this node in. */
        boolean settled();

        void send(String raftAddress, PeerMessage message);

        /** Makes this the first configuration of a new cluster here. */
        void found(Configuration first);

        /** Asks the node at this address to let this one in. */
        void knock(String raftAddress);
    }

    private record Heard(UUID incarnation, HelloAnswer answer) {}

    private final String id;
    private final UUID incarnation;
    private final String raftAddress;
    private final String httpAddress;
    private final Begin begin;
    private final Supplier<UUID> uuids;
    private final Host host;
    /** The others of a fixed membership, by address. */
    private final Map<String, String> others = new TreeMap<>();

    private final Map<String, Heard> heard = new TreeMap<>();
    private long pause = FIRST_PAUSE_NANOS;
    private long triedAt;
    private boolean tried;

    Introduction(
            String id,
            UUID incarnation,
            String raftAddress,
            String httpAddress,
            Begin begin,
            Supplier<UUID> uuids,
            Host host) {
        this.id = id;
        this.incarnation = incarnation;
        this.raftAddress = raftAddress;
        this.httpAddress = httpAddress;
        this.begin = begin;
        this.uuids = uuids;
        this.host = host;
        if (begin instanceof Begin.Members fixed) {
            for (String member : fixed.members()) {
                int equals = member.indexOf('=');
                if (!member.substring(0, equals).equals(id)) {
                    others.put(member.substring(equals + 1), member.substring(0, equals));
                }
            }
        }
    }

    private Member self() {
        return new Member(id, incarnation, raftAddress, httpAddress, true);
    }

    void tick(long now) {
        if (host.settled() || (tried && now - triedAt < pause)) {
            return;
        }
        pause = tried ? Math.min(MAX_PAUSE_NANOS, pause * 2) : FIRST_PAUSE_NANOS;
        tried = true;
        triedAt = now;
        if (begin instanceof Begin.Standalone || begin instanceof Begin.Bootstrap || onlyMember()) {
            foundAlone();
        } else if (begin instanceof Begin.Join join) {
            host.knock(join.raftAddress());
        } else if (begin instanceof Begin.Members) {
            others.keySet().forEach(address -> host.send(address, new Hello(address)));
        }
    }

    private void foundAlone() {
        if (!host.belongs()) {
            host.found(new Configuration(uuids.get(), List.of(self())));
        }
    }

    private boolean onlyMember() {
        return begin instanceof Begin.Members && others.isEmpty();
    }

    /** Somebody said who he is. */
    void heard(UUID who, HelloAnswer answer) {
        if (host.settled() || !answer.id().equals(others.get(answer.raftAddress()))) {
            return;
        }
        if (answer.clusterId() != null) {
            host.knock(answer.raftAddress());
            return;
        }
        if (host.belongs()) {
            return; // to a cluster that this one does not know of yet
        }
        heard.put(answer.raftAddress(), new Heard(who, answer));
        boolean first = others.values().stream().allMatch(other -> id.compareTo(other) < 0);
        if (first && heard.keySet().equals(others.keySet())) {
            found();
        }
    }

    private void found() {
        List<Member> members = new ArrayList<>();
        members.add(self());
        heard.forEach((address, h) -> members.add(
                new Member(h.answer().id(), h.incarnation(), address, h.answer().httpAddress(), true)));
        Configuration first = new Configuration(uuids.get(), members);
        host.found(first);
        // A message lost here is made good by the consensus: it brings the log, with this entry, to every member of it.
        others.keySet().forEach(address -> host.send(address, new Found(InternalEntryCodec.encode(first))));
    }

    /** The first of the fixed membership founded the cluster. */
    void founded(Configuration first) {
        Member me = first.member(incarnation);
        if (!host.belongs() && begin instanceof Begin.Members && self().equals(me)) {
            host.found(first);
        }
    }
}
