package io.raftqueue.server;

import static io.raftqueue.server.SeedCluster.comment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The seed's README, line by line. */
class SeedWalkIT {
    @RegisterExtension
    final Processes processes = new Processes();

    @Test
    void threeLinesPastedAtOnceMakeACluster() throws Exception {
        var cluster = new SeedCluster(processes).startAll();

        NodeProcess first = cluster.node(0);
        assertThat(first.out().get(0))
                .isEqualTo("node01 data ./tmp/node01, raft %s, http http://%s"
                        .formatted(cluster.raftAddress(0), cluster.httpAddress(0)));
        assertThat(first.out().get(1)).matches("node01 is leader of cluster [0-9a-f]{4,} \\(\\d members?\\)");
        String clusterId = first.out().get(1).replaceAll(".*cluster (\\S+).*", "$1");
        first.awaitLine("node01 is leader of cluster " + clusterId + " \\(3 members\\)");
        for (int i = 1; i < 3; i++) {
            cluster.node(i)
                    .awaitLine("node0" + (i + 1) + " is follower in cluster " + clusterId
                            + " \\(leader node01, 3 members\\)");
            assertThat(cluster.node(i).err()).isEmpty();
        }
    }

    @Test
    void theCurlLinesAnswerByteForByteThroughEveryNode() throws Exception {
        assumeTrue(runs("curl", "--version"), "curl is what the README's lines need");
        var cluster = new SeedCluster(processes).startAll();

        for (int i = 0; i < 3; i++) {
            String url = "http://" + cluster.httpAddress(i);
            assertThat(shell("curl -s -X POST -d '{\"timestamp\": \"2022-05-15T17:19:09Z\", \"author\": \"John Doe\","
                            + " \"content\": \"This is a sample comment.\"}' " + url
                            + "/send -w '%{http_code} %{size_download}'"))
                    .isEqualTo("201 0");
            assertThat(shell("curl -s -X GET " + url + "/recieve"))
                    .isEqualTo("{\"Data\":" + comment("This is a sample comment.") + "}\n");
            assertThat(shell("curl -s -X GET " + url + "/recieve")).isEqualTo("{\"Data\":{}}\n");
            assertThat(shell("curl -s -X GET " + url + "/stats"))
                    .contains("\"state\":\"" + (i == 0 ? "Leader" : "Follower") + "\"")
                    .contains("\"num_peers\":\"2\"");
        }
    }

    @Test
    void orderHoldsAcrossNodes() throws Exception {
        var cluster = new SeedCluster(processes).startAll();
        var sent = new ArrayList<String>();

        for (int i = 0; i < 30; i++) {
            sent.add("comment " + i);
            assertThat(cluster.send(i % 3, "comment " + i).status()).isEqualTo(201);
        }
        List<String> received = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            received.add(cluster.receive((i + 1) % 3));
        }

        assertThat(received).isEqualTo(sent);
        assertThat(cluster.receive(0)).isNull();
    }

    @Test
    void sendsAddNoLineToTheLog() throws Exception {
        NodeProcess node =
                processes.start("-leader -id=node01 -dir=./tmp/node01 -raddr=localhost:%d -haddr=localhost:%d"
                        .formatted(processes.freePort(), processes.freePort()));
        node.awaitLine("node01 is leader of cluster .*");

        for (int i = 0; i < 2_000; i++) {
            node.post("/send", comment("c" + i));
        }

        assertThat(node.out()).hasSize(2);
        assertThat(node.err()).isEmpty();
    }

    private static boolean runs(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private String shell(String line) throws IOException {
        Process process = new ProcessBuilder("sh", "-c", line).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
