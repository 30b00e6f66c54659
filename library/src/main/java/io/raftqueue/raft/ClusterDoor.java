package io.raftqueue.raft;

import io.raftqueue.MembershipException;
import io.raftqueue.NodeOptions.Begin;
import io.raftqueue.raft.PeerMessage.Admin;
import io.raftqueue.raft.PeerMessage.AdminAnswer;
import io.raftqueue.raft.PeerMessage.Envelope;
import io.raftqueue.raft.PeerMessage.Found;
import io.raftqueue.raft.PeerMessage.Hello;
import io.raftqueue.raft.PeerMessage.HelloAnswer;
import io.raftqueue.raft.PeerMessage.Presence;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may say what to this node. Strangers may ask who it is, and ask to be let in; everything else must come from its own
 * cluster and be meant for its own incarnation: a message for the disk that was here before finds nobody. A node without a
 * cluster enters the one whose leader calls it by its incarnation. Owned by the raft thread.
 */
final class ClusterDoor {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterDoor.class);
    private static final int REMEMBERED = 64;
    private static final long ASK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** The node behind the door. */
    interface House {
        @Nullable
        UUID clusterId();

        /** Founded its cluster in this run, and is still its only member: it may have been a mistake. */
        boolean foundedAlone();

        /** On disk when it returns. */
        void adopt(UUID clusterId);

        HelloAnswer introduceTo(String whoId, String whoAddress, String asked);

        void send(String raftAddress, @Nullable UUID to, PeerMessage message);

        void helloAnswer(UUID from, HelloAnswer answer);

        void founded(Found message);

        void admin(UUID from, String replyTo, Admin request);

        void adminAnswer(AdminAnswer answer);

        /** A server of the own cluster that takes this one for a fellow member is up. */
        void present(UUID from, String fromId, String replyTo);

        /** From a server of the own cluster, for this incarnation. */
        void traffic(UUID from, PeerMessage message);

        void fatal(RuntimeException cause);
    }

    private final UUID self;
    private final String id;
    private final String directory;
    private final Begin begin;
    private final Acquaintances acquaintances;
    private final House house;
    /** Where each server was heard from last: it may have moved since its record was written. */
    private final Map<UUID, String> addresses = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, String> eldest) {
            return size() > REMEMBERED;
        }
    };

    private long askedAt;
    private boolean asked;
    private @Nullable UUID warnedOf;

    ClusterDoor(UUID self, String id, String directory, Begin begin, Acquaintances acquaintances, House house) {
        this.self = self;
        this.id = id;
        this.directory = directory;
        this.begin = begin;
        this.acquaintances = acquaintances;
        this.house = house;
    }

    @Nullable
    String addressOf(UUID server) {
        return addresses.get(server);
    }

    void receive(Envelope e, long now) {
        if (e.sender().equals(self)) {
            return;
        }
        addresses.put(e.sender(), e.senderAddress());
        PeerMessage message = e.message();
        if (message instanceof Hello hello) {
            house.send(
                    e.senderAddress(), e.sender(), house.introduceTo(e.senderId(), e.senderAddress(), hello.asked()));
        } else if (message instanceof HelloAnswer answer) {
            heard(e, answer);
        } else if (message instanceof Admin request && self(e)) {
            house.admin(e.sender(), e.senderAddress(), request);
        } else if (message instanceof AdminAnswer answer && self(e)) {
            house.adminAnswer(answer);
        } else if (message instanceof Found found && self(e)) {
            house.founded(found);
        } else if (e.clusterId() != null) {
            if (message instanceof Presence presence) {
                present(e, e.clusterId(), presence, now);
            } else {
                traffic(e, e.clusterId(), now);
            }
        }
    }

    private void present(Envelope e, UUID cluster, Presence presence, long now) {
        UUID own = house.clusterId();
        if (cluster.equals(own)) {
            acquaintances.heard(e.sender(), presence.storageFull(), now);
            house.present(e.sender(), e.senderId(), e.senderAddress());
        } else {
            meantForAnother(e, own, cluster, now);
        }
    }

    /** A stranger may not know yet who answers here. */
    private boolean self(Envelope e) {
        return e.target() == null || e.target().equals(self);
    }

    private void traffic(Envelope e, UUID cluster, long now) {
        UUID own = house.clusterId();
        if (!self.equals(e.target())) {
            meantForAnother(e, own, cluster, now);
            return;
        }
        if (own == null) {
            house.adopt(cluster);
        } else if (!own.equals(cluster)) {
            warn(e, own, cluster);
            return;
        }
        acquaintances.heard(e.sender(), now);
        house.traffic(e.sender(), e.message());
    }

    /** A cluster takes this address for a member of its own with another disk. */
    private void meantForAnother(Envelope e, @Nullable UUID own, UUID cluster, long now) {
        if (own != null && !own.equals(cluster) && house.foundedAlone() && (!asked || now - askedAt >= ASK_NANOS)) {
            asked = true;
            askedAt = now;
            house.send(e.senderAddress(), e.sender(), new Hello(e.senderAddress()));
        }
    }

    private void heard(Envelope e, HelloAnswer answer) {
        UUID own = house.clusterId();
        if (answer.clusterId() != null
                && !answer.clusterId().equals(own)
                && answer.knowsAsker()
                && own != null
                && house.foundedAlone()
                && begin instanceof Begin.Bootstrap) {
            String leader = answer.leaderId().isEmpty()
                    ? "no leader at the moment"
                    : "leader " + answer.leaderId() + ", " + answer.leaderRaftAddress();
            house.fatal(new MembershipException(
                    MembershipException.Reason.CONFLICT,
                    id + " belongs to cluster " + ClusterIds.brief(answer.clusterId()) + " (" + leader + ") but "
                            + directory + " is empty: start it without -leader, with -paddr="
                            + (answer.httpAddress().isEmpty() ? answer.raftAddress() : answer.httpAddress())));
            return;
        }
        house.helloAnswer(e.sender(), answer);
    }

    private void warn(Envelope e, UUID own, UUID cluster) {
        if (!cluster.equals(warnedOf)) {
            warnedOf = cluster;
            LOG.warn(
                    "{} at {} is of cluster {}, this node of {}: its messages are ignored",
                    e.senderId(),
                    e.senderAddress(),
                    ClusterIds.brief(cluster),
                    ClusterIds.brief(own));
        }
    }
}
