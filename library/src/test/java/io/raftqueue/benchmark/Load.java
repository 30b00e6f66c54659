package io.raftqueue.benchmark;

import java.time.LocalTime;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Keeps so many calls under way, and measures them. */
final class Load {
    private static final int MOST_LATENCIES = 1 << 20;

    private static final long TELL_NANOS = 50_000_000;

    private final Semaphore free;
    private final int window;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final AtomicLong lastAnswer = new AtomicLong();
    private final LongAccumulator longestGap = new LongAccumulator(Math::max, 0);
    private final long[] latencies = new long[MOST_LATENCIES];

    private Load(int window) {
        this.window = window;
        this.free = new Semaphore(window);
    }

    /**
     * What was measured.
     *
     * @param longestGapMs the longest time between two answers that followed each other
     */
    record Figures(long calls, double perSecond, double p50Ms, double p99Ms, double longestGapMs) {
        /** As one line, read by {@link #parse}. */
        String line() {
            return String.format(Locale.ROOT, "%d %.1f %.3f %.3f %.3f", calls, perSecond, p50Ms, p99Ms, longestGapMs);
        }

        static Figures parse(String line) {
            String[] words = line.split(" ");
            return new Figures(
                    Long.parseLong(words[0]),
                    Double.parseDouble(words[1]),
                    Double.parseDouble(words[2]),
                    Double.parseDouble(words[3]),
                    Double.parseDouble(words[4]));
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%,7.0f/s, p50 %.1f ms, p99 %.1f ms, longest gap %.0f ms",
                    perSecond,
                    p50Ms,
                    p99Ms,
                    longestGapMs);
        }
    }

    /** Calls {@code count} times, with {@code window} calls under way. */
    static Figures run(int window, long count, Supplier<? extends CompletableFuture<?>> call)
            throws InterruptedException {
        long[] left = {count};
        return run(window, () -> left[0]-- > 0, call);
    }

    /** Calls while {@code goOn} says so, with {@code window} calls under way. */
    static Figures run(int window, BooleanSupplier goOn, Supplier<? extends CompletableFuture<?>> call)
            throws InterruptedException {
        return new Load(window).measure(goOn, call);
    }

    private Figures measure(BooleanSupplier goOn, Supplier<? extends CompletableFuture<?>> call)
            throws InterruptedException {
        long began = System.nanoTime();
        lastAnswer.set(began);
        long calls = 0;
        while (goOn.getAsBoolean()) {
            free.acquire();
            start((int) (calls++ % MOST_LATENCIES), call);
        }
        if (!free.tryAcquire(window, 60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("calls are not answered");
        }
        long nanos = System.nanoTime() - began;
        if (failure.get() != null) {
            throw new IllegalStateException("a call failed", failure.get());
        }
        long[] sorted = Arrays.copyOf(latencies, (int) Math.min(calls, MOST_LATENCIES));
        Arrays.sort(sorted);
        return new Figures(
                calls,
                calls * 1e9 / nanos,
                sorted[sorted.length / 2] / 1e6,
                sorted[(int) (sorted.length * 0.99)] / 1e6,
                longestGap.get() / 1e6);
    }

    private void start(int slot, Supplier<? extends CompletableFuture<?>> call) {
        long from = System.nanoTime();
        var unused = call.get().whenComplete((done, e) -> {
            long now = System.nanoTime();
            latencies[slot] = now - from;
            noteGap(now - lastAnswer.getAndSet(now));
            if (e != null) {
                failure.compareAndSet(null, e);
            }
            free.release();
        });
    }

    /** A long one is told with its time, to be found in a flight recording. */
    private void noteGap(long nanos) {
        longestGap.accumulate(nanos);
        if (nanos > TELL_NANOS) {
            System.out.printf("no answer for %d ms until %s%n", nanos / 1_000_000, LocalTime.now());
        }
    }
}
