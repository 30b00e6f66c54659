package io.raftqueue.server.chaos;

import io.raftqueue.simulation.FifoChecker;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** All files of a run together: what the checker says of them, and the figures of the report. */
final class History {
    private final FifoChecker checker = new FifoChecker();
    private final List<Long> acknowledgedAt = new ArrayList<>();
    private final Set<Long> stored = new HashSet<>();
    private final Set<Long> out = new HashSet<>();
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
        takes.values().forEach(called -> took(called, "u", 0));
    }

    private void sent(long value, long called, String outcome, long returned) {
        calls++;
        switch (outcome) {
            case "a" -> {
                acknowledged++;
                stored.add(value);
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
            case "u" -> {
                unknownTakes++;
                checker.maybeTaken();
            }
            case "n" -> notApplied++;
            default -> {
                taken++;
                long value = Long.parseLong(outcome.substring(1));
                out.add(value);
                checker.taken(value, called, returned);
            }
        }
    }

    List<String> verdicts() {
        return checker.verdicts();
    }

    long acknowledged() {
        return acknowledged;
    }

    long taken() {
        return taken;
    }

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
        return stored.stream().filter(value -> !out.contains(value)).count();
    }

    double answeredPercent() {
        return calls == 0 ? 0 : 100.0 * (acknowledged + taken + empty) / calls;
    }

    /** Takes of unknown outcome among all that may have taken something. */
    double unknownTakesPercent() {
        return taken + unknownTakes == 0 ? 0 : 100.0 * unknownTakes / (taken + unknownTakes);
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
