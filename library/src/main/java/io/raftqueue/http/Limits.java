package io.raftqueue.http;

import java.time.Duration;

/**
 * What one server takes.
 *
 * @param bodyBytes the largest body
 * @param bodyMemory bytes that all larger bodies under way may take together
 * @param requests the most requests under way
 * @param bodyDeadline for the whole of a body, however steadily it trickles
 * @param answerDeadline for the client to take the whole of an answer
 */
record Limits(int bodyBytes, long bodyMemory, int requests, Duration bodyDeadline, Duration answerDeadline) {
    static final int DEFAULT_BODY_BYTES = 1 << 20;

    static Limits usual(int bodyBytes) {
        return new Limits(
                bodyBytes,
                Math.max(32L << 20, Runtime.getRuntime().maxMemory() / 8),
                8_192,
                Duration.ofSeconds(30),
                Duration.ofSeconds(30));
    }

    Limits withRequests(int most) {
        return new Limits(bodyBytes, bodyMemory, most, bodyDeadline, answerDeadline);
    }

    Limits withBodyDeadline(Duration deadline) {
        return new Limits(bodyBytes, bodyMemory, requests, deadline, answerDeadline);
    }

    Limits withBodyMemory(long bytes) {
        return new Limits(bodyBytes, bytes, requests, bodyDeadline, answerDeadline);
    }
}
