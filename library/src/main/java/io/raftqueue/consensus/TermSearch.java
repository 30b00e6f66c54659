package io.raftqueue.consensus;

/** Terms never fall along a log, so the place where two logs may still agree is found by halving. */
final class TermSearch {
    private TermSearch() {}

    /** The largest index in floor..from whose term is at most {@code term}; {@code floor} when there is none. */
    static long lastAtMost(RaftStorage storage, long from, long term, long floor) {
        long low = floor;
        long high = Math.max(floor, from);
        while (low < high) {
            long middle = low + (high - low + 1) / 2;
            long there = storage.termAt(middle);
            if (there != -1 && there <= term) {
                low = middle;
            } else if (there == -1) {
                low = middle; // compacted: older than anything in the log
            } else {
                high = middle - 1;
            }
        }
        return low;
    }
}
