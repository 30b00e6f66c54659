package io.raftqueue.server;

import io.raftqueue.QueueSettings;
import io.raftqueue.RaftNode;
import io.raftqueue.RaftQueue;
import io.raftqueue.RaftQueueException;
import io.raftqueue.http.HttpAdapter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A program with an embedded node, that calls every method of the Java API which reads or writes messages, over and over,
 * and prints which calls were answered: {@code answered METHOD BEGAN ENDED}, in milliseconds of the wall clock. Arguments:
 * id, directory, Raft address, HTTP address, members.
 */
final class IsolatedMember {
    private static final Duration DEADLINE = Duration.ofMillis(700);

    /** After each call of a method, before the next one: it is watched, not loaded. */
    private static final long PAUSE_MILLIS = 50;

    private IsolatedMember() {}

    public static void main(String[] arguments) throws Exception {
        RaftNode node = RaftNode.builder()
                .id(arguments[0])
                .directory(Path.of(arguments[1]))
                .raftAddress(arguments[2])
                .httpAddress(arguments[3])
                .members(arguments[4].split(","))
                .start();
        HttpAdapter.builder(node).address(arguments[3]).insecure(true).start();
        RaftQueue<String> queue = node.queue("default", String.class).withTimeout(DEADLINE);
        RaftQueue<String> empty = node.queue("empty", String.class).withTimeout(DEADLINE);
        Map<String, Callable<?>> calls = Map.of(
                "send",
                () -> queue.send("message"),
                "sendAll",
                () -> queue.sendAll(List.of("one", "other")),
                "poll",
                queue::poll,
                "pollOfNothing",
                empty::poll,
                "pollAndWait",
                () -> queue.poll(Duration.ofMillis(100)),
                "peek",
                queue::peek,
                "browse",
                () -> queue.browse(5),
                "size",
                queue::size,
                "purge",
                empty::purge,
                "configureQueue",
                () -> node.configureQueue("default", QueueSettings.UNLIMITED).get());
        ScheduledExecutorService threads = Executors.newScheduledThreadPool(calls.size());
        calls.forEach((name, call) -> {
            var unused = threads.scheduleWithFixedDelay(() -> run(name, call), 0, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        });
    }

    private static void run(String name, Callable<?> call) {
        long began = System.currentTimeMillis();
        try {
            call.call();
            System.out.println("answered " + name + " " + began + " " + System.currentTimeMillis());
        } catch (RaftQueueException refused) {
            System.out.println("refused " + name + " " + began + " " + refused.retry());
        } catch (Exception e) {
            System.out.println("refused " + name + " " + began + " " + e);
        }
    }
}
