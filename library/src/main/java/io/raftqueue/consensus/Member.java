package io.raftqueue.consensus;

import java.util.UUID;

/**
 * A member as the replicated configuration knows it.
 *
 * @param id the name people gave it
 * @param incarnation of its data directory: who votes and acks is this, not the name
 * @param voter false for a learner, which receives the log and neither votes nor counts
 */
public record Member(String id, UUID incarnation, String raftAddress, String httpAddress, boolean voter) {
    /** The same member with a vote. */
    public Member asVoter() {
        return new Member(id, incarnation, raftAddress, httpAddress, true);
    }

    /** The same member without a vote. */
    public Member asLearner() {
        return new Member(id, incarnation, raftAddress, httpAddress, false);
    }
}
