package io.raftqueue.consensus;

import io.raftqueue.consensus.ConfigurationRefusedException.Reason;
import io.raftqueue.consensus.FollowerStatus.State;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.UUID;

/** Whether a leader may begin a change of configuration (thesis 4.1 and 4.2.1; raft-dev, July 2015). */
final class ConfigurationChange {
    private final Server server;
    private final Leadership leadership;
    private final Configuration current;
    private final Configuration next;

    private ConfigurationChange(Server server, Leadership leadership, Configuration current, Configuration next) {
        this.server = server;
        this.leadership = leadership;
        this.current = current;
        this.next = next;
    }

    static void check(Server server, Configuration next, boolean force) {
        Leadership leadership = server.leadership;
        Configuration current = server.configurations.newest();
        if (leadership == null || current == null) {
            throw new ConfigurationRefusedException(
                    Reason.NOT_LEADER, "not leader (leader: " + server.leader + "): ask the leader");
        }
        ConfigurationChange change = new ConfigurationChange(server, leadership, current, next);
        change.checkShape();
        if (server.rules.changesAreSafe()) {
            change.checkTurn();
            change.checkStep();
        }
        if (!force) {
            change.checkNewVoters();
            change.checkMajority();
        }
    }

    private void checkTurn() {
        if (!leadership.serving()) {
            throw new ConfigurationRefusedException(
                    Reason.NOT_YET_SERVING,
                    "term " + leadership.term + " has committed nothing yet (commit index " + server.commitIndex
                            + "): try again soon");
        }
        long index = server.configurations.newestIndex();
        if (index > server.commitIndex) {
            throw new ConfigurationRefusedException(
                    Reason.CHANGE_RUNNING,
                    "the change at index " + index + " is not committed yet (commit index " + server.commitIndex
                            + "): try again soon");
        }
    }

    private void checkShape() {
        if (!server.storage.roomFor(InternalEntryCodec.encode(next).length)) {
            throw new ConfigurationRefusedException(
                    Reason.NO_ROOM, "the leader's disk has no room for another entry: make room first");
        }
        Set<UUID> incarnations = new LinkedHashSet<>();
        Set<String> votingIds = new LinkedHashSet<>();
        for (Member m : next.members()) {
            if (!incarnations.add(m.incarnation())) {
                throw invalid("incarnation " + m.incarnation() + " is there twice");
            }
            if (m.voter() && !votingIds.add(m.id())) {
                throw invalid("two voters are named " + m.id() + ": remove the old one first");
            }
        }
        if (votingIds.isEmpty()) {
            throw invalid("no voter is left");
        }
        if (!next.clusterId().equals(current.clusterId())) {
            throw invalid("it is of cluster " + next.clusterId() + ", this one is " + current.clusterId());
        }
    }

    private static ConfigurationRefusedException invalid(String why) {
        return new ConfigurationRefusedException(Reason.INVALID, "no such configuration is possible: " + why);
    }

    private void checkStep() {
        int changed = 0;
        for (Member m : next.members()) {
            changed += m.voter() && !current.isVoter(m.incarnation()) ? 1 : 0;
        }
        for (Member m : current.members()) {
            changed += m.voter() && !next.isVoter(m.incarnation()) ? 1 : 0;
        }
        if (changed > 1) {
            throw new ConfigurationRefusedException(
                    Reason.NOT_SINGLE_STEP,
                    changed + " votes would change at once; majorities overlap only when one does: change one by one");
        }
    }

    private void checkNewVoters() {
        for (Member m : next.members()) {
            if (m.voter() && !current.isVoter(m.incarnation())) {
                FollowerProgress f = leadership.follower(m.incarnation());
                long lag = f == null ? server.storage.lastIndex() : server.storage.lastIndex() - f.match;
                boolean silent = f == null || !f.heard || server.now - f.heardAt > patience();
                boolean waits = f != null && f.state == State.SNAPSHOT;
                if (silent || waits || lag > server.options.promotionLag()) {
                    throw new ConfigurationRefusedException(
                            Reason.NOT_CAUGHT_UP,
                            m.id() + " lacks " + lag + " entries" + (silent ? " and is silent" : "")
                                    + ": let it catch up as a learner first");
                }
            }
        }
    }

    private void checkMajority() {
        int live = leadership.votersHeardWithin(patience(), next, true);
        if (live < next.majority()) {
            throw new ConfigurationRefusedException(
                    Reason.WOULD_LOSE_MAJORITY,
                    "of the " + next.voters().size() + " voters it would have only " + live + " were heard lately, and "
                            + next.majority() + " are needed: bring members back first");
        }
    }

    private long patience() {
        return server.options.electionTimeoutMin().toNanos();
    }
}
