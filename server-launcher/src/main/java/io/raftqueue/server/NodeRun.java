package io.raftqueue.server;

import io.raftqueue.MembershipException;
import io.raftqueue.NodeListener;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The life of a node in a process of its own, from the start lines to the exit code. */
final class NodeRun implements NodeListener {
    private static final Logger LOG = LoggerFactory.getLogger(NodeRun.class);

    /** A node that stopped for good stays up this long, so that probes, JMX and people can see why. */
    private static final long FAILED_SECONDS = 10;

    /** A new cluster of -members begins only when all of them are up; who waits longer than this is told so. */
    private static final long FOUNDING_SECONDS = 3;

    private final Settings settings;
    private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, "launcher");
        thread.setDaemon(true);
        return thread;
    });
    private volatile @Nullable Server server;
    private volatile @Nullable Thread joining;

    NodeRun(Settings settings) {
        this.settings = settings;
    }

    /** Runs until the node fails for good; a signal ends the JVM from the side. */
    int run() {
        Shutdown shutdown = Shutdown.onSignal(this::close);
        try {
            Server started = Server.start(settings, this);
            server = started;
            tellStart(started);
            HostPort through = settings.httpJoin();
            if (through != null) {
                joinThrough(started, through);
            }
            int code = exitCode.join();
            shutdown.exiting();
            close();
            return code;
        } finally {
            shutdown.exiting();
        }
    }

    private void tellStart(Server started) {
        LOG.info(
                "{} data {}, raft {}, http http://{}",
                settings.id(),
                settings.directory(),
                settings.raft(),
                settings.advertisedHttp());
        new RoleLines(started.node(), scheduler).start();
        if (!settings.members().isEmpty()) {
            var unused = scheduler.schedule(() -> tellFounding(started), FOUNDING_SECONDS, TimeUnit.SECONDS);
        }
        boolean onItsOwn = settings.leader()
                || settings.httpJoin() != null
                || !settings.members().isEmpty();
        if (!onItsOwn && started.node().status().clusterId() == null) {
            LOG.info(
                    "{} waits to be joined: curl -X POST http://MEMBER/join -d '{\"id\":\"{}\",\"address\":\"{}\"}'",
                    settings.id(),
                    settings.id(),
                    settings.raft());
        }
    }

    private void tellFounding(Server started) {
        if (started.node().status().clusterId() == null) {
            LOG.info(
                    "{} waits for the others of -members: a new cluster begins when all of them are up", settings.id());
        }
    }

    private void joinThrough(Server started, HostPort through) {
        var join = new JoinThrough(settings, through, started.node(), started.startedAsVoter(), this::leave);
        var thread = new Thread(join, "join");
        thread.setDaemon(true);
        joining = thread;
        thread.start();
    }

    /** Called by the node when it stopped for good. */
    @Override
    public void failed(Throwable cause) {
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof MembershipException refused) {
                leave(CommandFailure.oneLine(refused));
                return;
            }
        }
        LOG.error(
                "{} stopped: {}: leaving in {} s; see the cause, repair, start it again",
                settings.id(),
                CommandFailure.oneLine(cause),
                FAILED_SECONDS);
        var unused =
                scheduler.schedule(() -> exitCode.complete(CommandFailure.RUNTIME), FAILED_SECONDS, TimeUnit.SECONDS);
    }

    private void leave(String why) {
        System.err.println(why);
        exitCode.complete(CommandFailure.RUNTIME);
    }

    private void close() {
        scheduler.shutdownNow();
        Thread join = joining;
        if (join != null) {
            join.interrupt();
        }
        Server running = server;
        if (running != null) {
            running.close();
        }
    }
}
