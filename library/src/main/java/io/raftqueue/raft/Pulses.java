package io.raftqueue.raft;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.TimeUnit;

/** Reads an accepted connection, and says back now and then, by one byte, that it is read. */
final class Pulses extends FilterInputStream {
    static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final OutputStream back;
    private boolean pulsed;
    private long pulsedAt;

    Pulses(Socket socket) throws IOException {
        super(socket.getInputStream());
        this.back = socket.getOutputStream();
    }

    @Override
    public int read() throws IOException {
        int one = in.read();
        pulse(one >= 0);
        return one;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
        int got = in.read(bytes, from, length);
        pulse(got > 0);
        return got;
    }

    private void pulse(boolean came) throws IOException {
        long now = System.nanoTime();
        if (came && (!pulsed || now - pulsedAt >= PAUSE_NANOS)) {
            pulsed = true;
            pulsedAt = now;
            back.write(0);
        }
    }
}
