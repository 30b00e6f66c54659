package io.raftqueue.raft;

import java.lang.management.ManagementFactory;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Many house schedules, one seed after the other. It ends at the first that is bad, and says where it went meanwhile. */
final class HouseCampaign {
    private static final long TELL_NANOS = 30_000_000_000L;

    int schedules;
    HouseSchedule.Outcome failure;
    private final long firstSeed;
    private final int most;
    private final Map<Happening, Integer> happened = new EnumMap<>(Happening.class);
    private long next;
    private long steps;
    private long answered;
    private long stops;
    private final long began = System.nanoTime();
    private long toldAt = began;
    private long nanos;
    private long cpu;
    /** Whether it tells now and then how far it is. */
    private boolean tells;

    private HouseCampaign(long firstSeed, int most) {
        this.firstSeed = firstSeed;
        this.most = most;
        this.next = firstSeed;
    }

    /** Of the product as it is; any verdict is bad. */
    static HouseCampaign run(long firstSeed, int schedules, int voters, int threads) {
        HouseCampaign c = new HouseCampaign(firstSeed, schedules);
        c.tells = true;
        c.run(threads, o -> !o.verdicts().isEmpty(), seed -> new HouseSchedule(seed, voters));
        return c;
    }

    static HouseCampaign run(
            long firstSeed, int schedules, Predicate<HouseSchedule.Outcome> bad, LongFunction<HouseSchedule> schedule) {
        HouseCampaign c = new HouseCampaign(firstSeed, schedules);
        c.run(1, bad, schedule);
        return c;
    }

    private void run(int threads, Predicate<HouseSchedule.Outcome> bad, LongFunction<HouseSchedule> schedule) {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            for (Future<?> worker : IntStream.range(0, threads)
                    .mapToObj(i -> pool.submit(() -> work(bad, schedule)))
                    .toList()) {
                worker.get();
            }
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException("the campaign broke off near seed " + next, e);
        } finally {
            pool.shutdownNow();
        }
        nanos = System.nanoTime() - began;
    }

    private void work(Predicate<HouseSchedule.Outcome> bad, LongFunction<HouseSchedule> schedule) {
        long cpuBegan = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        for (long seed = nextSeed(); seed >= 0; seed = nextSeed()) {
            HouseSchedule.Outcome o = schedule.apply(seed).run();
            add(o, bad.test(o));
        }
        synchronized (this) {
            cpu += ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpuBegan;
        }
    }

    private synchronized long nextSeed() {
        return failure != null || next >= firstSeed + most ? -1 : next++;
    }

    private synchronized void add(HouseSchedule.Outcome o, boolean bad) {
        schedules++;
        steps += o.steps();
        answered += o.answered();
        stops += o.stops().isEmpty() ? 0 : 1;
        o.happened().forEach(h -> happened.merge(h, 1, Integer::sum));
        if (bad && (failure == null || o.seed() < failure.seed())) {
            failure = o;
        }
        long now = System.nanoTime();
        if (tells && now - toldAt >= TELL_NANOS) {
            toldAt = now;
            System.out.printf(
                    Locale.ROOT,
                    "  %d of %d schedules, %.0f/s, up to seed %d, violations: %d%n",
                    schedules,
                    most,
                    schedules / ((now - began) / 1e9),
                    next - 1,
                    failure == null ? 0 : 1);
        }
    }

    int reached(Happening h) {
        return happened.getOrDefault(h, 0);
    }

    /** How many ended with a member that stopped, as the product itself noticed that something was wrong. */
    long stops() {
        return stops;
    }

    String summary() {
        StringBuilder reached = new StringBuilder();
        for (Happening h : Happening.values()) {
            reached.append(String.format(
                    Locale.ROOT,
                    "%s%s %.0f %%",
                    reached.isEmpty() ? "" : ", ",
                    h.text,
                    100.0 * reached(h) / schedules));
        }
        return String.format(
                Locale.ROOT,
                "%d schedules of whole nodes from seed %d on, %.0f/s (%.0f per second of CPU), %d steps and %d"
                        + " answered calls each; reached by: %s; violations: %s",
                schedules,
                firstSeed,
                schedules / (nanos / 1e9),
                schedules / (cpu / 1e9),
                steps / schedules,
                answered / schedules,
                reached,
                failure == null ? "0" : "1, seed " + failure.seed() + " " + failure.verdicts());
    }

    /** The failure in as few steps as it needs, step by step. */
    static String explain(HouseSchedule.Outcome failure, LongFunction<HouseSchedule> schedule) {
        BitSet leftOut = HouseShrinker.shrink(
                without -> without(schedule, failure.seed(), without),
                failure.verdicts().get(0));
        HouseSchedule shortest = without(schedule, failure.seed(), leftOut);
        int left = HouseSchedule.STEPS - leftOut.cardinality();
        return "seed " + failure.seed() + ": " + failure.verdicts() + "\nshrunk to " + left + " of "
                + HouseSchedule.STEPS + " steps:\n" + trace(shortest);
    }

    /** Plays it and tells everything that happens. */
    static String trace(HouseSchedule schedule) {
        schedule.house.tracing = true;
        HouseSchedule.Outcome o = schedule.run();
        return String.join("\n", schedule.house.trace) + "\n" + o.verdicts();
    }

    private static HouseSchedule without(LongFunction<HouseSchedule> schedule, long seed, BitSet leftOut) {
        HouseSchedule s = schedule.apply(seed);
        s.leftOut.or(leftOut);
        return s;
    }

    /** For long campaigns: schedules, first seed, voters, threads. */
    public static void main(String[] args) {
        int schedules = args.length > 0 ? Integer.parseInt(args[0]) : 100_000;
        long first = args.length > 1 ? Long.parseLong(args[1]) : 1;
        int voters = args.length > 2 ? Integer.parseInt(args[2]) : 3;
        int threads = args.length > 3 ? Integer.parseInt(args[3]) : 1;
        HouseCampaign c = run(first, schedules, voters, threads);
        System.out.println(c.summary());
        if (c.failure != null) {
            System.out.println(explain(c.failure, seed -> new HouseSchedule(seed, voters)));
            System.exit(1);
        }
    }
}
