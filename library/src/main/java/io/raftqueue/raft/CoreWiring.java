package io.raftqueue.raft;

import io.raftqueue.JoinOutcome;
import io.raftqueue.consensus.Configuration;
import io.raftqueue.consensus.FollowerStatus;
import io.raftqueue.consensus.InternalEntryCodec;
import io.raftqueue.consensus.Member;
import io.raftqueue.consensus.NotLeaderException;
import io.raftqueue.consensus.Outbox;
import io.raftqueue.consensus.RaftRole;
import io.raftqueue.log.StoredSnapshot;
import io.raftqueue.raft.PeerMessage.Admin;
import io.raftqueue.raft.PeerMessage.AdminAnswer;
import io.raftqueue.raft.PeerMessage.Consensus;
import io.raftqueue.raft.PeerMessage.Envelope;
import io.raftqueue.raft.PeerMessage.Forward;
import io.raftqueue.raft.PeerMessage.ForwardRefused;
import io.raftqueue.raft.PeerMessage.Found;
import io.raftqueue.raft.PeerMessage.Hello;
import io.raftqueue.raft.PeerMessage.HelloAnswer;
import io.raftqueue.raft.PeerMessage.SnapshotChunk;
import io.raftqueue.raft.PeerMessage.SnapshotProgress;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Ties the parts of a {@link ReplicaCore} to each other: each part names what it needs, here it gets it. */
final class CoreWiring {
    private static final long MAX_UNCOMMITTED_BYTES = 64L << 20;
    /** The request id of a node that asks to be let in; those of members' requests are larger. */
    private static final long KNOCK = 0;

    private static final long MOVE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final ReplicaCore core;
    private final UUID self;
    private long movedAt;
    private boolean moving;

    CoreWiring(ReplicaCore core) {
        this.core = core;
        this.self = core.world.identity().incarnation();
    }

    void send(String address, @Nullable UUID to, PeerMessage message) {
        core.world
                .wire()
                .send(
                        address,
                        PeerCodec.encode(new Envelope(
                                core.clusterId(),
                                self,
                                core.world.identity().name(),
                                core.world.raftAddress(),
                                to,
                                message)));
    }

    void sendTo(Member member, PeerMessage message) {
        String heardAt = core.door.addressOf(member.incarnation());
        send(heardAt != null ? heardAt : member.raftAddress(), member.incarnation(), message);
    }

    /** Sends to a server by where it was heard from, else by its record; false when neither is known. */
    boolean send(UUID to, PeerMessage message) {
        String address = core.door.addressOf(to);
        Configuration configuration = core.consensus().configuration();
        if (address == null && configuration != null) {
            Member member = configuration.member(to);
            address = member == null ? null : member.raftAddress();
        }
        if (address == null) {
            return false;
        }
        send(address, to, message);
        return true;
    }

    private boolean leads() {
        return core.consensus().role() == RaftRole.LEADER;
    }

    Outbox outbox() {
        return core::sendConsensus;
    }

    Submissions.Route submissionRoute() {
        return new Submissions.Route() {
            @Override
            public boolean open() {
                // The state applies nothing of a node that is no member.
                Configuration configuration = core.consensus().configuration();
                return core.consensus().leader() != null && configuration != null && configuration.member(self) != null;
            }

            @Override
            public long lastApplied(long epoch) {
                return core.machine.state().lastSerial(self, epoch);
            }

            @Override
            public void forward(long serial, byte[] batch) {
                UUID leader = core.consensus().leader();
                if (self.equals(leader)) {
                    core.intake.forwarded(self, core.submissions.epoch(), serial, batch);
                } else if (leader != null) {
                    send(leader, new Forward(core.submissions.epoch(), serial, batch));
                }
            }
        };
    }

    ReadBarriers.Questions questions() {
        return new ReadBarriers.Questions() {
            @Override
            public void ask(long readId) {
                core.consensus().readIndex(readId, core.now());
            }

            @Override
            public void cancel(long readId) {
                core.consensus().cancelRead(readId);
            }
        };
    }

