package io.raftqueue.consensus;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A directed schedule: one defect of the table in README, or one promise, told step by step.
 *
 * @param row of the table
 * @param tells what must be true
 * @param plot plays it under these rules and throws when it is not true
 */
record Story(String row, String tells, Consumer<Rules> plot) {
    static List<Story> all() {
        return Stream.of(ReplicationStories.ALL, DurabilityStories.ALL, ElectionStories.ALL, MembershipStories.ALL)
                .flatMap(List::stream)
                .toList();
    }

    /** What went wrong, or null. */
    String play(Rules rules) {
        try {
            plot.accept(rules);
            return null;
        } catch (AssertionError | IllegalStateException e) {
            String first = String.valueOf(e.getMessage()).strip().replaceAll("\\s+", " ");
            return first.length() > 160 ? first.substring(0, 160) + "…" : first;
        }
    }

    @Override
    public String toString() {
        return row + ": " + tells;
    }
}
