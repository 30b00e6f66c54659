package io.raftqueue.raft;

import io.raftqueue.consensus.Configuration;
import io.raftqueue.consensus.Entry;
import io.raftqueue.consensus.InternalEntryCodec;
import io.raftqueue.consensus.Member;
import io.raftqueue.log.NodeIdentity;
import io.raftqueue.log.SegmentedLog;
import io.raftqueue.log.StoredSnapshot;
import org.jspecify.annotations.Nullable;

/** What a data directory says of the membership, before anything runs on it. */
final class StoredConfiguration {
    private StoredConfiguration() {}

    /** The newest configuration in log or snapshot. */
    static @Nullable Configuration newest(SegmentedLog log) {
        for (long index = log.lastIndex(); index >= log.firstIndex() && index > 0; index--) {
            Entry entry = log.entry(index);
            Configuration configuration =
                    entry == null || !entry.internal() ? null : InternalEntryCodec.decode(entry.payload());
            if (configuration != null) {
                return configuration;
            }
        }
        StoredSnapshot snapshot = log.snapshot();
        return snapshot == null ? null : InternalEntryCodec.decode(snapshot.configuration());
    }

    /** The node's own Raft address as its record has it. */
    static String raftAddress(SegmentedLog log, NodeIdentity identity) {
        Configuration configuration = newest(log);
        Member self = configuration == null ? null : configuration.member(identity.incarnation());
        if (self == null) {
            throw new IllegalStateException("the directory of " + identity.name()
                    + " does not say its Raft address, for it was never a member: give it");
        }
        return self.raftAddress();
    }
}
