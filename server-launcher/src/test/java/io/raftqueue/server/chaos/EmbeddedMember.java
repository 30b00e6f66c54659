package io.raftqueue.server.chaos;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.raftqueue.RaftNode;
import io.raftqueue.RaftNodeBuilder;
import io.raftqueue.RaftQueue;
import io.raftqueue.RaftQueueException;
import io.raftqueue.RaftQueueException.Retry;
import io.raftqueue.http.HttpAdapter;
import io.raftqueue.server.chaos.HistoryWriter.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.LoggerFactory;

/** A program that embeds the library: a member with HTTP, and clients inside that use the Java API. */
public final class EmbeddedMember {
    /** As the jar's comments are stored: the HTTP clients read what is sent here, and the other way round. */
    public record Comment(String content) {}

    private final HistoryWriter history;
    private final AtomicLong values;
    private final Pace pace;
    private final Pace takePace;
    private final RaftQueue<Comment> sends;
    private final RaftQueue<Comment> takes;

    private EmbeddedMember(RaftNode node, HistoryWriter history, long firstValue, int perSecond) {
        this.history = history;
        this.values = new AtomicLong(firstValue);
        this.pace = new Pace(perSecond);
        this.takePace = Pace.ofTakes(perSecond);
        this.sends = node.queue("default", Comment.class).withTimeout(Duration.ofSeconds(5));
        this.takes = node.queue("default", Comment.class).withTimeout(Duration.ofSeconds(60));
    }

    /** Flags as the jar's, and -join=RAFT_ADDRESS, and those of {@link HttpClients}. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.WARN);
        Map<String, String> flags = HttpClients.flags(arguments);
        Clients.endWithParent();
        RaftNodeBuilder builder = RaftNode.builder()
                .id(flags.get("-id"))
                .directory(Path.of(flags.get("-dir")))
                .raftAddress(flags.get("-raddr"))
                .httpAddress(flags.get("-haddr"));
        RaftNode node = (flags.containsKey("-join") ? builder.join(flags.get("-join")) : builder.bootstrap()).start();
        HttpAdapter http = HttpAdapter.builder(node)
                .address(flags.get("-haddr"))
                .insecure(true)
                .start();
        var history = new HistoryWriter(Path.of(flags.get("-history")));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            http.close();
            node.close();
        }));
        var clients = new Clients(Path.of(flags.get("-stop")), history);
        var member = new EmbeddedMember(
                node, history, Long.parseLong(flags.get("-first")), Integer.parseInt(flags.get("-rate")));
        clients.run("java sends", member::send);
        clients.run("java takes", member::take);
        clients.awaitStop();
        Thread.currentThread().join();
    }

    private void send() {
        pace.awaitTurn();
        long value = values.incrementAndGet();
        history.sendBegins(value);
        try {
            sends.send(new Comment(Long.toString(value)));
            history.sendEnded(value, Outcome.DONE);
        } catch (RaftQueueException e) {
            history.sendEnded(value, outcome(e));
            Clients.pause(100);
        }
    }

    private static Outcome outcome(RaftQueueException e) {
        return e.retry() == Retry.MAY_HAVE_BEEN_APPLIED ? Outcome.UNKNOWN : Outcome.NOT_APPLIED;
    }

    private void take() {
        takePace.awaitTurn();
        long number = history.takeBegins();
        try {
            Comment taken = takes.poll();
            if (taken == null) {
                history.foundEmpty(number);
            } else {
                history.took(number, Long.parseLong(taken.content()));
            }
        } catch (RaftQueueException e) {
            history.takeFailed(number, outcome(e));
            Clients.pause(100);
        }
    }
}
