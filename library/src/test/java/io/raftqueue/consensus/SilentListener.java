package io.raftqueue.consensus;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Hears nothing. */
class SilentListener implements ConsensusListener {
    @Override
    public void committed(long index) {}

    @Override
    public void configurationChanged(Configuration newest, long index, boolean committed) {}

    @Override
    public void roleChanged(RaftRole from, RaftRole to, long term) {}

    @Override
    public void leaderChanged(@Nullable UUID leader, long term) {}

    @Override
    public void serving(long term) {}

    @Override
    public void readReady(long readId, long index) {}

    @Override
    public void snapshotNeeded(Member follower, long term) {}
}
