package io.raftqueue.server.chaos;

import io.raftqueue.server.CutOffTakes;
import io.raftqueue.simulation.FifoChecker;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** All files of a run together: what the checker says of them, and the figures of the report. */
final class History {
    /** A take's deadline is 60 s, and its client waits longer. */
    private static final Duration TAKES_ARE_WORKED_AT = Duration.ofSeconds(65);

    private final FifoChecker checker = new FifoChecker();
    private final CutOffTakes cutOff = new CutOffTakes(TAKES_ARE_WORKED_AT);
    private final List<Long> acknowledgedAt = new ArrayList<>();
    private long calls;
    private long acknowledged;
    private long taken;
    private long empty;
    private long notApplied;
    private long unknownSends;
    private long unknownTakes;

    static History of(List<Path> files) throws IOException {
        var history = new History();
        for (Path file : files) {
            history.read(file);
        }
        return history;
    }

    private void read(Path file) throws IOException {
        Map<Long, Long> sends = new HashMap<>();
        Map<Long, Long> takes = new HashMap<>();
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.US_ASCII)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.endsWith(" .")) {
                    continue; // torn by a kill: the call before it stays without an end
                }
                String[] words = line.split(" ", -1);
                long key = Long.parseLong(words[1]);
                switch (words[0]) {
                    case "S" -> sends.put(key, Long.parseLong(words[2]));
                    case "T" -> takes.put(key, Long.parseLong(words[2]));
                    case "s" -> sent(key, sends.remove(key), words[2], Long.parseLong(words[3]));
                    case "t" -> took(takes.remove(key), words[2], Long.parseLong(words[3]));
                    default -> throw new IOException(file + " has a line '" + line + "'");
                }
            }
        }
        // What has no end was under way when the process was killed.
        sends.forEach((value, called) -> sent(value, called, "u", 0));
        takes.values().forEach(called -> took(called, "c", 0));
    }

    private void sent(long value, long called, String outcome, long returned) {
        calls++;
        switch (outcome) {
            case "a" -> {
                acknowledged++;
                cutOff.sent(value, called, returned);
                acknowledgedAt.add(returned);
                checker.sent(value, called, returned);
            }
            case "u" -> {
                unknownSends++;
                checker.maybeSent(value, called);
            }
            default -> notApplied++; // and if it comes out after all, the checker has never heard of it
        }
    }

    private void took(long called, String outcome, long returned) {
        calls++;
        switch (outcome) {
            case "e" -> {
                empty++;
                checker.foundEmpty(called, returned);
            }
            case "u", "c" -> {
                unknownTakes += outcome.equals("u") ? 1 : 0;
                cutOff.cutOff(called);
                checker.maybeTaken();
            }
            case "n" -> notApplied++;
            default -> {
                taken++;
                long value = Long.parseLong(outcome.substring(1));
                cutOff.taken(value, called, returned);
            }
        }
    }

    /**
     * What is wrong with it. Each acknowledged message that never came out needs a take of its own that may have removed
     * it: that many were cut off is not enough. Only of a queue that was drained at the end can this be said.
     */
    List<String> verdicts(boolean drained) {
        return drained ? cutOff.verdicts(checker) : cutOff.verdictsUndrained(checker);
    }

    long acknowledged() {
        return acknowledged;
    }

    long taken() {
        return taken;
    }

    /** Takes whose process or connection ended under them: what they removed went to nobody. */
    long cutTakes() {
        return cutOff.count() - unknownTakes;
    }

    /** Takes that a node answered with "outcome unknown", or not at all. */
    long unknownTakes() {
        return unknownTakes;
    }

    long unknownSends() {
        return unknownSends;
    }

    long empty() {
        return empty;
    }

    /** Acknowledged and never seen again: each must have a take of unknown outcome that may have removed it. */
    long missing() {
        return cutOff.missing();
    }

    double answeredPercent() {
        return calls == 0 ? 0 : 100.0 * (acknowledged + taken + empty) / calls;
    }

    double goneUnseenPercent() {
        return percentOfTaken(missing());
    }

    double unknownTakesPercent() {
        return percentOfTaken(unknownTakes);
    }

    private double percentOfTaken(long some) {
        return taken == 0 ? 0 : 100.0 * some / taken;
    }

    long longestGapMillis() {
        long[] times =
                acknowledgedAt.stream().mapToLong(Long::longValue).sorted().toArray();
        long longest = 0;
        for (int i = 1; i < times.length; i++) {
            longest = Math.max(longest, times[i] - times[i - 1]);
        }
        return TimeUnit.NANOSECONDS.toMillis(longest);
    }
}
