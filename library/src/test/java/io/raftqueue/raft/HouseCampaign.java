package io.raftqueue.raft;

import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.function.LongFunction;

/** Many house schedules. Run {@link #main} for long campaigns: schedules, first seed, voters. */
final class HouseCampaign {
    int schedules;
    private long steps;
    private long answered;
    int tails;
    int membershipChanges;
    int installs;
    private long nanos;
    private long cpu;
    HouseSchedule.Outcome failure;

    static HouseCampaign run(long firstSeed, int schedules, int voters) {
        return run(firstSeed, schedules, seed -> new HouseSchedule(seed, voters));
    }

    /** Stops at the first schedule with a verdict. */
    static HouseCampaign run(long firstSeed, int schedules, LongFunction<HouseSchedule> schedule) {
        HouseCampaign c = new HouseCampaign();
        long began = System.nanoTime();
        long cpuBegan = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        for (long seed = firstSeed; seed < firstSeed + schedules && c.failure == null; seed++) {
            HouseSchedule.Outcome o = schedule.apply(seed).run();
            c.schedules++;
            c.steps += o.steps();
            c.answered += o.answered();
            c.tails += o.tailAtElection() ? 1 : 0;
            c.membershipChanges += o.membershipChanged() ? 1 : 0;
            c.installs += o.snapshotInstalled() ? 1 : 0;
            c.failure = o.verdicts().isEmpty() ? null : o;
        }
        c.nanos = System.nanoTime() - began;
        c.cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpuBegan;
        return c;
    }

    static String replay(long seed, int voters) {
        HouseSchedule s = new HouseSchedule(seed, voters);
        s.house.tracing = true;
        HouseSchedule.Outcome o = s.run();
        return "seed " + seed + ": " + o.verdicts() + "\n" + String.join("\n", s.house.trace);
    }

    String summary() {
        return String.format(
                Locale.ROOT,
                "%d schedules of whole nodes, %.0f/s (%.0f per second of CPU), %d steps and %d answered calls each; uncommitted tail at an "
                        + "election %.0f %%, membership change %.0f %%, snapshot install %.0f %%; violations: %s",
                schedules,
                schedules / (nanos / 1e9),
                schedules / (cpu / 1e9),
                steps / schedules,
                answered / schedules,
                100.0 * tails / schedules,
                100.0 * membershipChanges / schedules,
                100.0 * installs / schedules,
                failure == null ? "0" : "1, seed " + failure.seed() + " " + failure.verdicts());
    }

    public static void main(String[] args) {
        int schedules = args.length > 0 ? Integer.parseInt(args[0]) : 100_000;
        long first = args.length > 1 ? Long.parseLong(args[1]) : 1;
        int voters = args.length > 2 ? Integer.parseInt(args[2]) : 3;
        HouseCampaign c = run(first, schedules, voters);
        System.out.println(c.summary());
        if (c.failure != null) {
            System.out.println(replay(c.failure.seed(), voters));
        }
    }
}
