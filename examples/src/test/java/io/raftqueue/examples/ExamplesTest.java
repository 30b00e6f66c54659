package io.raftqueue.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftqueue.RaftNode;
import io.raftqueue.codec.PayloadCodec;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples do what they say. */
class ExamplesTest {
    /** A program that prints. */
    private interface Program {
        void run() throws Exception;
    }

    @TempDir
    Path directory;

    private static String printedBy(Program program) throws Exception {
        PrintStream out = System.out;
        var printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            program.run();
        } finally {
            System.setOut(out);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    @Test
    void messagesSurviveARerun() throws Exception {
        String[] args = {directory.resolve("orders").toString()};

        assertThat(printedBy(() -> OneNode.main(args)))
                .contains("left by earlier runs: 0", "took Order[id=A-1, cents=990]", "left for the next run: 1");
        assertThat(printedBy(() -> OneNode.main(args)))
                .contains("left by earlier runs: 1", "took Order[id=A-2, cents=1290]", "left for the next run: 2");
    }

    @Test
    void threeEqualNodesShareOneQueue() throws Exception {
        assertThat(printedBy(() -> ThreeNodes.run(directory)))
                .contains(
                        "node03 took: hello from node01",
                        "node01 took: hello from node02",
                        "node02 took: hello from node03",
                        "left: 0");
    }

    @Test
    void theJmxClientPrintsEveryAttribute() throws Exception {
        try (RaftNode node = RaftNode.temporary()) {
            node.queue("orders", PayloadCodec.string()).send("one");

            // A queue shows up in JMX a moment after its first message.
            await().untilAsserted(() -> assertThat(
                            printedBy(() -> JmxClient.print(ManagementFactory.getPlatformMBeanServer())))
                    .contains("io.raftqueue:type=Node,node=" + node.id(), "Summary = ", "name=orders", "Depth = 1"));
        }
    }
}
