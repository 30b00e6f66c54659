package io.raftqueue.raft;

import java.util.BitSet;
import java.util.function.Function;

/**
 * Leaves out the steps of a schedule that its verdict does not need, in ever smaller runs of steps (Zeller, Hildebrandt:
 * delta debugging, 2002). A step's choices depend on its number only, so those that stay are the same steps.
 */
final class HouseShrinker {
    private static final int MOST_RUNS = 3_000;

    private final Function<BitSet, HouseSchedule> schedule;
    private final String kind;
    private int runs;

    private HouseShrinker(Function<BitSet, HouseSchedule> schedule, String kind) {
        this.schedule = schedule;
        this.kind = kind;
    }

    /**
     * The steps that may be left out.
     *
     * @param schedule makes it anew, without those steps
     */
    static BitSet shrink(Function<BitSet, HouseSchedule> schedule, String verdict) {
        return new HouseShrinker(schedule, kind(verdict)).shrink();
    }

    /** What kind of verdict it is: its text differs with every step. */
    static String kind(String verdict) {
        return verdict.substring(0, verdict.indexOf(':') + 1);
    }

    private BitSet shrink() {
        BitSet leftOut = new BitSet();
        for (int length = HouseSchedule.STEPS / 2; length > 0; length = next(length, leftOut)) {
            for (int from = 0; from < HouseSchedule.STEPS && runs < MOST_RUNS; from += length) {
                BitSet more = (BitSet) leftOut.clone();
                more.set(from, Math.min(HouseSchedule.STEPS, from + length));
                if (more.cardinality() > leftOut.cardinality() && fails(more)) {
                    leftOut = more;
                }
            }
        }
        return leftOut;
    }

    private int rest = HouseSchedule.STEPS;

    /** Single steps are tried again as long as some go. */
    private int next(int length, BitSet leftOut) {
        int left = HouseSchedule.STEPS - leftOut.cardinality();
        boolean again = length == 1 && left < rest && runs < MOST_RUNS;
        rest = left;
        return again ? 1 : length / 2;
    }

    private boolean fails(BitSet leftOut) {
        runs++;
        return schedule.apply(leftOut).run().verdicts().stream().anyMatch(v -> kind(v).equals(kind));
    }
}
