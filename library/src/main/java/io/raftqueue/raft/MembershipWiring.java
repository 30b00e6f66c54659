package io.raftqueue.raft;

import io.raftqueue.JoinOutcome;
import io.raftqueue.consensus.Configuration;
import io.raftqueue.consensus.FollowerStatus;
import io.raftqueue.consensus.InternalEntryCodec;
import io.raftqueue.consensus.Member;
import io.raftqueue.consensus.RaftRole;
import io.raftqueue.raft.PeerMessage.Admin;
import io.raftqueue.raft.PeerMessage.AdminAnswer;
import io.raftqueue.raft.PeerMessage.Envelope;
import io.raftqueue.raft.PeerMessage.Found;
import io.raftqueue.raft.PeerMessage.Hello;
import io.raftqueue.raft.PeerMessage.HelloAnswer;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ties the parts of a {@link ReplicaCore} that are about who is in the cluster: door, introduction, requests, duties. */
final class MembershipWiring {
    private static final Logger LOG = LoggerFactory.getLogger(MembershipWiring.class);
    /** The request id of a node that asks to be let in; those of members' requests are larger. */
    static final long KNOCK = 0;

    private static final long MOVE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ReplicaCore core;
    private final CoreWiring wire;
    private final UUID self;
    private long movedAt;
    private boolean moving;
    private @Nullable UUID twin;
    private boolean twinRefused;
    private long twinRefusedAt;

    MembershipWiring(ReplicaCore core, CoreWiring wire) {
        this.core = core;
        this.wire = wire;
        this.self = core.world.identity().incarnation();
    }

    private boolean leads() {
        return core.consensus().role() == RaftRole.LEADER;
    }

    MembershipRequests.Route requestRoute() {
        return new MembershipRequests.Route() {
            @Override
            public boolean open() {
                return core.consensus().leader() != null;
            }

            @Override
            public boolean knows(String id) {
                Configuration configuration = core.consensus().configuration();
                return configuration != null && configuration.members().stream().anyMatch(m -> m.id().equals(id));
            }

            @Override
            public void ask(Admin request) {
                UUID leader = core.consensus().leader();
                if (self.equals(leader)) {
                    core.duties.requested(self, core.world.raftAddress(), request, core.now());
                } else if (leader != null) {
                    wire.send(leader, request);
                }
            }
        };
    }

    MembershipDuties.Leadership duties() {
        return new MembershipDuties.Leadership() {
            @Override
            public boolean serving() {
                return core.consensus().serving();
            }

            @Override
            public boolean leads() {
                return MembershipWiring.this.leads();
            }

            @Override
            public @Nullable Configuration configuration() {
                return core.consensus().configuration();
            }

            @Override
            public boolean configurationCommitted() {
                return core.consensus().configurationCommitted();
            }

            @Override
            public long configurationIndex() {
                return core.consensus().configurationIndex();
            }

            @Override
            public UUID self() {
                return self;
            }

            @Override
            public void change(Configuration next, boolean force) {
                core.consensus().changeConfiguration(next, force, core.now());
            }

            @Override
            public void handOver() {
                core.handOver();
            }

            @Override
            public List<FollowerStatus> followers() {
                return core.consensus().followers(core.now());
            }

            @Override
            public void hello(String raftAddress) {
                if (raftAddress.equals(core.world.raftAddress())) {
                    core.duties.heard(self, introduce(false, raftAddress), core.now());
                } else {
                    wire.send(raftAddress, null, new Hello(raftAddress));
                }
            }

            @Override
            public void answer(UUID requester, String raftAddress, AdminAnswer answer) {
                if (self.equals(requester)) {
                    core.requests.answered(answer);
                } else {
                    wire.send(raftAddress, requester, answer);
                }
            }
        };
    }

    private HelloAnswer introduce(boolean knowsAsker, String asked) {
        UUID leader = core.consensus().leader();
        Configuration configuration = core.consensus().configuration();
        Member leading = leader == null || configuration == null ? null : configuration.member(leader);
        return new HelloAnswer(
                core.world.identity().name(),
                core.world.raftAddress(),
                core.world.httpAddress(),
                core.clusterId(),
                knowsAsker,
                leading == null ? "" : leading.id(),
                leading == null ? "" : leading.raftAddress(),
                asked);
    }

