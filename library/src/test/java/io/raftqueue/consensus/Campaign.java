package io.raftqueue.consensus;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongFunction;
import java.util.function.Predicate;

/** Many schedules, one seed after the other. Run {@link #main} for long ones: schedules, first seed, voters. */
final class Campaign {
    int schedules;
    long steps;
    long operations;
    int tails;
    int membershipChanges;
    int installs;
    long nanos;
    final List<Schedule.Outcome> failures = new ArrayList<>();

    /** Stops at the first outcome that is {@code bad}. */
    static Campaign run(
            long firstSeed, int schedules, Predicate<Schedule.Outcome> bad, LongFunction<Schedule> schedule) {
        Campaign c = new Campaign();
        long began = System.nanoTime();
        for (long seed = firstSeed; seed < firstSeed + schedules; seed++) {
            Schedule.Outcome o = schedule.apply(seed).run();
            c.schedules++;
            c.steps += o.steps();
            c.operations += o.operations();
            c.tails += o.tailAtElection() ? 1 : 0;
            c.membershipChanges += o.membershipChanged() ? 1 : 0;
            c.installs += o.snapshotInstalled() ? 1 : 0;
            if (bad.test(o)) {
                c.failures.add(o);
                break;
            }
        }
        c.nanos = System.nanoTime() - began;
        return c;
    }

    /** Plays a seed again and tells what happened. */
    static String replay(Schedule schedule) {
        schedule.cluster.tracing = true;
        Schedule.Outcome o = schedule.run();
        return "seed " + o.seed() + ": " + o.verdicts() + "\n" + String.join("\n", schedule.cluster.trace);
    }

    String summary() {
        return String.format(
                Locale.ROOT,
                "%d schedules, %.0f/s, %d steps and %d operations each; uncommitted tail at an election %.0f %%, "
                        + "membership change %.0f %%, snapshot install %.0f %%; violations: %d%s",
                schedules,
                schedules / (nanos / 1e9),
                steps / schedules,
                operations / schedules,
                100.0 * tails / schedules,
                100.0 * membershipChanges / schedules,
                100.0 * installs / schedules,
                failures.size(),
                failures.isEmpty()
                        ? ""
                        : ", first: seed " + failures.get(0).seed() + " "
                                + failures.get(0).verdicts());
    }

    public static void main(String[] args) {
        int schedules = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
        long first = args.length > 1 ? Long.parseLong(args[1]) : 1;
        int voters = args.length > 2 ? Integer.parseInt(args[2]) : 3;
        Campaign c =
                run(first, schedules, o -> !o.verdicts().isEmpty(), seed -> new Schedule(seed, voters, new Rules()));
        System.out.println(c.summary());
        for (Schedule.Outcome o : c.failures) {
            System.out.println(replay(new Schedule(o.seed(), voters, new Rules())));
        }
    }
}
