package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class StatusIT {
    @RegisterExtension
    final Processes processes = new Processes();

    @Test
    void printsTheMembersAsATable() throws Exception {
        var cluster = new SeedCluster(processes).startAll();

        NodeProcess status = processes.start("status " + cluster.httpAddress(1));

        assertThat(status.awaitExit(Duration.ofSeconds(10))).isZero();
        assertThat(status.out().get(0)).matches("cluster \\S+, leader node01, term \\d+, seen by node02");
        assertThat(status.out().get(1).split(" {2,}"))
                .containsExactly("ID", "ROLE", "RAFT", "HTTP", "LAG", "LAST CONTACT");
        assertThat(status.out().stream().skip(2).flatMap(line -> Stream.of(line.split(" +")[0])))
                .containsExactlyInAnyOrder("node01", "node02", "node03");
        assertThat(status.out().get(2)).contains("Leader", cluster.raftAddress(0), cluster.httpAddress(0));
    }

    @Test
    void aNodeThatWaitsHasNoLeaderAndThatIsExitCodeOne() throws Exception {
        int http = processes.freePort();
        processes
                .start("-id=node01 -dir=./tmp/node01 -raddr=localhost:%d -haddr=localhost:%d"
                        .formatted(processes.freePort(), http))
                .awaitLine("node01 waits .*");

        NodeProcess status = processes.start("status localhost:" + http);

        assertThat(status.awaitExit(Duration.ofSeconds(10))).isEqualTo(1);
        assertThat(status.out().get(0)).isEqualTo("cluster -, leader -, term 0, seen by node01");
    }
}
