package io.raftqueue.http;

/** What this version does not do yet, and must not seem to do. */
final class Unsupported {
    private Unsupported() {}

    /** A client that sends a key relies on it when it repeats the request: better to say no than to store twice. */
    static void refuseIdempotencyKey(Call call) {
        if (call.header("Idempotency-Key") != null) {
            throw Problem.MALFORMED.refuse(
                    "Idempotency-Key is not supported by this version: leave it out, and repeat only what was not applied");
        }
    }
}
