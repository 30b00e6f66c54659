package io.raftqueue.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whether replicas are equal can be seen from outside: each shows a hash of its state, and the index it is of. */
@Timeout(120)
class StateHashTest {
    @TempDir
    Path directory;

    @Test
    void membersShowEqualHashesAtEqualIndexAndAnotherOneAfterTheNextMessage() {
        try (var cluster = ClusterFixture.started(directory, 3)) {
            long first = cluster.queue(1).send("a");
            String before = hashOfAllAtOneIndex(cluster);
            long second = cluster.queue(2).send("b");
            assertThat(second).isGreaterThan(first);

            String after = await().until(() -> hashOfAllAtOneIndex(cluster), hash -> !hash.equals(before));
            assertThat(after).matches("[0-9a-f]{16}");
        }
    }

    @Test
    void aMemberThatComesBackFromASnapshotShowsTheSameHash() throws Exception {
        try (var cluster = ClusterFixture.started(directory, 3)) {
            cluster.queue(1).send("a");
            for (int node = 1; node <= 3; node++) {
                cluster.node(node).snapshot().get();
            }
            String before = hashOfAllAtOneIndex(cluster);

            int follower = cluster.follower();
            cluster.stop(follower);
            cluster.start(follower);

            assertThat(hashOfAllAtOneIndex(cluster)).isEqualTo(before);
        }
    }

    /** Of the newest index, once all have it. */
    private static String hashOfAllAtOneIndex(ClusterFixture cluster) {
        Set<Map.Entry<String, String>> seen = await().until(
                        () -> {
                            Set<Map.Entry<String, String>> hashes = new HashSet<>();
                            IntStream.rangeClosed(1, 3)
                                    .mapToObj(
                                            node -> cluster.node(node).status().stats())
                                    .forEach(stats -> hashes.add(Map.entry(
                                            stats.getOrDefault("state_hash_index", "none"),
                                            stats.getOrDefault("state_hash", "none"))));
                            return hashes;
                        },
                        hashes -> hashes.size() == 1
                                && hashes.iterator()
                                        .next()
                                        .getKey()
                                        .equals(cluster.node(1).status().stats().get("last_log_index")));
        return seen.iterator().next().getValue();
    }
}
