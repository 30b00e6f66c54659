package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Three nodes that know each other by -members: the same list on each, neither -leader nor -paddr. */
class FixedMembersIT {
    private static final int MESSAGES = 50;

    @RegisterExtension
    final Processes processes = new Processes();

    private SeedCluster cluster;

    @BeforeEach
    void threeNodes() {
        cluster = new SeedCluster(processes);
        for (int i = 0; i < 3; i++) {
            cluster.start(i, line(i));
        }
        cluster.awaitComplete();
    }

    private String line(int node) {
        String members = IntStream.range(0, 3)
                .mapToObj(i -> SeedCluster.id(i) + "=" + cluster.raftAddress(i))
                .collect(Collectors.joining(","));
        return cluster.lineWithout(node) + " -members=" + members;
    }

    private List<String> send() throws Exception {
        for (int i = 0; i < MESSAGES; i++) {
            assertThat(cluster.send(i % 3, "m" + i).status()).isEqualTo(201);
        }
        return IntStream.range(0, MESSAGES).mapToObj(i -> "m" + i).toList();
    }

    @Test
    void theSameLinesBringThemBack() throws Exception {
        List<String> sent = send();
        for (int i = 0; i < 3; i++) {
            cluster.node(i).kill();
        }

        for (int i = 2; i >= 0; i--) {
            cluster.start(i, line(i));
        }

        assertThat(cluster.awaitComplete().drain(1)).isEqualTo(sent);
    }

    @Test
    void aLostDirectoryComesBackByTheSameLine() throws Exception {
        List<String> sent = send();
        String id = cluster.node(0).stat("cluster");
        int lost = cluster.leader();
        cluster.node(lost).kill();
        Processes.delete(processes.directory().resolve("tmp").resolve(SeedCluster.id(lost)));

        cluster.start(lost, line(lost));

        cluster.awaitComplete();
        assertThat(cluster.node(lost).stat("cluster")).isEqualTo(id);
        assertThat(cluster.drain(lost)).isEqualTo(sent);
    }
}
