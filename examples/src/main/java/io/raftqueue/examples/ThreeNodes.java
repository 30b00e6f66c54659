package io.raftqueue.examples;

import io.raftqueue.RaftQueue;
import io.raftqueue.codec.PayloadCodec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Three equal nodes: the same code on each, any of them takes and gives messages. They would run on three machines; here
 * they share a JVM, or each has its own when named.
 *
 * <pre>
 * java -cp examples/target/examples.jar io.raftqueue.examples.ThreeNodes            # all three
 * java -cp examples/target/examples.jar io.raftqueue.examples.ThreeNodes node01     # one; start the other two likewise
 * </pre>
 */
public final class ThreeNodes {
    private static final String[] MEMBERS = {"node01=localhost:7101", "node02=localhost:7102", "node03=localhost:7103"};

    private ThreeNodes() {}

    /** With a name: that node, until Ctrl-C. Without: all three, one message through each, and done. */
    public static void main(String[] args) throws InterruptedException {
        if (args.length > 0) {
            try (RaftQueue<String> greetings = start(args[0], Path.of("data/three"))) {
                while (true) {
                    System.out.println(args[0] + " took " + greetings.take());
                }
            }
        }
        run(Path.of("data/three"));
    }

    static void run(Path data) throws InterruptedException {
        try (RaftQueue<String> one = start("node01", data);
                RaftQueue<String> two = start("node02", data);
                RaftQueue<String> three = start("node03", data)) {
            // A majority is enough to serve; a node is ready when there is a leader and it has caught up.
            one.awaitReady(Duration.ofSeconds(30));
            two.awaitReady(Duration.ofSeconds(30));
            three.awaitReady(Duration.ofSeconds(30));

            // A taker that waits on one node is woken by a send through another.
            var taken = new CompletableFuture<String>();
            var taker = new Thread(() -> taken.complete(takeFrom(three)), "taker");
            taker.start();
            one.send("hello from node01");
            System.out.println("node03 took: " + taken.join());
            taker.join();

            two.send("hello from node02");
            three.send("hello from node03");
            System.out.println("node01 took: " + one.take());
            System.out.println("node02 took: " + two.take());
            System.out.println("left: " + three.size());
        }
    }

    private static RaftQueue<String> start(String id, Path data) {
        return RaftQueue.builder(PayloadCodec.string())
                .id(id)
                .members(MEMBERS)
                .directory(data.resolve(id))
                .start();
    }

    private static String takeFrom(RaftQueue<String> queue) {
        try {
            return queue.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "(interrupted)";
        }
    }
}
