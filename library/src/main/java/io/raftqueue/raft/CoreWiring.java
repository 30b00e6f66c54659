package io.raftqueue.raft;

import io.raftqueue.consensus.Configuration;
import io.raftqueue.consensus.FollowerStatus;
import io.raftqueue.consensus.Member;
import io.raftqueue.consensus.NotLeaderException;
import io.raftqueue.consensus.Outbox;
import io.raftqueue.consensus.RaftRole;
import io.raftqueue.log.StoredSnapshot;
import io.raftqueue.raft.PeerMessage.Consensus;
import io.raftqueue.raft.PeerMessage.Envelope;
import io.raftqueue.raft.PeerMessage.Forward;
import io.raftqueue.raft.PeerMessage.ForwardRefused;
import io.raftqueue.raft.PeerMessage.SnapshotChunk;
import io.raftqueue.raft.PeerMessage.SnapshotProgress;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Ties the parts of a {@link ReplicaCore} to each other: each part names what it needs, here it gets it. */
final class CoreWiring {
    private static final long MAX_UNCOMMITTED_BYTES = 64L << 20;
    private final ReplicaCore core;
    private final UUID self;

    CoreWiring(ReplicaCore core) {
        this.core = core;
        this.self = core.world.identity().incarnation();
    }

    void send(String address, @Nullable UUID to, PeerMessage message) {
        core.world
                .wire()
                .send(
                        address,
                        new Envelope(
                                core.clusterId(),
                                self,
                                core.world.identity().name(),
                                core.world.raftAddress(),
                                to,
                                message));
    }

    void sendTo(Member member, PeerMessage message) {
        send(member.incarnation(), member, message);
    }

    void send(UUID to, PeerMessage message) {
        Configuration configuration = core.consensus().configuration();
        send(to, configuration == null ? null : configuration.member(to), message);
    }

    /** Sends to a server by where it was heard from last, else by its record; to nobody when neither is known. */
    private void send(UUID to, @Nullable Member member, PeerMessage message) {
        String heardAt = core.door.addressOf(to);
        String address = heardAt != null ? heardAt : member != null ? member.raftAddress() : null;
        if (address != null) {
            send(address, to, message);
        }
    }

    private boolean leads() {
        return core.consensus().role() == RaftRole.LEADER;
    }

    Outbox outbox() {
        return (envelope, member) -> send(envelope.to(), member, new PeerMessage.Consensus(envelope));
    }

    Submissions.Route submissionRoute() {
        return new Submissions.Route() {
            @Override
            public boolean open() {
                // The state applies nothing of a node that is no member.
                Configuration configuration = core.consensus().configuration();
                boolean isMember = configuration != null && configuration.member(self) != null;
                // On a full disk the answer would never be seen here, and a message that was taken would be gone.
                return core.consensus().leader() != null
                        && isMember
                        && !core.consensus().full();
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
                core.applier.installed(snapshot);
            }

            @Override
            public void arrived(UUID member, long index) {
                core.consensus().snapshotSent(member, index, core.now());
            }

            @Override
            public long lag(UUID member) {
                return core.consensus().followers(core.now()).stream()
                        .filter(f -> f.member().incarnation().equals(member))
                        .mapToLong(FollowerStatus::lag)
                        .findFirst()
                        .orElse(0);
            }

            @Override
            public void failed(UUID member) {
                core.consensus().snapshotFailed(member, core.now());
            }
        };
    }

    void traffic(UUID from, PeerMessage message) {
        if (message instanceof Consensus c) {
            core.consensus().receive(c.envelope(), core.now());
        } else if (message instanceof Forward f) {
            core.intake.forwarded(from, f.epoch(), f.serial(), f.batch());
        } else if (message instanceof ForwardRefused r) {
            if (r.epoch() == core.submissions.epoch() && r.expectedSerial() > 0) {
                core.submissions.resendFrom(r.expectedSerial(), core.now());
            }
        } else if (message instanceof SnapshotChunk c) {
            core.transfers.received(from, c, core.now());
        } else if (message instanceof SnapshotProgress p) {
            core.transfers.progress(from, p, core.now());
        }
    }
}
