package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A node that cannot write any more says so, stays up for ten seconds so that it is seen, and exits 1. */
class FailedNodeIT {
    @RegisterExtension
    final Processes processes = new Processes();

    @Test
    void aWriteErrorEndsTheNodeVisibly() throws Exception {
        NodeProcess node =
                processes.start("-leader -id=node01 -dir=./tmp/node01 -raddr=localhost:%d -haddr=localhost:%d"
                        .formatted(processes.freePort(), processes.freePort()));
        node.awaitLine("node01 is leader of cluster .*");
        node.post("/send", SeedCluster.comment("stored"));
        assumeTrue(everyWriteFails(node), "prlimit is needed to make writes fail");

        int status =
                node.post("/send?timeout=2s", SeedCluster.comment("not stored")).status();
        long failedAt = System.nanoTime();

        assertThat(status).isIn(503, 504);
        await().untilAsserted(() -> assertThat(node.get("/readyz").status()).isEqualTo(503));
        assertThat(node.get("/livez").body()).isNotEmpty();
        assertThat(node.awaitExit(Duration.ofSeconds(20))).isEqualTo(1);
        assertThat(Duration.ofNanos(System.nanoTime() - failedAt))
                .isBetween(Duration.ofSeconds(7), Duration.ofSeconds(17));
        assertThat(node.err()).anyMatch(line -> line.contains("node01 stopped: "));
    }

    /** No file of the process may grow or be written beyond its first byte. */
    private static boolean everyWriteFails(NodeProcess node) throws InterruptedException {
        try {
            return new ProcessBuilder("prlimit", "--fsize=1:1", "--pid=" + node.pid())
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
