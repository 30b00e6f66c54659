package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** SIGTERM and SIGINT end a node in good order, with exit code 0 within ten seconds. */
class ShutdownIT {
    @RegisterExtension
    final Processes processes = new Processes();

    @Test
    void aLeaderHandsOverSoThatSendsGoOnAtOnce() throws Exception {
        var cluster = new SeedCluster(processes).startAll();
        int leader = cluster.leader();
        int follower = (leader + 1) % 3;
        cluster.send(follower, "before");

        int exitCode = cluster.node(leader).terminate();
        long began = System.nanoTime();
        int status = cluster.send(follower, "after").status();

        assertThat(exitCode).isZero();
        assertThat(status).isEqualTo(201);
        assertThat(System.nanoTime() - began).as("handed over, not timed out").isLessThan(2_000_000_000L);
        assertThat(cluster.node(leader).err()).isEmpty();
        assertThat(cluster.drain(follower)).containsExactly("before", "after");
    }

    @Test
    void ctrlCEndsALoneNodeAndAWaitingOne() throws Exception {
        NodeProcess alone =
                processes.start("-leader -id=node01 -dir=./tmp/node01 -raddr=localhost:%d -haddr=localhost:%d"
                        .formatted(processes.freePort(), processes.freePort()));
        NodeProcess waiting = processes.start("-id=node02 -dir=./tmp/node02 -raddr=localhost:%d -haddr=localhost:%d"
                .formatted(processes.freePort(), processes.freePort()));
        alone.awaitLine("node01 is leader of .*");
        waiting.awaitLine("node02 waits .*");

        assertThat(alone.interrupt()).isZero();
        assertThat(waiting.interrupt()).isZero();
    }

    @Test
    void aReceiverThatWaitsIsAnsweredBeforeTheNodeGoes() throws Exception {
        NodeProcess node =
                processes.start("-leader -id=node01 -dir=./tmp/node01 -raddr=localhost:%d -haddr=localhost:%d"
                        .formatted(processes.freePort(), processes.freePort()));
        node.awaitLine("node01 is leader of .*");
        var answer = CompletableFuture.supplyAsync(() -> {
            try {
                return node.get("/recieve?wait=20s").status();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        node.get("/stats");

        assertThat(node.terminate()).isZero();

        assertThat(answer.join()).isIn(200, 503);
    }
}
