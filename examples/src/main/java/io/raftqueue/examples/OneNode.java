package io.raftqueue.examples;

import io.raftqueue.Message;
import io.raftqueue.RaftQueue;
import java.nio.file.Path;

/**
 * A durable queue inside one program. Each run finds what the runs before it left, sends two orders and takes one.
 *
 * <pre>java -cp examples/target/examples.jar io.raftqueue.examples.OneNode [DIRECTORY]</pre>
 */
public final class OneNode {
    /** What travels, as JSON. */
    record Order(String id, int cents) {}

    private OneNode() {}

    /** Runs once; run it again to see that nothing was lost. */
    public static void main(String[] args) throws InterruptedException {
        Path directory = Path.of(args.length == 0 ? "data/orders" : args[0]);
        try (RaftQueue<Order> orders =
                RaftQueue.builder(Order.class).directory(directory).standalone().start()) {
            System.out.println("left by earlier runs: " + orders.size());
            for (Message<Order> message : orders.browse(5)) {
                System.out.println("  " + message.id() + " " + message.payload() + " sent " + message.sentAt());
            }

            // Each send returns when the order is on disk.
            long first = orders.send(new Order("A-1", 990));
            long second = orders.send(new Order("A-2", 1290));
            System.out.println("sent " + first + " and " + second);

            // Waits if there is none; the order is removed when it is returned.
            System.out.println("took " + orders.take());
            System.out.println("left for the next run: " + orders.size());
        }
    }
}
