package io.raftqueue.http;

import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;

/**
 * One request from its head to the end of its answer. All that touches the connection happens on its I/O thread, so
 * nothing here needs a lock; deadlines come from the regular rounds of {@link InFlight}.
 */
final class Call {
    private static final Logger LOG = LoggerFactory.getLogger(HttpAdapter.class);

    // The library keeps its own deadlines; this one is for what it may have missed.
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final long WATCH_AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long NONE = Long.MAX_VALUE;
    private static final byte[] NOTHING = {};

    /** What makes an answer of a request whose body has arrived. */
    interface Handler {
        CompletableFuture<Answer> handle(Call call);
    }

    private final HttpServerExchange exchange;
    private final Uri uri;
    private final InFlight inFlight;
    private final long begun = System.nanoTime();
    private volatile long deadline = NONE;
    private volatile boolean lookedAt;

    // From here on: the I/O thread only.
    private byte[] body = NOTHING;
    private @Nullable BodyReader reader;
    private @Nullable CompletableFuture<Answer> pending;
    private @Nullable HangUpWatch watch;
    private @Nullable Runnable whenHungUp;
    private @Nullable Runnable whenClosing;
    private boolean watchedAtOnce;
    private boolean answered;

    Call(HttpServerExchange exchange, Uri uri, InFlight inFlight) {
        this.exchange = exchange;
        this.uri = uri;
        this.inFlight = inFlight;
    }

    /** Path and query, decoded. */
    Uri uri() {
        return uri;
    }

    /** The whole body. */
    byte[] body() {
        return body;
    }

    /** A request header, or null. */
    @Nullable
    String header(String name) {
        return exchange.getRequestHeaders().getFirst(name);
    }

    /** {@code host:port} at which the client reached this server. */
    String reachedAt() {
        var local = exchange.getDestinationAddress();
        String host = local.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + local.getPort();
    }

    /** The answer is due within {@code duration}; the client gets an error of ours a little later. */
    void within(Duration duration) {
        deadline = System.nanoTime() + duration.plus(GRACE).toNanos();
    }

    /**
     * What to do, on the I/O thread, if the client hangs up before its answer is there.
     *
     * @param atOnce true where an answer is not expected soon; else the watch begins a little later, if it still has to
     */
    void whenHungUp(boolean atOnce, Runnable action) {
        watchedAtOnce = atOnce;
        whenHungUp = action;
    }

    /** What ends a wait, on the I/O thread, when the server closes; the answer is awaited. */
    void whenClosing(Runnable action) {
        whenClosing = action;
    }

    /** Reads the body, if there is one, then lets the handler work. To be called on the I/O thread. */
    void run(int bodyLimit, Handler handler) {
        if (exchange.isRequestComplete()) {
            work(handler);
            return;
        }
        deadline = System.nanoTime() + inFlight.limits().bodyDeadline().toNanos();
        var reading = new BodyReader(
                exchange, bodyLimit, inFlight.memory(), inFlight.largeBodies(), new BodyReader.Outcome() {
                    @Override
                    public void arrived(byte[] bytes) {
                        body = bytes;
                        work(handler);
                    }

                    @Override
                    public void refused(Answer answer) {
                        answer(answer);
                    }

                    @Override
                    public void broken() {
                        drop();
                    }
                });
        exchange.addExchangeCompleteListener((ended, next) -> {
            inFlight.memory().release(reading.room());
            next.proceed();
        });
        reader = reading;
        reading.start();
    }

    /** Answers without reading the body. To be called on the I/O thread. */
    void refuse(Answer answer) {
        answer(answer);
    }

    private void work(Handler handler) {
        CompletableFuture<Answer> future;
        try {
            deadline = NONE;
            future = handler.handle(this);
        } catch (Problem.Refusal refusal) {
            answer(refusal.answer());
            return;
        } catch (RuntimeException e) {
            answer(unforeseen(e));
            return;
        }
        pending = future;
        if (inFlight.closing()) {
            stopWaiting(); // its body came late: nobody will say so again
        }
        if (!future.isDone() && whenHungUp != null) {
            watch = new HangUpWatch((HttpServerConnection) exchange.getConnection(), this::hungUp);
            if (watchedAtOnce) {
                watch.start();
            }
        }
        var unused = future.whenComplete((answer, failure) -> {
            Answer made = failure == null ? answer : unforeseen(failure);
            if (exchange.isInIoThread()) {
                answer(made);
                return;
            }
            try {
                exchange.getIoThread().execute(() -> answer(made));
            } catch (RejectedExecutionException e) {
                LOG.debug("the server is closed, an answer is dropped", e);
            }
        });
    }

