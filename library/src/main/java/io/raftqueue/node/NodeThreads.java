package io.raftqueue.node;

import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;

/**
 * The threads of one node outside the engine: all daemons. As an {@link Executor} it runs what depends on users' futures:
 * a fork-join pool, since that one adds a thread while one of its own waits for a future, so that a dependent may call the
 * queue and wait without ever starving the others.
 */
final class NodeThreads implements Executor, AutoCloseable {
    private final String name;
    private final ForkJoinPool completions;
    private final ScheduledThreadPoolExecutor timer;

    NodeThreads(String id) {
        this.name = "raftqueue-" + (id.isEmpty() ? "node" : id);
        this.completions = new ForkJoinPool(
                Math.max(2, Runtime.getRuntime().availableProcessors()),
                pool -> {
                    var worker = ForkJoinPool.defaultForkJoinWorkerThreadFactory.newThread(pool);
                    worker.setName(name + "-completions-" + worker.getPoolIndex());
                    return worker;
                },
                null,
                true);
        // Closed, it watches nobody any more: whoever waited was told so, or is told by whoever lets him in.
        this.timer = new ScheduledThreadPoolExecutor(1, named("timer"), new ThreadPoolExecutor.DiscardPolicy());
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    ThreadFactory named(String role) {
        return task -> {
            var thread = new Thread(task, name + "-" + role);
            thread.setDaemon(true);
            return thread;
        };
    }

    ScheduledExecutorService timer() {
        return timer;
    }

    @Override
    public void execute(Runnable task) {
        try {
            completions.execute(task);
        } catch (RejectedExecutionException e) {
            named("last-words").newThread(task).start(); // closed: the future must be completed all the same
        }
    }

    @Override
    public void close() {
        timer.shutdown();
        completions.shutdown();
    }
}
