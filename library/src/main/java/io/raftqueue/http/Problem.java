package io.raftqueue.http;

import io.raftqueue.ClosedException;
import io.raftqueue.CodecException;
import io.raftqueue.MembershipException;
import io.raftqueue.MessageTooLargeException;
import io.raftqueue.NoLeaderException;
import io.raftqueue.NodeFailedException;
import io.raftqueue.OverloadedException;
import io.raftqueue.QueueFullException;
import io.raftqueue.RaftQueueException;
import io.raftqueue.StorageFullException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * The errors a client may see, as {@code application/problem+json} (RFC 9457).
 *
 * <p>The {@code type} of each begins with one of two prefixes, so that a client need not know them all:
 * {@code urn:raftqueue:not-applied:} (nothing was and nothing will be applied) and
 * {@code urn:raftqueue:may-have-been-applied:} (it may have been applied, or may still be).
 */
enum Problem {
    MALFORMED(400, "malformed", "The request is malformed"),
    FOREIGN_PAGE(403, "foreign-page", "A page of another site may not use this server"),
    NOT_FOUND(404, "not-found", "There is no such thing here"),
    METHOD(405, "method", "The method is not allowed here"),
    TOO_SLOW(408, "too-slow", "The body did not arrive in time"),
    CONFLICT(409, "conflict", "The membership forbids it"),
    TOO_LARGE(413, "too-large", "The body is too large"),
    QUEUE_FULL(429, "queue-full", "The queue is full"),
    OVERLOADED(429, "overloaded", "This node has too much to do"),
    UNREACHABLE(502, "unreachable", "Nothing answers at that address"),
    NO_LEADER(503, "no-leader", "There is no leader"),
    NODE_FAILED(503, "node-failed", "This node has failed"),
    CLOSING(503, "closing", "This node is shutting down"),
    STORAGE_FULL(507, "storage-full", "The disk is nearly full"),
    OUTCOME_UNKNOWN(504, "outcome-unknown", "The outcome was not known at the deadline"),
    INTERNAL(500, "internal", "Something unforeseen went wrong");

    private static final String NOT_APPLIED = "urn:raftqueue:not-applied:";
    private static final String MAY_HAVE_BEEN_APPLIED = "urn:raftqueue:may-have-been-applied:";
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int UNAVAILABLE = 503;

    private final int status;
    private final String type;
    private final String title;

    Problem(int status, String name, String title) {
        this.status = status;
        this.title = title;
        this.type = (leavesOpen(status) ? MAY_HAVE_BEEN_APPLIED : NOT_APPLIED) + name;
    }

    /** The answer, with what happened here and now. */
    Answer answer(String detail) {
        String json = "{\"type\":" + Json.quote(type) + ",\"title\":" + Json.quote(title) + ",\"status\":" + status
                + ",\"detail\":" + Json.quote(detail) + "}";
        Answer answer = Answer.json(status, json);
        answer = new Answer(status, "application/problem+json", answer.body(), answer.headers())
                .with("Cache-Control", "no-store");
        return status == UNAVAILABLE || status == TOO_MANY_REQUESTS ? answer.with("Retry-After", "1") : answer;
    }

    /** To be thrown where a handler refuses a request. */
    Refusal refuse(String detail) {
        return new Refusal(answer(detail));
    }

    /** As {@link #refuse(String)}, with a header. */
    Refusal refuse(String detail, String header, String value) {
        return new Refusal(answer(detail).with(header, value));
    }

    /** The answer to a failure of the library. */
    static Answer of(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof Refusal refusal) {
            return refusal.answer();
        }
        String detail = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        if (cause instanceof IllegalArgumentException) {
            return MALFORMED.answer(detail);
        }
        if (!(cause instanceof RaftQueueException known)) {
            return INTERNAL.answer(detail);
        }
        if (known.retry() == RaftQueueException.Retry.MAY_HAVE_BEEN_APPLIED) {
            return OUTCOME_UNKNOWN.answer(detail);
        }
        return of(known).answer(detail);
    }

    /** Whether an answer to a failure stands for what was submitted and whose end nobody here knows. */
    static boolean leavesOpen(int status) {
        return status == 504 || status == 500;
    }

    private static Problem of(RaftQueueException known) {
        if (known instanceof NoLeaderException) {
            return NO_LEADER;
        }
        if (known instanceof QueueFullException) {
            return QUEUE_FULL;
        }
        if (known instanceof OverloadedException) {
            return OVERLOADED;
        }
        if (known instanceof StorageFullException) {
            return STORAGE_FULL;
        }
        if (known instanceof NodeFailedException) {
            return NODE_FAILED;
        }
        if (known instanceof ClosedException) {
            return CLOSING;
        }
        if (known instanceof MembershipException membership) {
            return switch (membership.reason()) {
                case UNREACHABLE -> UNREACHABLE;
                case CONFLICT -> CONFLICT;
                case UNKNOWN_MEMBER -> NOT_FOUND;
            };
        }
        if (known instanceof MessageTooLargeException) {
            return TOO_LARGE;
        }
        return known instanceof CodecException ? MALFORMED : INTERNAL;
    }

    /** Thrown by handlers; carries the answer. */
    static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Answer answer;

        private Refusal(Answer answer) {
            super("refused with " + answer.status(), null, false, false);
            this.answer = answer;
        }

        Answer answer() {
            return answer;
        }
    }
}
