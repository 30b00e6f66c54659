package io.raftqueue.raft;

import java.util.random.RandomGenerator;

/**
 * The chance of a {@link HouseSchedule}. It begins anew with every step, by the step's number: leaving out some steps
 * changes no other step's choices, so a schedule can be shrunk. (Steele, Lea, Flood: SplitMix64.)
 */
final class HouseRandom implements RandomGenerator {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private final long seed;
    private long state;

    HouseRandom(long seed) {
        this.seed = mix(seed + GOLDEN);
        step(-1);
    }

    void step(int number) {
        state = mix(seed ^ mix(number * GOLDEN));
    }

    @Override
    public long nextLong() {
        state += GOLDEN;
        return mix(state);
    }

    static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