    ClusterDoor.House house() {
        return new ClusterDoor.House() {
            @Override
            public @Nullable UUID clusterId() {
                return core.clusterId();
            }

            @Override
            public boolean foundedAlone() {
                return core.belonging.foundedAlone();
            }

            @Override
            public void adopt(UUID clusterId) {
                core.belonging.adopt(clusterId);
            }

            @Override
            public HelloAnswer introduceTo(String whoId, String whoAddress, String asked) {
                Configuration configuration = core.consensus().configuration();
                boolean known = configuration != null
                        && configuration.members().stream()
                                .anyMatch(m -> !m.incarnation().equals(self)
                                        && (m.id().equals(whoId)
                                                || m.raftAddress().equals(whoAddress)));
                return introduce(known, asked);
            }

            @Override
            public void send(String raftAddress, @Nullable UUID to, PeerMessage message) {
                wire.send(raftAddress, to, message);
            }

            @Override
            public void helloAnswer(UUID from, HelloAnswer answer) {
                core.introduction.heard(from, answer);
                core.duties.heard(from, answer, core.now());
            }

            @Override
            public void founded(Found message) {
                Configuration first = InternalEntryCodec.decode(message.configuration());
                if (first != null) {
                    core.introduction.founded(first);
                }
            }

            @Override
            public void admin(UUID from, String replyTo, Admin request) {
                MembershipWiring.this.admin(from, replyTo, request);
            }

            @Override
            public void adminAnswer(AdminAnswer answer) {
                if (answer.requestId() == KNOCK) {
                    core.belonging.knockAnswered(answer);
                } else {
                    core.requests.answered(answer);
                }
            }

            @Override
            public void present(UUID from, String fromId, String replyTo) {
                MembershipWiring.this.present(from, fromId, replyTo);
            }

            @Override
            public void traffic(UUID from, PeerMessage message) {
                wire.traffic(from, message);
            }

            @Override
            public void fatal(RuntimeException cause) {
                core.world.events().fatal(cause);
            }
        };
    }

    /** Whoever was removed while it was away hears it from the leader. */
    private void present(UUID from, String fromId, String replyTo) {
        Configuration configuration = core.consensus().configuration();
        if (leads()
                && configuration != null
                && configuration.member(from) == null
                && core.consensus().configurationCommitted()) {
            String text = fromId + " was removed from cluster " + ClusterIds.brief(configuration.clusterId())
                    + ", or its place was taken: join it again if it shall be a member";
            wire.send(replyTo, from, new AdminAnswer(KNOCK, AdminAnswer.Outcome.UNKNOWN_MEMBER, text));
        }
    }

    /** Once a second is enough. */
    void refuseTwin(Envelope e) {
        if (twinRefused && core.now() - twinRefusedAt < TELL_NANOS) {
            return;
        }
        String text = "another process runs with the data directory of " + e.senderId() + ", or a copy of it, beside "
                + "the one at " + e.senderAddress() + ": stop one of them; a new member needs an empty directory";
        if (!e.sender().equals(twin)) {
            twin = e.sender();
            LOG.warn("the messages of a second process are ignored: {}", text);
        }
        twinRefused = true;
        twinRefusedAt = core.now();
        wire.send(e.senderAddress(), e.sender(), new AdminAnswer(KNOCK, AdminAnswer.Outcome.CONFLICT, text));
    }

    /** A member asks the leader itself; for a stranger this node asks on. */
    private void admin(UUID from, String replyTo, Admin request) {
        Configuration configuration = core.consensus().configuration();
        boolean member = configuration != null && configuration.member(from) != null;
        if (leads() || member) {
            core.duties.requested(from, replyTo, request, core.now());
            return;
        }
        CompletableFuture<JoinOutcome> outcome = new CompletableFuture<>();
        long deadline = core.now() + TimeUnit.MILLISECONDS.toNanos(request.timeoutMillis());
        var unused = outcome.whenComplete((done, failure) -> {
            if (failure == null) {
                AdminAnswer.Outcome o =
                        done == JoinOutcome.VOTER ? AdminAnswer.Outcome.DONE : AdminAnswer.Outcome.CATCHING_UP;
                wire.send(replyTo, from, new AdminAnswer(request.requestId(), o, ""));
            } else {
                wire.send(replyTo, from, MembershipRequests.refusal(request.requestId(), failure));
            }
        });
        core.requests.add(
                request.kind(), request.id(), request.raftAddress(), request.force(), outcome, deadline, core.now());
    }

    Introduction.Host introduction() {
        return new Introduction.Host() {
            @Override
            public boolean belongs() {
                return core.clusterId() != null;
            }

            @Override
            public boolean settled() {
                return core.belonging.settled();
            }

            @Override
            public void send(String raftAddress, PeerMessage message) {
                wire.send(raftAddress, null, message);
            }

            @Override
            public void found(Configuration first) {
                core.found(first);
            }

            @Override
            public void knock(String raftAddress) {
                wire.send(
                        raftAddress,
                        null,
                        new Admin(
                                KNOCK,
                                Admin.Kind.JOIN,
                                core.world.identity().name(),
                                core.world.raftAddress(),
                                false,
                                TimeUnit.SECONDS.toMillis(10)));
            }
        };
    }

    /** A member that came back at another address tells the leader, until its record says so. */
    void announceMove(long now) {
        Configuration configuration = core.consensus().configuration();
        Member me = configuration == null ? null : configuration.member(self);
        boolean moved = me != null
                && !(me.raftAddress().equals(core.world.raftAddress())
                        && me.httpAddress().equals(core.world.httpAddress()));
        if (moved && core.consensus().leader() != null && (!moving || now - movedAt >= MOVE_NANOS)) {
            moving = true;
            movedAt = now;
            core.requests.add(
                    Admin.Kind.JOIN,
                    core.world.identity().name(),
                    core.world.raftAddress(),
                    false,
                    new CompletableFuture<>(),
                    now + MOVE_NANOS,
                    now);
        }
    }
}
