package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftqueue.MemberStatus;
import io.raftqueue.NodeOptions.Begin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A member's directory is copied, and both run. */
@Timeout(60)
class CopiedDirectoryTest {
    @TempDir
    Path directory;

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    @Test
    void theSecondProcessIsRefusedAndToldWhyAndTheFirstKeepsItsPlace() throws IOException {
        try (ReplicasFixture cluster = new ReplicasFixture(directory, 3)) {
            int copied = cluster.follower();
            String id = cluster.replica(copied).id();
            cluster.close(copied);
            copy(directory.resolve(id), directory.resolve("copy"));
            cluster.start(copied);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> cluster.replica(copied).status().ready());
            String address = address(cluster, copied, id);
            JGroupsReplica copy = ReplicasFixture.start(
                    "",
                    directory.resolve("copy"),
                    new Begin.Restart(),
                    ReplicasFixture.freeAddresses(1).get(0),
                    List.of());
            try {
                await().atMost(Duration.ofSeconds(20))
                        .untilAsserted(() -> assertThat(copy.status().notReady())
                                .anySatisfy(why -> assertThat(why).contains("or a copy of it")));
                for (int i = 0; i < 10; i++) {
                    cluster.send(copied, "m" + i).join();
                }
                assertThat(cluster.depth(copied)).isEqualTo(10);
                await().until(() -> cluster.replica(copied).status().lastLogIndex()
                        >= copy.status().lastLogIndex() + 10);
                assertThat(address(cluster, copied, id)).isEqualTo(address);
            } finally {
                copy.close();
            }
        }
    }

    private static String address(ReplicasFixture cluster, int asked, String id) {
        return cluster.replica(asked).status().members().stream()
                .filter(m -> m.id().equals(id))
                .map(MemberStatus::raftAddress)
                .findFirst()
                .orElseThrow();
    }
}
