package io.raftqueue.server.chaos;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The client threads of one process. They end when the stop file is there; the process ends when whoever started it is
 * gone.
 */
final class Clients {
    private static final long LOOK_NANOS = 200_000_000;
    private static final long REPORT_NANOS = 2_000_000_000;

    private final Path stopFile;
    private final HistoryWriter history;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    Clients(Path stopFile, HistoryWriter history) {
        this.stopFile = stopFile;
        this.history = history;
    }

    /** One call of a client, and what it waits before the next. */
    interface Turn {
        void once();
    }

    void run(String name, Turn turn) {
        var thread = new Thread(
                () -> {
                    while (!stopped) {
                        turn.once();
                    }
                },
                name);
        thread.setUncaughtExceptionHandler((t, e) -> {
            System.err.println("client \"" + t.getName() + "\" broke");
            e.printStackTrace();
            Runtime.getRuntime().halt(4);
        });
        threads.add(thread);
        thread.start();
    }

    /** Ends this process when the one that started it has ended, in whatever way. */
    static void endWithParent() {
        ProcessHandle.current()
                .parent()
                .orElseThrow()
                .onExit()
                .thenRun(() -> Runtime.getRuntime().halt(3));
    }

    static void pause(long millis) {
        LockSupport.parkNanos(millis * 1_000_000);
    }

    /** Returns when all have stopped. A line of figures now and then. */
    void awaitStop() throws InterruptedException {
        long reported = System.nanoTime();
        while (!Files.exists(stopFile)) {
            LockSupport.parkNanos(LOOK_NANOS);
            if (System.nanoTime() - reported >= REPORT_NANOS) {
                reported = System.nanoTime();
                System.out.println(history);
            }
        }
        stopped = true;
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.println("clients stopped " + history);
    }
}
