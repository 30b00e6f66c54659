package io.raftqueue.server.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a run came to. Green needs both: nothing wrong, and enough trouble to have shown it. */
record Report(
        ChaosRun.Settings settings,
        Duration took,
        Map<FaultKind, Integer> faults,
        List<String> leftOut,
        int leaderChanges,
        int processesEnded,
        History history,
        List<String> verdicts) {
    /** One HTTP client that takes, and one inside a program that embeds the library. */
    private static final int TAKERS_PER_PROCESS = 2;

    static final int LEAST_LEADER_CHANGES = 3;
    private static final double LEAST_ANSWERED_PERCENT = 60;
    private static final double MOST_UNKNOWN_TAKES_PERCENT = 0.01;

    /** Why this run shows nothing; empty when it is valid. */
    List<String> invalid() {
        List<String> reasons = new ArrayList<>();
        if (history.answeredPercent() < LEAST_ANSWERED_PERCENT) {
            reasons.add("only %.1f %% of the calls were answered".formatted(history.answeredPercent()));
        }
        if (leaderChanges < LEAST_LEADER_CHANGES) {
            reasons.add("only " + leaderChanges + " leader changes");
        }
        faults.forEach((kind, times) -> {
            if (times < settings.floorPerKind()) {
                reasons.add("only " + times + " times: " + kind);
            }
        });
        // One of a short run is more than a ten-thousandth of its takes.
        if (!settings.brief() && history.unknownTakesPercent() > MOST_UNKNOWN_TAKES_PERCENT) {
            reasons.add(
                    "%.4f %% of the takes were answered 'outcome unknown'".formatted(history.unknownTakesPercent()));
        }
        if (history.cutTakes() > (long) TAKERS_PER_PROCESS * processesEnded) {
            reasons.add(
                    "%d takes were cut off, and only %d processes ended".formatted(history.cutTakes(), processesEnded));
        }
        return reasons;
    }

    private String result() {
        return verdicts.isEmpty() ? invalid().isEmpty() ? "GREEN" : "INVALID" : "BAD";
    }

    @Override
    public String toString() {
        var text = new StringBuilder("chaos: %s, seed %d, %d nodes, %d:%02d minutes%n"
                .formatted(result(), settings.seed(), settings.nodes(), took.toMinutes(), took.toSecondsPart()));
        faults.forEach((kind, times) -> line(text, kind.toString(), times));
        leftOut.forEach(what -> text.append("  ").append(what).append(System.lineSeparator()));
        line(
                text,
                "faults",
                faults.values().stream().mapToInt(Integer::intValue).sum());
        line(text, "leader changes", leaderChanges);
        line(text, "sends acknowledged", history.acknowledged());
        line(text, "sends of unknown outcome", history.unknownSends());
        line(text, "messages taken", history.taken());
        line(text, "found empty", history.empty());
        line(text, "processes ended", processesEnded);
        line(text, "takes cut off with a process", history.cutTakes());
        line(
                text,
                "takes answered 'outcome unknown'",
                "%d (%.4f %%)".formatted(history.unknownTakes(), history.unknownTakesPercent()));
        line(
                text,
                "messages gone with such a take",
                "%d (%.4f %%)".formatted(history.missing(), history.goneUnseenPercent()));
        line(text, "calls answered", "%.1f %%".formatted(history.answeredPercent()));
        line(text, "longest gap without an acknowledgement", history.longestGapMillis() + " ms");
        line(text, "verdicts", verdicts.isEmpty() ? "none: nothing lost, doubled, reordered, wrongly empty" : verdicts);
        invalid().forEach(reason -> line(text, "INVALID", reason));
        return text.toString();
    }

    private static void line(StringBuilder text, String what, Object figure) {
        text.append("  %-40s %s%n".formatted(what, figure));
    }
}