    LeaderIntake.Leadership leadership() {
        return new LeaderIntake.Leadership() {
            @Override
            public boolean ready() {
                return core.ready();
            }

            @Override
            public boolean leads() {
                return CoreWiring.this.leads();
            }

            @Override
            public boolean isMember(UUID member) {
                Configuration configuration = core.consensus().configuration();
                return configuration != null && configuration.member(member) != null;
            }

            @Override
            public boolean accepts(int bytes) {
                return core.consensus().uncommittedBytes() <= MAX_UNCOMMITTED_BYTES && core.log.roomFor(bytes);
            }

            @Override
            public boolean propose(byte[] batch) {
                try {
                    core.consensus().propose(batch, core.now());
                    return true;
                } catch (NotLeaderException handingOver) {
                    return false;
                }
            }

            @Override
            public long lastApplied(UUID member, long epoch) {
                return core.machine.state().lastSerial(member, epoch);
            }

            @Override
            public void refuse(UUID member, long epoch, long expectedSerial) {
                if (!self.equals(member)) {
                    send(member, new ForwardRefused(epoch, expectedSerial));
                }
            }
        };
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
                    send(leader, request);
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
                return CoreWiring.this.leads();
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
                    send(raftAddress, null, new Hello(raftAddress));
                }
            }

            @Override
            public void answer(UUID requester, String raftAddress, AdminAnswer answer) {
                if (self.equals(requester)) {
                    core.requests.answered(answer);
                } else {
                    send(raftAddress, requester, answer);
                }
            }
        };
    }

    SnapshotTransfers.Host transfers() {
        return new SnapshotTransfers.Host() {
            @Override
            public long term() {
                return core.consensus().term();
            }

            @Override
            public void send(UUID member, PeerMessage message) {
                CoreWiring.this.send(member, message);
            }

            @Override
            public boolean offered(UUID leader, long term, long index) {
                return core.consensus().snapshotOffered(leader, term, index, core.now());
            }

            @Override
            public boolean holds(long index) {
                return index <= core.consensus().commitIndex();
            }

            @Override
            public void installed(StoredSnapshot snapshot) {
                core.installed(snapshot);
            }

            @Override
            public void arrived(UUID member, long index) {
                core.consensus().snapshotSent(member, index, core.now());
            }

            @Override
            public void failed(UUID member) {
                core.consensus().snapshotFailed(member, core.now());
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
                return core.foundedAlone();
            }

            @Override
            public void adopt(UUID clusterId) {
                core.adopt(clusterId);
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
                CoreWiring.this.send(raftAddress, to, message);
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
                CoreWiring.this.admin(from, replyTo, request);
            }

            @Override
            public void adminAnswer(AdminAnswer answer) {
                if (answer.requestId() == KNOCK) {
                    core.knockAnswered(answer);
                } else {
                    core.requests.answered(answer);
                }
            }

            @Override
            public void traffic(UUID from, PeerMessage message) {
                CoreWiring.this.traffic(from, message);
            }

            @Override
            public void fatal(RuntimeException cause) {
                core.world.events().fatal(cause);
            }
        };
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
                send(replyTo, from, new AdminAnswer(request.requestId(), o, ""));
            } else {
                send(replyTo, from, MembershipRequests.refusal(request.requestId(), failure));
            }
        });
        core.requests.add(
                request.kind(), request.id(), request.raftAddress(), request.force(), outcome, deadline, core.now());
    }

    private void traffic(UUID from, PeerMessage message) {
        if (message instanceof Consensus c) {
            core.consensus().receive(c.envelope(), core.now());
        } else if (message instanceof Forward f) {
            core.intake.forwarded(from, f.epoch(), f.serial(), f.batch());
        } else if (message instanceof ForwardRefused r) {
            if (r.epoch() == core.submissions.epoch() && r.expectedSerial() > 0) {
                core.submissions.resendFrom(r.expectedSerial(), core.now());
            }
        } else if (message instanceof SnapshotChunk c) {
            core.transfers.received(from, c);
        } else if (message instanceof SnapshotProgress p) {
            core.transfers.progress(from, p, core.now());
        }
    }

    Introduction.Host introduction() {
        return new Introduction.Host() {
            @Override
            public boolean belongs() {
                return core.clusterId() != null;
            }

            @Override
            public void send(String raftAddress, PeerMessage message) {
                CoreWiring.this.send(raftAddress, null, message);
            }

            @Override
            public void found(Configuration first) {
                core.found(first);
            }

            @Override
            public void knock(String raftAddress) {
                CoreWiring.this.send(
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
