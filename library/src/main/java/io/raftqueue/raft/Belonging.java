package io.raftqueue.raft;

import io.raftqueue.consensus.Configuration;
import io.raftqueue.consensus.Consensus;
import io.raftqueue.consensus.Entry;
import io.raftqueue.consensus.InternalEntryCodec;
import io.raftqueue.raft.PeerMessage.AdminAnswer;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which cluster this node is in, how it came there, and whether that is settled. Owned by the raft thread. */
final class Belonging {
    private static final Logger LOG = LoggerFactory.getLogger(Belonging.class);
    private static final long SILENT_MILLIS = TimeUnit.SECONDS.toMillis(3);

    private final ReplicaCore core;
    private final UUID self;
    private @Nullable UUID adopted;
    private @Nullable String refusal;
    private boolean foundedHere;
    private boolean wasMember;
    private boolean toldRemoved;

    Belonging(ReplicaCore core) {
        this.core = core;
        this.self = core.world.identity().incarnation();
    }

    /** Null before there is one. */
    @Nullable
    UUID clusterId() {
        Configuration configuration = core.consensus().configuration();
        if (configuration != null) {
            return configuration.clusterId();
        }
        return adopted != null ? adopted : core.world.identity().clusterId();
    }

    /** Enters the cluster whose leader called; on disk when it returns. */
    void adopt(UUID clusterId) {
        core.world.adoptCluster().accept(clusterId);
        adopted = clusterId;
    }

    /** This node founded its cluster. */
    void founded(UUID clusterId) {
        core.world.adoptCluster().accept(clusterId);
        foundedHere = true;
    }

    /** Founded its cluster in this run, and is still its only member: it may have been a mistake. */
    boolean foundedAlone() {
        Configuration c = core.consensus().configuration();
        return foundedHere && c != null && c.members().size() == 1;
    }

    /** What the own log tells of the past. */
    void start() {
        for (Entry entry : core.log.internalEntries(core.log.firstIndex(), core.log.lastIndex())) {
            Configuration configuration = InternalEntryCodec.decode(entry.payload());
            wasMember |= configuration != null && configuration.member(self) != null;
        }
    }

    void configurationChanged(Configuration newest) {
        boolean member = newest.member(self) != null;
        wasMember |= member;
        toldRemoved &= !member;
    }

    /**
     * Whether nobody needs to be asked to let this node in: it has a vote, or hears a leader, or was removed.
     * That a leader called it once is not enough: what made it a member may have been lost with that leader.
     */
    boolean settled() {
        Consensus consensus = core.consensus();
        Configuration configuration = consensus.configuration();
        if (configuration == null) {
            return heardLately(consensus);
        }
        return configuration.isVoter(self) || leaving() || heardLately(consensus);
    }

    /**
     * Its removal is known to be committed: the own commit index says so, or did a leader. Before that the others may need
     * this node's vote, or that it leads them until they have the removal (thesis 4.2.2).
     */
    boolean removed() {
        return leaving() && (core.consensus().configurationCommitted() || toldRemoved);
    }

    /**
     * Was a member and is none any more by the newest configuration, committed or not; a newcomer that reads the log from
     * its beginning is not yet one.
     */
    boolean leaving() {
        Configuration configuration = core.consensus().configuration();
        return wasMember && configuration != null && configuration.member(self) == null;
    }

    private boolean heardLately(Consensus consensus) {
        long silent = consensus.leaderSilentMillis(core.now());
        return silent >= 0 && silent < SILENT_MILLIS;
    }

    /** A member told this node why it is not let in, or that it is. */
    void knockAnswered(AdminAnswer answer) {
        if (answer.outcome() == AdminAnswer.Outcome.UNKNOWN_MEMBER && leaving()) {
            confirmRemoved();
            return;
        }
        boolean refused = switch (answer.outcome()) {
            case CONFLICT, UNREACHABLE, UNKNOWN_MEMBER -> true;
            case DONE, CATCHING_UP, TRY_AGAIN -> false;
        };
        String text = refused ? "the cluster does not let this node in: " + answer.text() : null;
        if (text != null && !text.equals(refusal)) {
            LOG.warn("{}", text);
        }
        refusal = text;
    }

    private void confirmRemoved() {
        if (!toldRemoved) {
            toldRemoved = true;
            core.world.events().membersChanged();
        }
    }

    /** Why the cluster does not let this node in, as far as it said so. */
    @Nullable
    String refusal() {
        return refusal;
    }
}
