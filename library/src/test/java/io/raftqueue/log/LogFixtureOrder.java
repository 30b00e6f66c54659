package io.raftqueue.log;

import io.raftqueue.consensus.Entry;
import java.util.Comparator;

/** Entries compare by content: a record with an array does not do so by itself. */
final class LogFixtureOrder {
    static final Comparator<Entry> SAME =
            (a, b) -> LogFixture.same(a, b) ? 0 : a.index() == b.index() ? 1 : Long.compare(a.index(), b.index());

    private LogFixtureOrder() {}
}
