package io.raftqueue.server.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the clients of one process did, as lines of a file. A call's line is written before the call is made, its
 * outcome's line after it, each by one unbuffered write: what was observed is not lost when the process is killed.
 *
 * <pre>
 * S value time            a send begins
 * s value outcome time    it ended: a acknowledged, n surely not applied, u unknown
 * T number time           a take begins
 * t number outcome time   it ended: m and the value, e empty, n, u, c its connection was cut
 * </pre>
 *
 * Each line ends with a dot: one without was under way when the process was killed. Times are {@link System#nanoTime()}: on
 * Linux the same clock for all processes.
 */
final class HistoryWriter implements AutoCloseable {
    private final FileChannel file;
    private final AtomicLong takes = new AtomicLong();
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong acknowledged = new AtomicLong();

    HistoryWriter(Path path) throws IOException {
        file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    }

    void sendBegins(long value) {
        calls.incrementAndGet();
        line("S " + value + " " + System.nanoTime());
    }

    void sendEnded(long value, Outcome outcome) {
        line("s " + value + " " + outcome.letter + " " + System.nanoTime());
        if (outcome == Outcome.DONE) {
            answered.incrementAndGet();
            acknowledged.incrementAndGet();
        }
    }

    /** Returns the number of the take. */
    long takeBegins() {
        calls.incrementAndGet();
        long number = takes.incrementAndGet();
        line("T " + number + " " + System.nanoTime());
        return number;
    }

    void took(long number, long value) {
        line("t " + number + " m" + value + " " + System.nanoTime());
        answered.incrementAndGet();
    }

    void foundEmpty(long number) {
        line("t " + number + " e " + System.nanoTime());
        answered.incrementAndGet();
    }

    void takeFailed(long number, Outcome outcome) {
        line("t " + number + " " + outcome.letter + " " + System.nanoTime());
    }

    enum Outcome {
        DONE('a'),
        NOT_APPLIED('n'),
        UNKNOWN('u'),
        CUT('c');

        private final char letter;

        Outcome(char letter) {
            this.letter = letter;
        }
    }

    private void line(String text) {
        try {
            file.write(ByteBuffer.wrap((text + " .\n").getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException e) {
            throw new UncheckedIOException("the history cannot be written", e);
        }
    }

    long acknowledged() {
        return acknowledged.get();
    }

    @Override
    public String toString() {
        return "calls=" + calls + " answered=" + answered + " acknowledged=" + acknowledged;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