    private static Answer unforeseen(Throwable failure) {
        Answer answer = Problem.of(failure);
        if (answer.status() == 500) {
            LOG.warn("a request failed in an unforeseen way", failure);
        }
        return answer;
    }

    private void hungUp() {
        if (whenHungUp != null && !answered) {
            whenHungUp.run();
        }
    }

    /** Sends the answer, unless there was one already. On the I/O thread. */
    private void answer(Answer answer) {
        if (answered) {
            return;
        }
        answered = true;
        deadline = System.nanoTime() + inFlight.limits().answerDeadline().toNanos();
        if (watch != null) {
            watch.stop();
        }
        if (reader != null) {
            reader.stop();
        }
        if (!exchange.getConnection().isOpen()) {
            drop();
            return;
        }
        boolean lingering = !exchange.isRequestComplete();
        if (lingering || inFlight.closing()) {
            exchange.setPersistent(false);
        }
        exchange.setStatusCode(answer.status());
        answer.headers().forEach((name, value) -> exchange.getResponseHeaders().put(new HttpString(name), value));
        exchange.getResponseHeaders().put(new HttpString("X-Content-Type-Options"), "nosniff");
        if (answer.contentType() != null) {
            exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, answer.contentType());
        }
        if (answer.body().length == 0 && !lingering) {
            exchange.endExchange();
            return;
        }
        exchange.setResponseContentLength(answer.body().length);
        exchange.getResponseSender().send(ByteBuffer.wrap(answer.body()), new IoCallback() {
            @Override
            public void onComplete(HttpServerExchange exchange, Sender sender) {
                if (lingering) {
                    new Lingering(exchange, inFlight.lingering()).start();
                } else {
                    exchange.endExchange();
                }
            }

            @Override
            public void onException(HttpServerExchange exchange, Sender sender, IOException exception) {
                drop();
            }
        });
    }

    /** Ends a request whose client is gone. */
    private void drop() {
        answered = true;
        IoUtils.safeClose(exchange.getConnection());
        exchange.endExchange();
    }

    /** One of the regular rounds, on any thread. */
    void round(long now) {
        if (isOver(now)) {
            onIoThread(this::overdue);
        } else if (!lookedAt && now - begun > WATCH_AFTER_NANOS) {
            // Quick answers are not worth a watch.
            lookedAt = true;
            onIoThread(() -> {
                if (watch != null && !answered) {
                    watch.start();
                }
            });
        }
    }

    /** The server closes: a request that waits for a message must not hold it up; all are finished. */
    void closing() {
        onIoThread(this::stopWaiting);
    }

    private void stopWaiting() {
        if (whenClosing != null && !answered) {
            whenClosing.run();
        }
    }

    /** The server can wait no longer. */
    void abandoned() {
        onIoThread(() -> {
            if (!answered && pending != null) {
                giveUp("this node is shutting down, and no answer came until now");
            }
        });
    }

    /** First the answer: what is cancelled then would answer, too, and knows less. */
    private void giveUp(String why) {
        Runnable cancel = whenHungUp;
        answer(Problem.OUTCOME_UNKNOWN.answer(why));
        if (cancel != null) {
            cancel.run();
        }
    }

    private boolean isOver(long now) {
        long until = deadline;
        return until != NONE && now - until > 0;
    }

    private void overdue() {
        if (!isOver(System.nanoTime())) {
            return; // it moved on to its next step in between
        }
        if (answered) {
            // Its client does not take the answer, or the rest of its body does not end.
            drop();
        } else if (pending == null) {
            answer(Problem.TOO_SLOW.answer("the body did not arrive within "
                    + inFlight.limits().bodyDeadline().toSeconds() + " s"));
        } else {
            giveUp("no answer came within the deadline");
        }
    }

    private void onIoThread(Runnable action) {
        try {
            exchange.getIoThread().execute(action);
        } catch (RejectedExecutionException e) {
            LOG.debug("the server is closed", e);
        }
    }
}
