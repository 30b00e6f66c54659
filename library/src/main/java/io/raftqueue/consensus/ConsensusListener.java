package io.raftqueue.consensus;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the consensus tells its host, from within the calls on it. Listeners note it down and do not call back. */
public interface ConsensusListener {
    /** Entries up to {@code index} (inclusive) may be applied. At most one call per {@link Consensus#flush}. */
    void committed(long index);

    /** The newest configuration in the log changed (committed false), or the newest one became committed (true). */
    void configurationChanged(Configuration newest, long index, boolean committed);

    /** On becoming anything else than leader: proposals not flushed are gone, flushed ones have an unknown fate. */
    void roleChanged(RaftRole from, RaftRole to, long term);

    /** The leader of the term became known or unknown (null). */
    void leaderChanged(@Nullable UUID leader, long term);

    /** This leader's no-op is committed: from now on it answers reads and changes configurations. */
    void serving(long term);

    /** The read may be served from a state that has applied {@code index}. */
    void readReady(long readId, long index);

    /** Ship a snapshot; then call snapshotSent or snapshotFailed. */
    void snapshotNeeded(Member follower, long term);
}
