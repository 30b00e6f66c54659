package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftqueue.MemberStatus;
import io.raftqueue.RaftNode;
import io.raftqueue.http.HttpAdapter;
import io.raftqueue.node.FreePorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A member that starts again with its -paddr, and is removed before the launcher comes to that flag. */
@Timeout(60)
class JoinThroughTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private static long voters(RaftNode node) {
        return node.status().members().stream().filter(MemberStatus::voter).count();
    }

    private static void run(RaftNode node, HostPort own, HostPort through, boolean startedAsVoter) {
        var settings = new Settings("node02", false, "node02", own, null, own, through, List.of());
        new JoinThrough(settings, through, node, startedAsVoter, refusal -> {
                    throw new AssertionError(refusal);
                })
                .run();
    }

    @Test
    void staysOutAndComesInWhenItIsStartedOnceMore() throws Exception {
        String raft = "localhost:" + FreePorts.one();
        var own = new HostPort("localhost", FreePorts.one());
        var through = new HostPort("localhost", FreePorts.one());
        try (RaftNode first = RaftNode.builder()
                        .id("node01")
                        .directory(directory.resolve("node01"))
                        .raftAddress(raft)
                        .bootstrap()
                        .start();
                HttpAdapter http =
                        HttpAdapter.builder(first).address(through.toString()).start();
                RaftNode second = RaftNode.builder()
                        .id("node02")
                        .directory(directory.resolve("node02"))
                        .raftAddress(own.toString())
                        .awaitJoin()
                        .start()) {
            assertThat(http.address()).isEqualTo(through.toString());
            first.awaitReady(PATIENCE);
            run(second, own, through, false);
            assertThat(voters(first)).isEqualTo(2);
            first.remove("node02", false, PATIENCE).join();
            await().atMost(PATIENCE).until(() -> second.status().removed());

            run(second, own, through, true);
            assertThat(voters(first)).isEqualTo(1);

            run(second, own, through, false);
            assertThat(voters(first)).isEqualTo(2);
        }
    }
}
