package io.raftqueue.http;

import java.time.Duration;

/** The two parameters of time that most requests take. */
final class Deadlines {
    private static final Duration USUAL = Duration.ofSeconds(10);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    private Deadlines() {}

    /** {@code ?timeout=}: how long the cluster may take; 10 s unless given. */
    static Duration timeout(Call call) {
        return call.uri().duration("timeout", Duration.ofMillis(1), Duration.ofSeconds(60), USUAL);
    }

    /** {@code ?wait=}: how long to wait for a message, on top of the timeout; not at all unless given. */
    static Duration waiting(Call call) {
        return call.uri().duration("wait", Duration.ZERO, LONGEST_WAIT, Duration.ZERO);
    }
}
