package io.raftqueue.raft;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.sun.management.OperatingSystemMXBean;
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
import org.slf4j.LoggerFactory;

/** Many house schedules, one seed after the other. It ends at the first that is bad, and says where it went meanwhile. */
final class HouseCampaign {
    private static final long TELL_NANOS = 30_000_000_000L;
    private static final OperatingSystemMXBean PROCESS =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    /** How many schedules were done at a moment, and what they had cost: time, and CPU of the process with its compiler. */
    private record Mark(int schedules, long nanos, long cpu) {
        static Mark now(int schedules) {
            return new Mark(schedules, System.nanoTime(), PROCESS.getProcessCpuTime());
        }

        /** Schedules per second, and per second of CPU, since then. */
        String rates(Mark since) {
            int done = schedules - since.schedules;
            return String.format(
                    Locale.ROOT,
                    "%.0f/s (%.0f per second of CPU)",
                    done * 1e9 / (nanos - since.nanos),
                    done * 1e9 / (cpu - since.cpu));
        }
    }

    int schedules;
    HouseSchedule.Outcome failure;
    private final long firstSeed;
    private final int most;
    private final Map<Happening, Integer> happened = new EnumMap<>(Happening.class);
    private long next;
    private long steps;
    private long answered;
    private long stops;
    /** Of all that happened in all of them, whatever their order: two builds with the same have the same histories. */
    private long fingerprint;

    private final Mark began = Mark.now(0);
    /** By then the code is compiled, if there are enough of them. */
    private Mark halfway = began;

    private Mark end = began;
    private Mark told = began;
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
        Logger product = (Logger) LoggerFactory.getLogger("io.raftqueue");
        Level before = product.getLevel();
        product.setLevel(Level.OFF); // nobody reads what members in trouble have to say
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
            product.setLevel(before);
        }
        end = Mark.now(schedules);
    }

    private void work(Predicate<HouseSchedule.Outcome> bad, LongFunction<HouseSchedule> schedule) {
        for (long seed = nextSeed(); seed >= 0; seed = nextSeed()) {
            HouseSchedule.Outcome o = schedule.apply(seed).run();
            add(o, bad.test(o));
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
        fingerprint +=
                HouseRandom.mix(o.seed() ^ HouseRandom.mix(o.fingerprint() + 31 * o.answered() + 961 * o.steps()));
        o.happened().forEach(h -> happened.merge(h, 1, Integer::sum));
        if (bad && (failure == null || o.seed() < failure.seed())) {
            failure = o;
        }
        if (schedules == most / 2) {
            halfway = Mark.now(schedules);
        }
        if (tells && System.nanoTime() - told.nanos() >= TELL_NANOS) {
            Mark now = Mark.now(schedules);
            System.out.printf(
                    Locale.ROOT,
                    "  %d of %d schedules, %s lately, up to seed %d, violations: %d%n",
                    schedules,
                    most,
                    now.rates(told),
                    next - 1,
                    failure == null ? 0 : 1);
            told = now;
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
                "%d schedules of whole nodes from seed %d on, %s, the second half of them %s, %d steps and %d"
                        + " answered calls each; reached by: %s; fingerprint %016x; violations: %s",
                schedules,
                firstSeed,
                end.rates(began),
                end.rates(halfway),
                steps / schedules,
                answered / schedules,
                reached,
                fingerprint,
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
